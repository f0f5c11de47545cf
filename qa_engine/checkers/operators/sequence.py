"""Decides about the order of two things: one after the other in time, or one that is never followed by the other."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Checker, Place, Truth, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.between import seconds_between, turns_between
from qa_engine.domain import Text
from qa_engine.rubric.nodes import Condition


class Sequence(Checker):
    """True when ``first`` is followed by ``then``, within so many turns or seconds; with ``missing``, when not."""

    name: ClassVar[str] = "sequence"

    first: Condition = Field(description="What comes first.")
    then: Condition = Field(description="What follows it.")
    within_turns: int | None = Field(None, ge=0, description="At most this many changes of speaker or turns later.")
    within_seconds: float | None = Field(None, gt=0, description="At most this many seconds later.")
    every: bool = Field(False, description="Each place of `first` must be followed, not just one.")
    missing: bool = Field(False, description="True when `first` happens and is not followed by `then`.")

    def check(self, bench: Bench) -> Verdict:
        first, then = bench.ask(self.first), bench.ask(self.then)
        if first.truth is not Truth.TRUE:
            return first
        if then.truth is Truth.UNKNOWN:
            return unknown(then.reason, first.places, then.confidence)
        kept, lost = [], []
        for place in first.places:
            follower = next((p for p in then.places if self._follows(place, p)), None)
            kept.append((place, follower)) if follower else lost.append(place)
        confidence = min(first.confidence, then.confidence)
        if self.missing:
            bad = lost if self.every or not kept else []
            reason = Text("之后没有跟上应有的话", "what should follow did not")
            return yes(reason, bad, confidence, count=len(bad)) if bad else no(reason, confidence=confidence)
        good = bool(kept) and not (self.every and lost)
        reason = Text(
            "先后次序相符" if good else "先后次序不符", "the order fits" if good else "the order does not fit"
        )
        places: list[Place] = [p for pair in kept for p in pair]
        return yes(reason, places, confidence, count=len(kept)) if good else no(reason, lost, confidence)

    def _follows(self, first: Place, then: Place) -> bool:
        if then.at <= first.at:
            return False
        turns = turns_between(first, then)
        if self.within_turns is not None and (turns is None or turns > self.within_turns):
            return False
        seconds = seconds_between(first, then)
        return self.within_seconds is None or (seconds is not None and seconds <= self.within_seconds)
