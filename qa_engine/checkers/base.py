"""What a checker gives back: a three-valued answer with confidence, places to look at and a reason for people."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from qa_engine.checkers.normal import clause
from qa_engine.checkers.view import Line
from qa_engine.domain import Evidence, Text
from qa_engine.ports import ActModel, Embedder, Judge, Opinions
from qa_engine.rubric.operator import Operator

if TYPE_CHECKING:
    from qa_engine.checkers.bench import Bench


@dataclass(frozen=True, slots=True)
class Instruments:
    """Models that operators may use; without one, what needs it is unknown.

    ``judge`` is asked by scoring alone, for second opinions; ``opinions`` remembers what it said before.
    """

    embedder: Embedder | None = None
    acts: ActModel | None = None
    judge: Judge | None = None
    opinions: Opinions | None = None


class Truth(Enum):
    """Kleene's three values."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def negated(self) -> Truth:
        return Truth(2 - self.value)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a line: characters [start, end) of it, how sure we are of it, and how it was found."""

    line: Line
    start: int
    end: int
    confidence: float
    by: str = "words"

    @property
    def at(self) -> tuple[int, int]:
        return self.line.seq, self.start

    def evidence(self) -> Evidence:
        start, stop = clause(self.line.text, self.start, self.end)
        since, until, _ = self.line.heard(start, stop)
        turn = self.line.turn
        quote = turn.text[start:stop].strip()
        return Evidence(turn=turn.index, start=since, end=until, quote=quote, role=turn.role)


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in time that no words name (a silence, an overlap), with the turn beside it."""

    turn: int | None
    start: float | None
    end: float | None
    quote: str
    line: Line | None = None

    @property
    def at(self) -> tuple[int, int]:
        return (self.line.seq, 0) if self.line else (-1, 0)

    def evidence(self) -> Evidence:
        role = self.line.turn.role if self.line else None
        return Evidence(turn=self.turn, start=self.start, end=self.end, quote=self.quote, role=role)


Place = Hit | Moment


def whole(line: Line) -> Hit:
    """A line as a place."""
    return Hit(line, 0, len(line.text), line.turn.confidence, "turn")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one condition. ``places`` bear a TRUE out; ``looked_at`` is where a FALSE was looked for.

    ``values`` fill the placeholders of reasons: count, seconds, rate ...
    """

    truth: Truth
    confidence: float
    reason: Text
    places: tuple[Place, ...] = ()
    looked_at: tuple[Place, ...] = ()
    values: Mapping[str, float | str] = field(default_factory=dict)

    def negated(self) -> Verdict:
        return replace(self, truth=self.truth.negated())


def yes(reason: Text, places: Sequence[Place] = (), confidence: float = 1.0, **values: float | str) -> Verdict:
    return Verdict(Truth.TRUE, confidence, reason, tuple(places), values=values)


def no(reason: Text, looked_at: Sequence[Place] = (), confidence: float = 1.0, **values: float | str) -> Verdict:
    return Verdict(Truth.FALSE, confidence, reason, looked_at=tuple(looked_at), values=values)


def unknown(reason: Text, places: Sequence[Place] = (), confidence: float = 0.0) -> Verdict:
    return Verdict(Truth.UNKNOWN, confidence, reason, tuple(places))


class Checker(Operator):
    """An operator that can be asked: one frozen input, one reasoned answer."""

    @abstractmethod
    def check(self, bench: Bench) -> Verdict:
        """The answer for the dossier on the bench. What it raises is caught and becomes UNKNOWN with the reason."""
