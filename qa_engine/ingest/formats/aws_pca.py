"""Amazon Post-Call Analytics: the parsed transcript of one call, with word times and confidences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qa_engine.domain import Kind, Role, TurnKind, Word
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import ChatRecord, Found, Limits, Message
from qa_engine.ingest.roles import role_of
from qa_engine.ingest.source import Source
from qa_engine.ingest.times import moment

NAME = "aws_pca"
LONGEST_WORD_S = 0.6
_KEPT = ("CategoriesDetected", "IssuesDetected", "ActionItemsDetected", "OutcomesDetected", "SentimentTrends")


def sniff(source: Source) -> bool:
    return source.first is not None and "SpeechSegments" in source.first


def parse(source: Source) -> Iterator[Found]:
    return source.each(_record)


def _record(data: dict[str, Any], where: str, limits: Limits) -> ChatRecord:
    about = data.get("ConversationAnalytics")
    about = about if isinstance(about, dict) else {}
    segments = data.get("SpeechSegments")
    if not isinstance(segments, list):
        raise BadChat("no list of segments", where=f"{where}: SpeechSegments", mend="send the parsed result")
    speakers = _speakers(about)
    job = _job(about)
    split = bool(job.get("ChannelIdentification"))
    messages = [_message(s, speakers, split, f"{where}: SpeechSegments[{i}]") for i, s in enumerate(segments)]
    return build(
        messages,
        where=where,
        importer=NAME,
        limits=limits,
        kind=Kind.CALL,
        started_at=_started(about, limits),
        language=_told(about.get("LanguageCode")),
        duration_s=_number(about.get("Duration")),
        metadata={k: about[k] for k in _KEPT if about.get(k)},
        external_id=_told(about.get("GUID")) or _told(job.get("TranscriptionJobName")),
        agent=_told(about.get("Agent")),
        customer_ref=_told(about.get("Cust")),
    )


def _speakers(about: Mapping[str, Any]) -> dict[str, tuple[int, Role]]:
    labels = about.get("SpeakerLabels")
    labels = [x for x in labels if isinstance(x, dict)] if isinstance(labels, list) else []
    roles = [role_of(str(x.get("DisplayText", ""))) or (Role.UNKNOWN, False) for x in labels]
    return {str(x.get("Speaker")): (i, role[0]) for i, (x, role) in enumerate(zip(labels, roles, strict=True))}


def _job(about: Mapping[str, Any]) -> dict[str, Any]:
    sources = about.get("SourceInformation")
    first = sources[0] if isinstance(sources, list) and sources else None
    job = first.get("TranscribeJobInfo") if isinstance(first, dict) else None
    return job if isinstance(job, dict) else {}


def _started(about: Mapping[str, Any], limits: Limits) -> datetime | None:
    """Naive conversation times are in the zone that the file names itself."""
    try:
        zone = ZoneInfo(str(about.get("ConversationLocation")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = limits.zone  # type: ignore[assignment]
    at = moment(about.get("ConversationTime"), zone)
    return at if isinstance(at, datetime) else None


def _message(segment: Any, speakers: Mapping[str, tuple[int, Role]], split: bool, where: str) -> Message:
    if not isinstance(segment, dict):
        raise BadChat("is no segment", where=where, mend="export it again")
    name = str(segment.get("SegmentSpeaker", ""))
    channel, role = speakers.get(name, (None, Role.UNKNOWN))
    start, end = _number(segment.get("SegmentStartTime")), _number(segment.get("SegmentEndTime"))
    words = _words(segment.get("WordConfidence"), end)
    sure = sum(w.confidence for w in words) / len(words) if words else 1.0
    return Message(
        role=role,
        text=str(segment.get("OriginalText") or segment.get("DisplayText") or ""),
        seconds=start,
        end=end,
        kind=TurnKind.SPEECH,
        speaker=name or None,
        confidence=round(sure, 4),
        words=words,
        channel=channel if split else None,
    )


def _words(items: Any, end: float | None) -> tuple[Word, ...]:
    """Words; where the source gives no end of a word it lasts to the next one, at most LONGEST_WORD_S."""
    read = [_word(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    words = [w for w in read if w is not None]
    stops = [b.start for _, b in pairwise(words)] + [end if end is not None else math.inf]
    return tuple(
        w if w.end > w.start else Word(w.text, w.start, max(w.start, min(stop, w.start + LONGEST_WORD_S)), w.confidence)
        for w, stop in zip(words, stops, strict=False)
    )


def _word(item: Mapping[str, Any]) -> Word | None:
    start, end, sure = (_number(item.get(key)) for key in ("StartTime", "EndTime", "Confidence"))
    if start is None:
        return None
    return Word(str(item.get("Text", "")), start, max(start, end or start), min(1.0, 1.0 if sure is None else sure))


def _number(value: Any) -> float | None:
    """A finite number of seconds, not negative."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < 1e7 else None


def _told(value: Any) -> str | None:
    return None if value in (None, "", "None") else str(value)
