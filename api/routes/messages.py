"""Chats that go on: their next messages, and their end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from api.admission import Spacious
from api.deps import CREDENTIALS, IdempotencyKey, InteractionId, SettingsDep, StoreDep, Writer
from api.idempotency import once
from api.openapi import problems
from api.schemas.accepted import AcceptedOut
from api.schemas.messages import AppendedOut, MessagesIn
from qa_engine.domain import Principal
from qa_engine.ingest.growing import Piece, pieces_of
from qa_engine.ingest.record import Limits

router = APIRouter(prefix="/v1/interactions/{interaction_id}", tags=["open chats"], dependencies=CREDENTIALS)


@router.post(
    "/messages",
    status_code=202,
    response_model=AppendedOut,
    responses={
        200: {"model": AppendedOut, "description": "All of them had come before"},
        **problems(404, 409, 422, 507),
    },
    summary="Append messages to a chat that goes on",
)
def post_messages(
    *,
    interaction_id: InteractionId,
    sent: MessagesIn,
    principal: Spacious,
    store: StoreDep,
    settings: SettingsDep,
    key: IdempotencyKey = None,
) -> Response:
    """Begin one with `"open": true` in the chat that you hand in.

    The messages are durable when the answer leaves; risk, emotion and alerts of the chat so far follow within seconds.
    A message with an `id`, or a request with an `Idempotency-Key`, may be repeated without harm.
    """
    pieces = _named(pieces_of(sent.messages, Limits.of(settings)), principal, key)

    def work() -> tuple[int, dict[str, Any]]:
        appended = store.append(principal, interaction_id, pieces)
        body = AppendedOut.of(store.interaction(principal, interaction_id), appended)
        return 202 if appended.added else 200, body.model_dump(mode="json")

    told = json.dumps([interaction_id, [dict(piece.payload) for piece in pieces]], sort_keys=True)
    fingerprint = hashlib.sha256(told.encode()).hexdigest()
    status, body, replayed = once(store, principal, key, fingerprint, work)
    return JSONResponse(body, status_code=status, headers={"Idempotency-Replayed": "true"} if replayed else {})


@router.post(
    "/close",
    status_code=202,
    response_model=AcceptedOut,
    responses={200: {"model": AcceptedOut, "description": "It was closed before"}, **problems(404)},
    summary="Nothing more is said in this chat",
)
def close_chat(interaction_id: InteractionId, principal: Writer, store: StoreDep) -> Response:
    """It is judged as a whole now. A chat in which nobody says anything for long is closed by itself."""
    closed = store.close_chat(principal, interaction_id)
    body = AcceptedOut.of(closed).model_dump(mode="json")
    return JSONResponse(body, status_code=200 if closed.duplicate else 202)


def _named(pieces: tuple[Piece, ...], principal: Principal, key: str | None) -> tuple[Piece, ...]:
    """A request under a key is the same messages again, also where it was killed before its answer was kept."""
    if key is None:
        return pieces
    whose = hashlib.sha256(f"{principal.id} {key}".encode()).hexdigest()
    return tuple(piece if piece.ref else replace(piece, ref=f"key:{whose}:{n}") for n, piece in enumerate(pieces))
