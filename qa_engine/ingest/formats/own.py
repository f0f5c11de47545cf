"""Our own JSON: the documented schema of a chat, alone, in a list, or one object a line; also the API's body."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from qa_engine.domain import Kind, Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.roles import role_of
from qa_engine.ingest.schema import LONGEST_S, MESSAGE_KEYS, ChatIn, MessageIn, named
from qa_engine.ingest.source import Source
from qa_engine.ingest.times import moment
from qa_engine.ingest.words import KINDS

NAME = "own"
ROLE_MEND = "use agent, customer, system or bot (客服 客户 系统 机器人)"

PROMOTED = {
    "id": ("id", "external_id", "conversation_id"),
    "agent": ("agent", "agent_id"),
    "customer": ("customer", "customer_ref", "customer_id"),
    **{name: (name,) for name in ("team", "vendor", "ticket", "language", "started_at")},
}


def sniff(source: Source) -> bool:
    return source.first is not None and any(isinstance(source.first.get(key), list) for key in MESSAGE_KEYS)


def parse(source: Source) -> Iterator[Found]:
    return source.each(read)


def read(data: dict[str, Any], where: str, limits: Limits) -> ChatRecord:
    """One conversation from its JSON object. Raises BadChat naming the field."""
    many = max((len(data[k]) for k in MESSAGE_KEYS if isinstance(data.get(k), list)), default=0)
    if many > limits.max_messages:
        raise BadChat(
            f"{many} messages; at most {limits.max_messages} are read", where=where, mend="split the conversation"
        )
    try:
        chat = ChatIn.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadChat(first["msg"], where=f"{where}: {_path(first['loc'])}", mend="see docs/chat-formats.md") from error
    except RecursionError as error:
        raise BadChat("is nested too deeply", where=where, mend="send flat JSON") from error
    return record(chat, where, limits)


def record(chat: ChatIn, where: str, limits: Limits) -> ChatRecord:
    """The record of a validated chat. Raises BadChat for roles and times that cannot be understood."""
    told = {name: _promoted(chat, name, others) for name, others in PROMOTED.items()}
    return build(
        [_message(m, f"{where}: messages[{i}]", limits, chat.kind) for i, m in enumerate(chat.messages)],
        where=where,
        importer=NAME,
        limits=limits,
        kind=chat.kind,
        started_at=_started(told["started_at"], where, limits),
        language=told["language"],
        metadata=chat.everything_else,
        external_id=told["id"],
        agent=told["agent"],
        team=told["team"],
        vendor=told["vendor"],
        customer_ref=told["customer"],
        ticket=told["ticket"],
        direction=chat.direction,
    )


def _promoted(chat: ChatIn, name: str, others: tuple[str, ...]) -> Any:
    """What the chat says itself, else what its metadata says under the same name."""
    value = getattr(chat, name)
    if value is not None:
        return value
    found = next((named(chat.metadata[k]) for k in others if chat.metadata.get(k) is not None), None)
    return None if found is None else str(found)


def _message(message: MessageIn, where: str, limits: Limits, kind: Kind) -> Message:
    known = role_of(message.role)
    if known is None and (message.role.strip() or not message.speaker):
        raise BadChat(f"unknown role {message.role[:40]!r}", where=f"{where}.role", mend=ROLE_MEND)
    role, automatic = known or (Role.UNKNOWN, False)
    at = moment(message.time, limits.zone)
    if message.time not in (None, "") and at is None:
        return _offset(message, role, automatic, where, kind)
    return Message(
        role=role,
        text=message.text,
        at=at if isinstance(at, datetime) else None,
        clock=at if isinstance(at, float) else None,
        seconds=_finite(message.seconds),
        end=_finite(message.end),
        kind=_kind(message.kind, kind),
        automatic=message.automatic or automatic,
        speaker=message.speaker,
    )


def _offset(message: MessageIn, role: Role, automatic: bool, where: str, kind: Kind) -> Message:
    """``time`` given as a small number is seconds from the start."""
    try:
        seconds = float(message.time or "")
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_S:
        raise BadChat(
            f"{str(message.time)[:40]!r} is no time", where=f"{where}.time", mend="use 2026-03-02T10:15:00+08:00"
        )
    return Message(
        role=role,
        text=message.text,
        seconds=seconds,
        end=_finite(message.end),
        kind=_kind(message.kind, kind),
        automatic=message.automatic or automatic,
        speaker=message.speaker,
    )


def _kind(word: str | None, of: Kind) -> TurnKind:
    if word is None or not word.strip():
        return TurnKind.SPEECH if of is Kind.CALL else TurnKind.TEXT
    return KINDS.get(word.strip().casefold(), TurnKind.OTHER)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _started(value: Any, where: str, limits: Limits) -> datetime | None:
    if value in (None, ""):
        return None
    at = moment(value, limits.zone)
    if not isinstance(at, datetime):
        raise BadChat(
            f"{str(value)[:40]!r} is no date and time",
            where=f"{where}: started_at",
            mend="use 2026-03-02T10:15:00+08:00",
        )
    return at


def _path(place: tuple[int | str, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
