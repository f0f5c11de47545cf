"""Alerts: listed, followed live, seen to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import StreamingResponse

from api.board import Board
from api.deps import CREDENTIALS, SettingsDep, StoreDep, known_id
from api.openapi import problems
from api.schemas.alerts import (
    AlertDetail,
    AlertOut,
    AlertPage,
    AlertQuery,
    AssignIn,
    IncidentsOut,
    NoteIn,
    ResolveIn,
    StoryEvent,
    SummaryOut,
)
from api.schemas.filters import Moment
from api.security import identify
from api.stream import stream
from qa_engine.domain import Principal
from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.alert_access import follows, handles

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], dependencies=CREDENTIALS)
STREAMED = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Server-Sent Events"}
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def follower(request: Request, store: StoreDep) -> Principal:
    """Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    follows(principal)
    request.state.principal = principal.id
    return principal


def handler(request: Request, store: StoreDep) -> Principal:
    """Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    handles(principal)
    request.state.principal = principal.id
    return principal


Following = Annotated[Principal, Depends(follower)]
Handling = Annotated[Principal, Depends(handler)]


def alert_id(_principal: Following, alert_id: Annotated[str, Path(description="Id of the alert")]) -> str:
    return known_id(alert_id, "no such alert")


AlertId = Annotated[str, Depends(alert_id)]


@router.get("", responses=problems(422), summary="List alerts, newest first")
def list_alerts(principal: Following, store: StoreDep, asked: Annotated[AlertQuery, Query()]) -> AlertPage:
    """One page of those about interactions that you may see."""
    last_event = store.last_alert_event()  # before the page: what comes in between is told twice, never missed
    return AlertPage.of(store.alerts(principal, asked.wanted(), asked.after, asked.limit), last_event)


@router.get("/summary", responses=problems(422), summary="How well alerts are seen to")
def get_alert_summary(
    principal: Following, store: StoreDep, settings: SettingsDep, since: Moment | None = None
) -> SummaryOut:
    """Since a moment, else of the last day: how many, time to acknowledge and to resolve, causes."""
    return SummaryOut.of(store.alert_summary(principal, _began(since, timedelta(days=1), settings)))


@router.get("/incidents", responses=problems(422), summary="How incidents of each grade stand")
def get_incidents(
    principal: Following, store: StoreDep, settings: SettingsDep, since: Moment | None = None
) -> IncidentsOut:
    """What is open and overdue now; since a moment, else of 7 days, how soon it was taken on and resolved."""
    began = _began(since, timedelta(days=7), settings)
    return IncidentsOut.of(began, store.incidents(principal, began))


def _began(since: datetime | None, otherwise: timedelta, settings: Settings) -> datetime:
    """A moment without a zone is one of the installation's."""
    began = since or clock.now() - otherwise
    return began if began.tzinfo else began.replace(tzinfo=ZoneInfo(settings.time_zone))


@router.get(
    "/stream", response_class=StreamingResponse, responses={200: STREAMED, **problems(422, 429)},
    summary="Follow alerts live",
)  # fmt: skip
async def stream_alerts(
    request: Request,
    principal: Following,
    store: StoreDep,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^\d{1,18}$")] = None,
    after: Annotated[int | None, Query(ge=0, le=10**18, description="`last_event` of a page")] = None,
) -> StreamingResponse:
    """Server-Sent Events: `id` is the event's number, `event` its kind, `data` the event with its alert.

    A browser that comes back sends `Last-Event-ID` by itself and misses nothing; `reset` tells it to load anew.
    """
    board: Board = request.app.state.board
    last = int(last_event_id) if last_event_id is not None else after
    told = stream(board, store, principal, last, lambda: identify(request, store))
    return StreamingResponse(told, media_type="text/event-stream", headers=UNBUFFERED)


@router.get("/{alert_id}", responses=problems(404), summary="One alert with its story")
def get_alert(principal: Following, alert_id: AlertId, store: StoreDep) -> AlertDetail:
    """Why it was raised, where to listen, and all that happened to it."""
    alert, story = store.alert(principal, alert_id), store.alert_story(principal, alert_id)
    return AlertDetail(**AlertOut.of(alert).model_dump(), story=[StoryEvent.model_validate(one) for one in story])


@router.post("/{alert_id}/acknowledge", responses=problems(404, 409), summary="Take an alert on")
def acknowledge_alert(principal: Handling, alert_id: AlertId, store: StoreDep) -> AlertOut:
    """No escalation follows. 409 tells who has it already."""
    return AlertOut.of(store.acknowledge_alert(principal, alert_id))


@router.post("/{alert_id}/assign", responses=problems(404, 409, 422), summary="Hand an alert over")
def assign_alert(principal: Handling, alert_id: AlertId, store: StoreDep, asked: AssignIn) -> AlertOut:
    """Name who sees to it."""
    return AlertOut.of(store.assign_alert(principal, alert_id, asked.assignee))


@router.post("/{alert_id}/note", responses=problems(404, 422), summary="Add a note")
def note_alert(principal: Handling, alert_id: AlertId, store: StoreDep, asked: NoteIn) -> AlertOut:
    """For its story; nothing in it is ever overwritten."""
    return AlertOut.of(store.note_alert(principal, alert_id, asked.note))


@router.post("/{alert_id}/resolve", responses=problems(404, 409, 422), summary="Resolve an alert")
def resolve_alert(principal: Handling, alert_id: AlertId, store: StoreDep, asked: ResolveIn) -> AlertOut:
    """End it with its cause."""
    return AlertOut.of(store.resolve_alert(principal, alert_id, asked.cause, asked.note))
