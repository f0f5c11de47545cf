"""What is drawn of the emotion of a conversation: a curve a side over the call or the messages, and where it turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_engine.domain import Lang, Role, Transcript
from qa_engine.emotion import Course, Emotion, Turning, TurnLevel
from qa_engine.emotion.domain import LEVELS
from qa_engine.emotion.thresholds import THRESHOLDS

WIDE, HIGH = 1000.0, 100.0
"""The picture's own measures: from the first moment to the last, from calm (below) to 1."""
PEOPLE = (Role.CUSTOMER, Role.AGENT)


@dataclass(frozen=True, slots=True)
class Line:
    """``points`` of an SVG polyline."""

    role: Role
    points: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A turning point at (x, y) of the picture; ``seek`` is its second where there is sound to play."""

    turning: Turning
    x: float
    y: float
    reason: str
    seek: float | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side in words: the names of its levels at the start, the peak and the end."""

    role: Role
    start: str
    peak: str
    end: str
    recovered: bool | None


@dataclass(frozen=True, slots=True)
class Picture:
    """``timed``: x runs over the seconds of a call, else over its messages. ``grid``: heights of the levels."""

    timed: bool
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]
    sides: tuple[Side, ...]
    grid: tuple[float, ...]
    stops: tuple[tuple[float, int], ...]


def picture(emotion: Emotion, transcript: Transcript, lang: Lang, duration_s: float | None) -> Picture:
    """``duration_s`` is that of the sound; None draws over the messages."""
    place = _places(transcript, duration_s)
    courses = [course for course in (emotion.customer, emotion.agent) if course]
    smooth = {told.turn: told.smooth for told in emotion.turns}
    return Picture(
        timed=bool(duration_s),
        lines=tuple(_line(role, emotion.of(role), place) for role in PEOPLE if emotion.of(role)),
        spots=tuple(
            Spot(turning, place[turning.turn], _height(smooth[turning.turn]), turning.reason.said_in(lang),
                 turning.said.start if duration_s else None)
            for turning in sorted((t for course in courses for t in course.turnings), key=lambda t: t.turn)
        ),
        sides=tuple(_side(course, lang) for course in courses),
        grid=tuple(_height(level) for level in THRESHOLDS.levels),
        stops=tuple((place[told.turn], told.turn) for told in emotion.turns),
    )  # fmt: skip


def _places(transcript: Transcript, duration_s: float | None) -> dict[int, float]:
    if duration_s:
        return {t.index: round(min(1.0, (t.start or 0.0) / duration_s) * WIDE, 1) for t in transcript.turns}
    last = max(1, len(transcript.turns) - 1)
    return {t.index: round(n / last * WIDE, 1) for n, t in enumerate(transcript.turns)}


def _line(role: Role, turns: Sequence[TurnLevel], place: dict[int, float]) -> Line:
    """A single turn is drawn as a short stroke."""
    points = [(place[told.turn], _height(told.smooth)) for told in turns]
    if len(points) == 1:
        points.append((points[0][0] + 8, points[0][1]))
    return Line(role, " ".join(f"{x:g},{y:g}" for x, y in points))


def _height(intensity: float) -> float:
    return round(HIGH * (1 - intensity), 1)


def _side(course: Course, lang: Lang) -> Side:
    start, peak, end = (LEVELS[level].said_in(lang) for level in (course.start, course.peak, course.end))
    return Side(course.role, start, peak, end, course.recovered)
