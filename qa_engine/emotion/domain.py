"""What is told of the emotion of a conversation: a level a turn, and each side's course with its turning points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from qa_engine.domain import Evidence, Role, Text

PEOPLE = (Role.CUSTOMER, Role.AGENT)
"""Whose emotion is followed."""


class Level(IntEnum):
    """From calm to outrage; the numbers are stable."""

    CALM = 0
    UNEASY = 1
    UPSET = 2
    AGITATED = 3
    OUTRAGED = 4


LEVELS: dict[Level, Text] = {
    Level.CALM: Text("平静", "calm"),
    Level.UNEASY: Text("波动", "uneasy"),
    Level.UPSET: Text("不满", "upset"),
    Level.AGITATED: Text("激动", "agitated"),
    Level.OUTRAGED: Text("暴怒", "outraged"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLevel:
    """One turn: ``intensity`` of bad feeling 0..1 with the level that it is, and why.

    ``smooth`` is the intensity of this side as it stands after the turn; a single word moves it little. ``label`` is
    what the words show, None where no model read them; ``arousal`` that of the voice, None where it was not measured;
    ``voice`` what a voice model heard in it, None where none listened.
    """

    turn: int
    role: Role
    intensity: float
    smooth: float
    level: Level
    reason: Text
    label: str | None = None
    arousal: float | None = None
    voice: str | None = None


class Direction(StrEnum):
    ROSE = "rose"
    FELL = "fell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """Where one side's emotion clearly rose or fell: from ``before`` to ``after``, the end of that movement.

    ``heard`` is what the other side had said just before, None at the beginning. ``calmed`` tells of a customer's rise
    whether it was over within some of their turns: None where the conversation ended before that could be seen.
    """

    turn: int
    role: Role
    direction: Direction
    before: Level
    after: Level
    reason: Text
    said: Evidence
    heard: Evidence | None = None
    calmed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One side over the whole conversation. ``recovered``: whether it ended clearly below its peak; None where it
    never was upset."""

    role: Role
    start: Level
    peak: Level
    peak_turn: int
    end: Level
    mean: float
    recovered: bool | None
    turnings: tuple[Turning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emotion:
    """All turns of customer and agent that could be told, in order, and the course of each side that has some."""

    turns: tuple[TurnLevel, ...]
    customer: Course | None
    agent: Course | None

    def of(self, role: Role) -> tuple[TurnLevel, ...]:
        return tuple(turn for turn in self.turns if turn.role is role)
