"""Messages of any format become one transcript: order, times from the first message, roles, language, notices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from qa_engine.domain import Direction, Kind, Notice, Role, Text, Transcript, Turn
from qa_engine.errors import BadChat
from qa_engine.ingest.decode import clean, clean_data
from qa_engine.ingest.record import ChatRecord, Limits, Message
from qa_engine.ingest.roles import settle
from qa_engine.ingest.times import DAY, HOUR

FIELD_CHARS = 500
_NAMES = re.compile(r"@\S+|https?://\S+|\[[^\[\]]{1,12}\]")
_SCRIPTS = {
    "zh": re.compile(r"[㐀-䶿一-鿿]"),
    "ja": re.compile(r"[぀-ヿ]"),
    "ko": re.compile(r"[가-힯]"),
    "en": re.compile(r"[A-Za-z]+"),
}


def build(
    messages: Sequence[Message],
    *,
    where: str,
    importer: str,
    limits: Limits,
    kind: Kind = Kind.CHAT,
    started_at: datetime | None = None,
    language: str | None = None,
    duration_s: float | None = None,
    metadata: Mapping[str, Any] | None = None,
    notices: Iterable[Notice] = (),
    direction: Direction | None = None,
    **known: str | None,
) -> ChatRecord:
    """A record. ``known`` are ChatRecord's text fields. Raises BadChat when there are no or too many messages."""
    if not messages:
        raise BadChat("a conversation without messages", where=where, mend="send at least one message")
    if len(messages) > limits.max_messages:
        raise BadChat(
            f"{len(messages)} messages in one conversation; at most {limits.max_messages} are read",
            where=where,
            mend="split the conversation, or raise QA_ENGINE_MAX_CHAT_MESSAGES",
        )
    roled, sure, told = settle([_cleaned(m, limits, where) for m in messages])
    placed, began, moved = _placed(roled)
    turns = tuple(_turn(i, m, start) for i, (m, start) in enumerate(placed))
    tongue = _language(language) or detect(t.text for t in turns if t.judged) or "zh"
    transcript = Transcript(
        turns=turns,
        language=tongue,
        role_confidence=sure,
        duration_s=duration_s if duration_s is not None else _duration(turns),
        notices=(*notices, *told, *moved, *_about(turns)),
    )
    return ChatRecord(
        transcript=transcript,
        kind=kind,
        started_at=started_at or began,
        language=tongue,
        metadata=clean_data(dict(metadata or {}), limits.max_depth, f"{where}: metadata"),
        direction=direction,
        where=where,
        format=importer,
        **_fields(known),
    )


def detect(texts: Iterable[str]) -> str | None:
    """The language by script: zh, ja, ko, en (any Latin script); None without letters."""
    counts: Counter[str] = Counter()
    for raw in texts:
        text = _NAMES.sub(" ", raw)
        for name, pattern in _SCRIPTS.items():
            counts[name] += sum(1 for _ in pattern.finditer(text))
        if counts.total() > 4000:
            break
    if counts["ja"] > counts["zh"] // 4 and counts["ja"]:
        return "ja"
    best = max(counts, key=lambda name: counts[name], default=None)
    return best if best and counts[best] else None


def _language(told: str | None) -> str | None:
    """zh from zh-CN, Chinese or 中文; None for auto and nothing."""
    tag = (told or "").strip().casefold()
    if tag in {"", "auto", "und", "unknown"}:
        return None
    if tag.startswith(("zh", "cmn", "chinese", "中文", "汉语", "普通话")):
        return "zh"
    if tag.startswith(("english", "英")):
        return "en"
    short = re.match(r"[a-z]{2,3}(?![a-z])", tag)
    return short.group() if short else None


def _fields(known: Mapping[str, str | None]) -> dict[str, Any]:
    fields: dict[str, Any] = {"external_id": None}
    for name, value in known.items():
        fields[name] = clean(str(value)).strip()[:FIELD_CHARS] or None if value is not None else None
    return fields


