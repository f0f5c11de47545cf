"""A chat that goes on: single messages as they come, and all of them together as one conversation so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qa_engine.ingest.decode import clean
from qa_engine.ingest.formats import own
from qa_engine.ingest.record import ChatRecord, Limits
from qa_engine.ingest.schema import ChatIn, MessageIn

WHERE = "messages"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message as it came, in our own JSON. The same ``ref`` in the same chat is the same message; None: always new.

    ``received_at`` (aware) is its time where no message of the chat tells one.
    """

    payload: Mapping[str, Any]
    ref: str | None = None
    received_at: datetime | None = None


def pieces_of(messages: Sequence[MessageIn], limits: Limits) -> tuple[Piece, ...]:
    """Each as it will be kept. Raises BadChat for a role or a time that cannot be understood."""
    own.record(ChatIn(messages=list(messages)), WHERE, limits)
    return tuple(
        Piece(message.model_dump(mode="json", exclude_defaults=True), f"id:{clean(message.id)}" if message.id else None)
        for message in messages
    )


def joined(pieces: Sequence[Piece], limits: Limits, *, language: str | None = None) -> ChatRecord:
    """All that was said so far, in the order of its times, else in that of its arrival."""
    messages = [MessageIn.model_validate(piece.payload) for piece in pieces]
    if not any(message.time is not None or message.seconds is not None for message in messages):
        came = [piece.received_at.isoformat() if piece.received_at else None for piece in pieces]
        messages = [one.model_copy(update={"time": at}) for one, at in zip(messages, came, strict=True)]
    return own.record(ChatIn(messages=messages, language=language), WHERE, limits)


def begun(chat: Mapping[str, Any], where: str, limits: Limits) -> tuple[ChatRecord, tuple[Piece, ...]]:
    """A chat with its first messages: what it tells of itself, and these. Raises BadChat."""
    record = own.read(dict(chat), where, limits)
    read = ChatIn.model_validate(chat)
    return replace(record, language=read.language), pieces_of(read.messages, limits)
