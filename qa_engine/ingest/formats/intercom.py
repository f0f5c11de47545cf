"""Intercom: conversations from its API, or loose conversation parts; notes and assignments are kept as events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from qa_engine.domain import Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.source import Located, Source
from qa_engine.ingest.times import moment

NAME = "intercom"
PART, LIST, WHOLE = "conversation_part", "conversation_part.list", "conversation"
_ROLES = {
    "user": (Role.CUSTOMER, False), "lead": (Role.CUSTOMER, False), "contact": (Role.CUSTOMER, False),
    "admin": (Role.AGENT, False), "team": (Role.AGENT, False), "bot": (Role.AGENT, True),
}  # fmt: skip
_SAID = {"comment", "conversation", "open", "quick_reply"}
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"}


def sniff(source: Source) -> bool:
    first = source.first
    return first is not None and (
        first.get("type") in (PART, LIST) or (first.get("type") == WHOLE and "conversation_parts" in first)
    )


def parse(source: Source) -> Iterator[Found]:
    """Whole conversations each for itself; loose parts by the conversation they name, else all as one."""
    loose: dict[str, list[Located]] = {}
    for found in source.objects():
        if isinstance(found, BadChat):
            yield found
        elif found[1].get("type") == PART:
            loose.setdefault(str(found[1].get("conversation_id") or ""), []).append(found)
        else:
            yield from _guarded(_whole, found, source.limits)
    for name, parts in loose.items():
        yield from _guarded(_loose, (name, parts), source.limits)


def _guarded(read: Any, what: Any, limits: Limits) -> Iterator[Found]:
    try:
        yield read(what, limits)
    except BadChat as error:
        yield error


def _whole(found: Located, limits: Limits) -> ChatRecord:
    where, data = found
    parts = data.get("conversation_parts")
    if isinstance(parts, dict):
        parts = parts.get("conversation_parts")
    opening = data.get("source")
    first = (
        [{"part_type": "comment", "created_at": data.get("created_at"), **opening}] if isinstance(opening, dict) else []
    )
    assignee = data.get("admin_assignee_id") or data.get("assignee")
    return build(
        [
            m
            for i, p in enumerate([*first, *(parts if isinstance(parts, list) else [])])
            for m in _messages(p, f"{where}: part {i}", limits)
        ],
        where=where,
        importer=NAME,
        limits=limits,
        metadata={k: data[k] for k in ("title", "tags", "conversation_rating", "custom_attributes") if data.get(k)},
        external_id=str(data["id"]) if data.get("id") is not None else None,
        agent=_id(assignee),
        customer_ref=_id(opening.get("author")) if isinstance(opening, dict) else None,
    )


def _loose(named: tuple[str, list[Located]], limits: Limits) -> ChatRecord:
    name, parts = named
    authors = [p.get("author") for _, p in parts if isinstance(p.get("author"), dict)]
    by_role = {_ROLES.get(str(a.get("type")), (Role.UNKNOWN, False)): _id(a) for a in authors if a}
    return build(
        [m for where, p in parts for m in _messages(p, where, limits)],
        where=parts[0][0],
        importer=NAME,
        limits=limits,
        external_id=name or f"part-{parts[0][1].get('id')}",
        agent=by_role.get((Role.AGENT, False)),
        customer_ref=by_role.get((Role.CUSTOMER, False)),
    )


def _messages(part: Any, where: str, limits: Limits) -> Iterator[Message]:
    if not isinstance(part, dict):
        raise BadChat("is no conversation part", where=where, mend="export it again")
    author = part.get("author") if isinstance(part.get("author"), dict) else {}
    role, automatic = _ROLES.get(str(author.get("type")), (Role.UNKNOWN, False)) if author else (Role.SYSTEM, True)
    kind = str(part.get("part_type") or "comment")
    text = plain(str(part.get("body") or ""))
    at = moment(part.get("created_at"), UTC)
    common: dict[str, Any] = {
        "at": at if isinstance(at, datetime) else None,
        "speaker": str(author.get("name") or author.get("id") or "") or None if author else None,
    }
    if kind in _SAID and text:
        yield Message(role=role, automatic=automatic, text=text, **common)
    elif kind not in _SAID:
        told = f"[{kind}] {text}".strip()
        yield Message(role=role, automatic=True, text=told, kind=TurnKind.EVENT, **common)
    for attached in part.get("attachments") or []:
        name = str(attached.get("name") or attached.get("url") or "") if isinstance(attached, dict) else ""
        yield Message(role=role, automatic=automatic, text=f"[file] {name}".strip(), kind=TurnKind.FILE, **common)


def _id(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("id") or value.get("name")
    return None if value in (None, "") else str(value)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.parts.append("[image]")
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")


def plain(html: str) -> str:
    """The words of an HTML body, a line a block."""
    reader = _Plain()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):  # html.parser on malformed declarations
        return html
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