def _cleaned(message: Message, limits: Limits, where: str) -> Message:
    if len(message.text) > limits.max_text:
        raise BadChat(
            f"a message of {len(message.text)} characters; at most {limits.max_text} are read",
            where=where,
            mend="is the file really a chat?",
        )
    speaker = clean(message.speaker).strip()[:FIELD_CHARS] or None if message.speaker else None
    return replace(message, text=clean(message.text).strip(), speaker=speaker)


def _placed(messages: list[Message]) -> tuple[list[tuple[Message, float | None]], datetime | None, tuple[Notice, ...]]:
    """Each message with its start in seconds from the first, in order of time; and when the first was said."""
    began = min((m.at for m in messages if m.at), default=None)
    clocks = _unwrapped(_minutes([m.clock for m in messages]))
    zero = min((c for c in clocks if c is not None), default=0.0)
    least = min(0.0, *(m.seconds for m in messages if m.seconds is not None), 0.0)
    starts: list[float | None] = []
    for message, clock in zip(messages, clocks, strict=True):
        if message.at and began:
            starts.append(round((message.at - began).total_seconds(), 3))
        elif message.seconds is not None:
            starts.append(round(message.seconds - least, 3))
        else:
            starts.append(None if clock is None or began else round(clock - zero, 3))
    return _ordered(messages, starts), began, _about_times(starts)


def _ordered(messages: list[Message], starts: list[float | None]) -> list[tuple[Message, float | None]]:
    """By start; a message without time stays behind its predecessor."""
    known: list[float] = []
    for start in starts:
        known.append(start if start is not None else known[-1] if known else 0.0)
    ranked = sorted(zip(known, range(len(messages)), strict=True))
    return [(messages[i], starts[i]) for _, i in ranked]


def _minutes(clocks: list[float | None]) -> list[float | None]:
    """00:03 and 12:30 in a transcript that begins at 00 are minutes and seconds, not hours and minutes."""
    known = [c for c in clocks if c is not None]
    elapsed = len(known) > 1 and all(c % 60 == 0 for c in known) and (known[0] < HOUR or max(known) >= DAY)
    return [c / 60 if elapsed and c is not None else c for c in clocks]


def _unwrapped(clocks: list[float | None]) -> list[float | None]:
    """Clock times that pass midnight go on into the next day."""
    days, last, out = 0.0, None, []
    for clock in clocks:
        if clock is not None and last is not None and clock + days < last - DAY / 2:
            days += DAY
        last = clock + days if clock is not None else last
        out.append(clock + days if clock is not None else None)
    return out


def _turn(index: int, message: Message, start: float | None) -> Turn:
    end = start if message.end is None or start is None else max(start, message.end)
    return Turn(
        index=index,
        role=message.role,
        text=message.text,
        start=start,
        end=end,
        confidence=message.confidence,
        kind=message.kind,
        words=message.words,
        channel=message.channel,
        speaker=message.speaker,
        automatic=message.automatic,
    )


def _duration(turns: Sequence[Turn]) -> float | None:
    ends = [t.end for t in turns if t.end is not None]
    return max(ends) if len(ends) > 1 or (ends and ends[0]) else None


def _about_times(starts: list[float | None]) -> tuple[Notice, ...]:
    lost = sum(s is None for s in starts)
    if not 0 < lost < len(starts):
        return ()
    return (Notice("times_missing", Text(f"{lost} 条消息没有时间。", f"{lost} messages carry no time.")),)


def _about(turns: Sequence[Turn]) -> tuple[Notice, ...]:
    told = {t.role for t in turns if t.judged}
    if not told:
        return (Notice("no_words", Text("没有可评判的文字。", "There are no words to judge.")),)
    if told == {Role.CUSTOMER}:
        return (
            Notice(
                "one_sided",
                Text("只有客户的话，没有客服的话。", "Only the customer's words are here, none of the agent."),
            ),
        )
    if told == {Role.AGENT}:
        return (
            Notice(
                "one_sided",
                Text("只有客服的话，没有客户的话。", "Only the agent's words are here, none of the customer."),
            ),
        )
    return ()
