"""The board of alerts: live, by grade, with their deadlines; and one alert with its story and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.session import check_csrf
from api.console.view.alerts import card, lanes, told
from api.console.web import Language, Sitting, page, safe_next
from api.deps import StoreDep, known_id
from qa_engine.alerts import Grade
from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.alert_access import follows, may_handle
from qa_engine.storage.alerts import MAX_PAGE, AlertFilter, ResolutionCause

router = APIRouter(include_in_schema=False)
WEEK = timedelta(days=7)
"""Of which the board tells how soon alerts are seen to."""
Csrf = Annotated[str, Form(max_length=200)]
Next = Annotated[str, Form(max_length=500)]
Word = Annotated[str, Query(max_length=200)]


def following(who: Sitting) -> Principal:
    """Raises Forbidden."""
    follows(who)
    return who


def one_alert(alert_id: str) -> str:
    return known_id(alert_id, "no such alert")


Following = Annotated[Principal, Depends(following)]
AlertId = Annotated[str, Depends(one_alert)]


@router.get("/alerts")
def board(
    request: Request, who: Following, store: StoreDep, lang: Language, *, resolved: bool = False, mine: bool = False,
    team: Word = "", grade: Grade | None = None, strategy: Word = "",
) -> Response:  # fmt: skip
    """What is not resolved, or what is; its own, a team's, a grade's, if asked. Of one strategy, all."""
    last_event = store.last_alert_event()  # before the list: what comes in between is told twice, never missed
    wanted = AlertFilter(
        unresolved=None if strategy else not resolved, grade=grade, team=team.strip() or None,
        strategy=strategy or None,
        assignee=(who.name or who.id) if mine else None,
    )  # fmt: skip
    found = store.alerts(who, wanted, limit=MAX_PAGE)
    return page(
        request, "alerts.html", who, place="alerts", lanes=lanes(found.rows, lang, datetime.now(UTC)),
        more=found.next is not None, last_event=last_event, handles=may_handle(who), resolved=resolved, mine=mine,
        team=team, grade=grade or "", grades=list(reversed(Grade)), causes=list(ResolutionCause),
        figures=store.incidents(who, clock.now() - WEEK), strategy=strategy,
        filtered=bool(team or grade or mine or strategy),
    )  # fmt: skip


@router.get("/alerts/crisis")
def crisis(request: Request, who: Following, store: StoreDep, lang: Language) -> Response:
    """The major ones that are not resolved, each with the place to listen to first, its deadline and who has it."""
    last_event = store.last_alert_event()
    found = store.alerts(who, AlertFilter(unresolved=True, grade=Grade.MAJOR), limit=MAX_PAGE)
    [lane, *_] = lanes(found.rows, lang, datetime.now(UTC))
    figures = next(one for one in store.incidents(who, clock.now() - WEEK) if one.grade is Grade.MAJOR)
    return page(
        request, "crisis.html", who, place="alerts", cards=lane.cards, more=found.next is not None,
        last_event=last_event, handles=may_handle(who), causes=list(ResolutionCause), figures=[figures],
    )  # fmt: skip


@router.get("/alerts/{alert_id}")
def show(request: Request, who: Following, store: StoreDep, lang: Language, alert_id: AlertId) -> Response:
    alert, story = store.alert(who, alert_id), store.alert_story(who, alert_id)
    return page(
        request, "alert.html", who, place="alerts", card=card(alert, lang, datetime.now(UTC)),
        story=[(event, told(event)) for event in reversed(story)], handles=may_handle(who),
        causes=list(ResolutionCause),
    )  # fmt: skip


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(
    request: Request, who: Sitting, store: StoreDep, alert_id: AlertId, *, csrf: Csrf = "", back: Next = "/alerts"
) -> Response:
    check_csrf(request, csrf)
    store.acknowledge_alert(who, alert_id)
    return RedirectResponse(safe_next(back), 303)


@router.post("/alerts/{alert_id}/assign")
def assign(
    request: Request, who: Sitting, store: StoreDep, alert_id: AlertId, *,
    assignee: Annotated[str, Form(min_length=1, max_length=200)], csrf: Csrf = "", back: Next = "/alerts",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    store.assign_alert(who, alert_id, assignee.strip())
    return RedirectResponse(safe_next(back), 303)


@router.post("/alerts/{alert_id}/note")
def note(
    request: Request, who: Sitting, store: StoreDep, alert_id: AlertId, *,
    note: Annotated[str, Form(min_length=1, max_length=2000)], csrf: Csrf = "", back: Next = "/alerts",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    store.note_alert(who, alert_id, note.strip())
    return RedirectResponse(safe_next(back), 303)


@router.post("/alerts/{alert_id}/resolve")
def resolve(
    request: Request, who: Sitting, store: StoreDep, alert_id: AlertId, *, cause: Annotated[ResolutionCause, Form()],
    note: Annotated[str, Form(max_length=2000)] = "", csrf: Csrf = "", back: Next = "/alerts",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    store.resolve_alert(who, alert_id, cause, note.strip())
    return RedirectResponse(safe_next(back), 303)
