"""Plain text lines: [time] role: text, time role: text, role: text, or a line with name and time above the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from qa_engine.domain import Role
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.roles import role_of
from qa_engine.ingest.source import Source
from qa_engine.ingest.times import TIME_PATTERN, moment
from qa_engine.ingest.words import ROLES

NAME = "lines"
MEND = "write lines like [10:15:00] 客服: 您好, or export as JSON or CSV (docs/chat-formats.md)"
_NAME = r"(?P<label>[^\s:：\[\]【】|\"{}][^:：\[\]【】|\"{}\n]{0,39}?)"
_TIME = rf"[\[【(（<]?\s*(?P<time>{TIME_PATTERN})\s*[\])）】>]?"
_TIMED = (
    re.compile(rf"^\s*{_TIME}[\s,，|\-–]*[\[【<]?{_NAME}[\]】>]?\s*[:：|\t]\s*(?P<text>.*)$"),
    re.compile(rf"^\s*{_TIME}[\s,，|\-–]*[\[【<]{_NAME}[\]】>]\s*(?P<text>.*)$"),
    re.compile(rf"^\s*{_NAME}\s*[\[【(（]\s*(?P<time>{TIME_PATTERN})\s*[\])）】]\s*[:：]?\s*(?P<text>.*)$"),
)
_HEADED = (
    re.compile(rf"^\s*{_NAME}[\s,，]+(?P<time>{TIME_PATTERN})\s*(?P<text>)$"),
    re.compile(rf"^\s*(?P<time>{TIME_PATTERN})[\s,，]+{_NAME}\s*(?P<text>)$"),
)
_PLAIN = re.compile(rf"^\s*[\[【<]?{_NAME}[\]】>]?\s*[:：]\s*(?P<text>(?!//).*)$")
_RULE = re.compile(r"^\s*[-=*_#~—]{3,}\s*$")
_CHAT = re.compile(
    r"^\W*(?:会话|对话|聊天|通话|conversation|session|chat|dialog(?:ue)?)\s*(?:id|编号|号|no\.?)?\s*[:：#]\s*(?P<id>\S+)\s*\W*$",
    re.I,
)
LONGEST_HEAD = 300


@dataclass(slots=True)
class _Said:
    line: int
    label: str
    time: str | None
    text: list[str]


@dataclass(slots=True)
class _Chat:
    line: int
    name: str | None = None
    said: list[_Said] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)


def sniff(source: Source) -> bool:
    reader = _Reader(source.text.splitlines())
    return any(reader.head(line) for line in reader.lines)


def parse(source: Source) -> Iterator[Found]:
    for chat in _Reader(source.text.splitlines()).chats():
        try:
            yield _record(chat, source)
        except BadChat as error:
            yield error


class _Reader:
    """Decides from the whole file which lines begin a message: what looks like a label once may be plain words."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        filled = [line for line in lines if line.strip()]
        plain = Counter(m["label"].strip() for line in filled if (m := _PLAIN.match(line[:LONGEST_HEAD])))
        timed = sum(_first(_TIMED + _HEADED, line) is not None for line in filled)
        self.timed = timed > 0
        alone = plain.total() >= 2 and plain.total() >= 0.9 * len(filled)
        self.labels = set() if self.timed else {name for name, n in plain.items() if n > 1 or alone}

    def head(self, line: str) -> re.Match[str] | None:
        """The match when the line begins a message."""
        short = line[:LONGEST_HEAD]
        found = _first(_TIMED, line) or (_first(_HEADED, line) if len(line) < 80 else None)
        if found:
            return found
        plain = _PLAIN.match(short)
        if plain and (role_of(plain["label"]) or plain["label"].strip() in self.labels):
            return _PLAIN.match(line)
        return None

    def chats(self) -> Iterator[_Chat]:
        chat = _Chat(1)
        for number, line in enumerate(self.lines, 1):
            begun = _CHAT.match(line[:LONGEST_HEAD])
            if begun or (_RULE.match(line) and self._opens(number)):
                if chat.said:
                    yield chat
                    chat = _Chat(number)
                chat.name = begun["id"] if begun else chat.name
                continue
            self._add(chat, number, line)
        if chat.said or chat.preamble:
            yield chat

    def _opens(self, after: int) -> bool:
        """Whether the next line that is not empty begins a message or a conversation."""
        following = next((line for line in self.lines[after : after + 20] if line.strip()), "")
        return bool(self.head(following) or _CHAT.match(following[:LONGEST_HEAD]))

    def _add(self, chat: _Chat, number: int, line: str) -> None:
        head = self.head(line)
        if head:
            time = head.groupdict().get("time")
            chat.said.append(_Said(number, head["label"].strip(), time, [head["text"]]))
        elif chat.said:
            chat.said[-1].text.append(line)
        elif line.strip():
            chat.preamble.append(line.strip())


def _first(patterns: tuple[re.Pattern[str], ...], line: str) -> re.Match[str] | None:
    """The first pattern that fits, looking for the head in the line's beginning only."""
    for pattern in patterns:
        if pattern.match(line[:LONGEST_HEAD]):
            return pattern.match(line)
    return None


def _record(chat: _Chat, source: Source) -> ChatRecord:
    where = f"{source.name}:{chat.line}"
    if not chat.said:
        raise BadChat("no line begins with a role or a name", where=where, mend=MEND)
    record = build(
        [_message(said, source.name, source.limits) for said in chat.said],
        where=where,
        importer=NAME,
        limits=source.limits,
        metadata={"preamble": "\n".join(chat.preamble)[:1000]} if chat.preamble else {},
        external_id=chat.name,
    )
    strangers = all(turn.role is Role.UNKNOWN for turn in record.transcript.turns)
    if strangers and len(chat.said) > 1 and len({said.label for said in chat.said}) == len(chat.said):
        raise BadChat("nobody in it is known as agent or customer, or speaks twice", where=where, mend=MEND)
    return record


def _message(said: _Said, name: str, limits: Limits) -> Message:
    role, automatic = role_of(said.label) or (Role.UNKNOWN, False)
    at = moment(said.time, limits.zone)
    if said.time and at is None:
        raise BadChat(f"{said.time!r} is no time", where=f"{name}:{said.line}", mend="use 2026-03-02 10:15:00")
    return Message(
        role=role,
        text="\n".join(said.text).strip(),
        at=at if isinstance(at, datetime) else None,
        clock=at if isinstance(at, float) else None,
        automatic=automatic,
        speaker=None if said.label.casefold() in ROLES else said.label,
    )
