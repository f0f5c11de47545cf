"""What the transcript pane draws: turns with unsure words and the items found in them, and the gaps between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from qa_engine.domain import Interaction, ItemResult, Lang, Outcome, Overlap, Scorecard, Signals, Silence, Turn
from qa_engine.emotion import Emotion, TurnLevel

LOST = (Outcome.NOT_MET, Outcome.PARTIAL, Outcome.UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text; ``confidence`` only where the recogniser was unsure of it."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """An item that has its evidence in this turn."""

    item: str
    title: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A turn, or a silence before the next one. ``opens``: its speaker begins here; ``at``: its time of day;
    ``mood``: how it felt, where that is known."""

    turn: Turn | None = None
    silence: Silence | None = None
    parts: tuple[Part, ...] = ()
    marks: tuple[Mark, ...] = ()
    overlap: Overlap | None = None
    opens: bool = False
    at: str | None = None
    mood: TurnLevel | None = None


def conversation(
    turns: Sequence[Turn],
    signals: Signals | None,
    card: Scorecard | None,
    lang: Lang,
    *,
    unsure_below: float,
    gap_s: float,
    interaction: Interaction | None = None,
    zone: str = "UTC",
    emotion: Emotion | None = None,
) -> tuple[Entry, ...]:
    """All entries in the order of the replay."""
    silences = {s.after: s for s in (signals.silences if signals else ()) if s.after is not None and s.seconds >= gap_s}
    overlaps = {o.turn: o for o in (signals.overlaps if signals else ()) if not o.back_channel}
    marks, moods = _marks(card, lang), {told.turn: told for told in emotion.turns} if emotion else {}
    entries: list[Entry] = []
    before: Turn | None = None
    for turn in turns:
        if turn.index in silences:
            entries.append(Entry(silence=silences[turn.index]))
        entries.append(
            Entry(
                turn=turn,
                parts=tuple(parts(turn, unsure_below)),
                marks=tuple(marks.get(turn.index, ())),
                overlap=overlaps.get(turn.index),
                opens=before is None or before.role is not turn.role or turn.index in silences,
                at=_time_of_day(interaction, turn, zone),
                mood=moods.get(turn.index),
            )
        )
        before = turn
    return tuple(entries)


def parts(turn: Turn, unsure_below: float) -> Iterator[Part]:
    """The turn's text cut where the recogniser was unsure; joined they are the text itself.

    Unsure words that touch are one part, as sure as the least sure of them.
    """
    shown = 0
    for start, stop, confidence in _unsure(turn, unsure_below):
        if start > shown:
            yield Part(turn.text[shown:start])
        yield Part(turn.text[start:stop], confidence)
        shown = stop
    if shown < len(turn.text):
        yield Part(turn.text[shown:])


def _unsure(turn: Turn, unsure_below: float) -> list[tuple[int, int, float]]:
    """Start, end and confidence of the runs of unsure words; words that the text does not hold are passed over."""
    runs: list[tuple[int, int, float]] = []
    cursor = 0
    for word in turn.words:
        told = word.text.strip()
        found = turn.text.find(told, cursor) if told else -1
        if found < 0:
            continue
        cursor = found + len(told)
        if word.confidence < unsure_below:
            if runs and runs[-1][1] == found:
                runs[-1] = (runs[-1][0], cursor, min(runs[-1][2], word.confidence))
            else:
                runs.append((found, cursor, word.confidence))
    return runs


def _marks(card: Scorecard | None, lang: Lang) -> dict[int, list[Mark]]:
    """Which items are shown at which turn: those that cost points or ask for a person, each once a turn."""
    found: dict[int, list[Mark]] = defaultdict(list)
    for item in card.items if card else ():
        for turn in sorted({e.turn for e in item.evidence if e.turn is not None}):
            if _worth_a_mark(item):
                found[turn].append(Mark(item.id, item.title.said_in(lang), item.outcome))
    return found


def _worth_a_mark(item: ItemResult) -> bool:
    return item.outcome in LOST


def _time_of_day(interaction: Interaction | None, turn: Turn, zone: str) -> str | None:
    """When a chat message was sent, where the chat's beginning is known."""
    if interaction is None or interaction.started_at is None or turn.start is None:
        return None
    at: datetime = interaction.started_at + timedelta(seconds=turn.start)
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")
