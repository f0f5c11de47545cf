"""Interactions: taken in, listed and shown."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.accepting import take
from api.deps import CREDENTIALS, Asker, IdempotencyKey, InteractionId, SettingsDep, StoreDep, Writer
from api.idempotency import once
from api.intake import Uploaded
from api.openapi import UPLOAD_BODY, problems
from api.schemas.accepted import AcceptedManyOut, AcceptedOut, answer
from api.schemas.filters import ListQuery
from api.schemas.interactions import InteractionDetail, InteractionPage, brief, whole
from qa_engine.storage import State

log = structlog.get_logger("api")
router = APIRouter(prefix="/v1/interactions", tags=["interactions"], dependencies=CREDENTIALS)

_TAKEN: dict[int | str, dict[str, Any]] = {
    200: {"model": AcceptedOut | AcceptedManyOut, "description": "All of it had come before"},
    202: {"description": "Kept durably; it now waits for its judgement"},
}


@router.post(
    "",
    status_code=202,
    response_model=AcceptedOut | AcceptedManyOut,
    responses={**_TAKEN, **problems(400, 409, 413, 415, 422, 429, 507)},
    openapi_extra=UPLOAD_BODY,
    summary="Hand in a recording or a chat",
)
def post_interaction(
    *,
    request: Request,
    upload: Uploaded,
    principal: Writer,
    store: StoreDep,
    settings: SettingsDep,
    key: IdempotencyKey = None,
) -> Response:
    """A recording as multipart/form-data, a chat export likewise, one chat as JSON, or the URL of a recording as JSON.

    Everything is durable when the answer leaves; fetching, recognition and judgement follow. The same content under
    the same external id is the same interaction again (200). With an `Idempotency-Key` a repeated request gets its
    first answer.
    """

    def work() -> tuple[int, dict[str, Any]]:
        taken = take(upload, principal, store, settings)
        for one in taken.accepted:
            told = {"interaction": one.interaction.id, "duplicate": one.duplicate}
            log.info("interaction accepted", **told, request_id=request.state.request_id)
        status, kept = answer(taken)
        return status, kept.model_dump(mode="json")

    status, body, replayed = once(store, principal, key, upload.fingerprint, work)
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    if "id" in body:
        request.state.interaction = body["id"]
        headers["Location"] = body["links"]["self"]
    return JSONResponse(body, status_code=status, headers=headers)


@router.get("", responses=problems(422), summary="List interactions, newest first")
def list_interactions(
    *,
    request: Request,
    response: Response,
    principal: Asker,
    store: StoreDep,
    settings: SettingsDep,
    asked: Annotated[ListQuery, Query()],
) -> InteractionPage:
    """One page of what you may see; read on with `after`, or follow the Link header."""
    page = store.interactions(principal, asked.wanted(settings.time_zone), asked.after, asked.limit)
    if page.next is not None:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        response.headers["Link"] = f'<{request.url.path}?{urlencode([*kept, ("after", page.next)])}>; rel="next"'
    return InteractionPage(items=[brief(row) for row in page.rows], next=page.next)


@router.get("/{interaction_id}", responses=problems(404), summary="One interaction with its state")
def get_interaction(interaction_id: InteractionId, principal: Asker, store: StoreDep) -> InteractionDetail:
    """State, progress or error, latest score, notices and links to all that belongs to it."""
    row = store.interaction(principal, interaction_id)
    busy = row.state in (State.QUEUED, State.WORKING)
    transcript = None if busy else store.transcript(principal, interaction_id)
    return whole(row, transcript.notices if transcript is not None else ())
