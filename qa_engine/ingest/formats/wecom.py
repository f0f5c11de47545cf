"""WeCom 企业微信 archive: conversations by room or pair, recalls marked, every message type kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from qa_engine.domain import Notice, Role, Text, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.source import Source
from qa_engine.ingest.times import moment
from qa_engine.ingest.wecom_types import said

NAME = "wecom"
EXTERNAL_ID_CHARS = 20  # external ids are 32 characters; an employee may be called wolf
DECRYPT = "decrypt the archive with the WeCom SDK first; each line is then one message with msgid and msgtype"


@dataclass(frozen=True, slots=True)
class Sent:
    """One archive message with its place; ``at`` is None where the archive says 0."""

    where: str
    data: dict[str, Any]
    at: datetime | None

    @property
    def sender(self) -> str:
        return str(self.data.get("from") or self.data.get("user") or "")

    @property
    def people(self) -> tuple[str, ...]:
        others = self.data.get("tolist")
        return tuple(dict.fromkeys([self.sender, *(str(p) for p in (others if isinstance(others, list) else []))]))

    @property
    def group(self) -> str:
        return str(self.data.get("roomid") or "") or "|".join(sorted(filter(None, self.people)))


def sniff(source: Source) -> bool:
    first = source.first or {}
    return ("msgid" in first and "action" in first) or "chatdata" in first or "encrypt_chat_msg" in first


def parse(source: Source) -> Iterator[Found]:
    groups: dict[str, list[Sent]] = {}
    seen: set[str] = set()
    switches: list[Sent] = []
    for found in source.objects():
        if isinstance(found, BadChat):
            yield found
            continue
        where, data = found
        if "msgid" not in data:
            hidden = "chatdata" in data or "encrypt_chat_msg" in data
            yield BadChat("is encrypted" if hidden else "no msgid", where=where, mend=DECRYPT)
            continue
        if str(data["msgid"]) in seen:
            continue
        seen.add(str(data["msgid"]))
        sent = Sent(where, data, _at(data))
        if data.get("action") == "switch":
            switches.append(sent)
        else:
            groups.setdefault(sent.group, []).append(sent)
    for switch in switches:
        groups.setdefault(_home(switch, groups), []).append(switch)
    for name, messages in groups.items():
        for session in _sessions(messages, source.limits):
            try:
                yield _record(name, session, source.limits)
            except BadChat as error:
                yield error


def _at(data: dict[str, Any]) -> datetime | None:
    at = moment(data.get("msgtime") or data.get("time"), UTC)
    return at if isinstance(at, datetime) else None


def _home(switch: Sent, groups: dict[str, list[Sent]]) -> str:
    """A switch of enterprise names no conversation: it stands in the user's first one, else alone."""
    return next((name for name, sent in groups.items() if switch.sender in sent[0].people), switch.sender)


def _sessions(messages: list[Sent], limits: Limits) -> Iterator[list[Sent]]:
    """In order of time, cut where nobody wrote for ``session_gap_h``."""
    known: list[float] = []
    for message in messages:
        known.append(message.at.timestamp() if message.at else known[-1] if known else 0.0)
    order = sorted(range(len(messages)), key=lambda i: known[i])
    session: list[Sent] = []
    last = 0.0
    for i in order:
        if session and last and known[i] - last > limits.session_gap_h * 3600:
            yield session
            session = []
        session.append(messages[i])
        last = known[i]
    if session:
        yield session


def external(user: str) -> bool:
    """Whether WeCom's id is that of somebody outside the enterprise."""
    return user.startswith(("wm", "wo")) and len(user) >= EXTERNAL_ID_CHARS


def _robot(user: str) -> bool:
    return user.startswith("wb") and len(user) >= EXTERNAL_ID_CHARS


def _record(name: str, session: list[Sent], limits: Limits) -> ChatRecord:
    people = list(dict.fromkeys(p for m in session for p in m.people if p))
    senders = list(dict.fromkeys(m.sender for m in session))
    staff = [p for p in [*senders, *people] if p and not external(p) and not _robot(p)]
    customers = [p for p in [*senders, *people] if external(p)]
    messages, notices = _recalled([m for sent in session for m in _messages(sent)])
    if not customers:
        notices.append(_internal())
    began = min((m.at for m in session if m.at), default=None)
    room = str(session[0].data.get("roomid") or "")
    return build(
        messages,
        where=session[0].where,
        importer=NAME,
        limits=limits,
        metadata={"participants": people, **({"room": room} if room else {})},
        notices=notices,
        external_id=f"{name}@{began:%Y%m%dT%H%M%SZ}" if began else name,
        agent=staff[0] if staff else None,
        customer_ref=customers[0] if customers else None,
    )


def _messages(sent: Sent) -> Iterator[Message]:
    role = Role.CUSTOMER if external(sent.sender) else Role.AGENT
    for part in said(sent.data):
        yield Message(
            role=role,
            text=part.text,
            at=sent.at,
            kind=part.kind,
            automatic=_robot(sent.sender),
            speaker=sent.sender or None,
            ref=part.recalls or (None if part.aside else str(sent.data["msgid"])),
        )


def _recalled(messages: list[Message]) -> tuple[list[Message], list[Notice]]:
    """What was taken back is marked and kept; the act of taking back is an event."""
    refs = {m.ref for m in messages if m.kind is not TurnKind.EVENT}
    back = {m.ref for m in messages if m.kind is TurnKind.EVENT and m.text.startswith("[撤回")}
    marked = [
        replace(m, kind=TurnKind.RECALLED) if m.ref in back and m.kind is not TurnKind.EVENT else m for m in messages
    ]
    lost = len(back - refs - {None})
    if not lost:
        return marked, []
    return marked, [
        Notice(
            "recalled_missing",
            Text(f"{lost} 条被撤回的消息不在文件中。", f"{lost} recalled messages are not in the file."),
        )
    ]


def _internal() -> Notice:
    return Notice(
        "internal_only", Text("会话中只有企业内部成员，没有外部客户。", "Only colleagues, no outside customer.")
    )
