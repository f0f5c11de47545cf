"""Decides how far two things said are from each other, whichever comes first."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Checker, Truth, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.between import seconds_between, turns_between
from qa_engine.domain import Text
from qa_engine.rubric.nodes import Condition


class Distance(Checker):
    """True when the nearest places of the two are at most so many turns or seconds apart (0 turns: in one stretch)."""

    name: ClassVar[str] = "distance"

    one: Condition = Field(description="The one thing.")
    other: Condition = Field(description="The other thing.")
    turns: int | None = Field(None, ge=0, description="At most this many changes of speaker apart.")
    seconds: float | None = Field(None, ge=0, description="At most this many seconds apart.")

    def check(self, bench: Bench) -> Verdict:
        one, other = bench.ask(self.one), bench.ask(self.other)
        for answer in (one, other):
            if answer.truth is not Truth.TRUE:
                return answer
        pairs = [(a, b) for a in one.places for b in other.places]
        untimed = self.seconds is not None and all(seconds_between(a, b) is None for a, b in pairs)
        if untimed:
            return unknown(Text("没有时间，无法算间隔", "there are no times to measure the distance"), one.places)
        near = [(a, b) for a, b in pairs if self._near(turns_between(a, b), seconds_between(a, b))]
        confidence = min(one.confidence, other.confidence)
        if near:
            return yes(Text("两处相距不远", "the two are close together"), near[0], confidence, count=len(near))
        return no(Text("两处相距较远", "the two are far apart"), one.places[:1], confidence)

    def _near(self, turns: int | None, seconds: float | None) -> bool:
        return (self.turns is None or (turns is not None and turns <= self.turns)) and (
            self.seconds is None or (seconds is not None and seconds <= self.seconds)
        )
