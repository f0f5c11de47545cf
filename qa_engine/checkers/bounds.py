"""Compares a measured value with the limits of an operator and words the answer."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from qa_engine.checkers.base import Checker, Place, Verdict, no, unknown, yes
from qa_engine.domain import Text


class Bounded(Checker):
    """Fields of the checkers that compare a number."""

    at_least: float | None = Field(None, description="True from this value up.")
    at_most: float | None = Field(None, description="True up to this value.")
    above: float | None = Field(None, description="True above this value.")
    below: float | None = Field(None, description="True below this value.")

    @model_validator(mode="after")
    def _some(self) -> Bounded:
        low = [x for x in (self.at_least, self.above) if x is not None]
        high = [x for x in (self.at_most, self.below) if x is not None]
        if not low and not high:
            raise ValueError("give at least one of at_least, at_most, above, below")
        if low and high and max(low) > min(high):
            raise ValueError(f"nothing is from {max(low):g} to {min(high):g}")
        return self

    def within(self, value: float) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def compare(self, value: float | None, what: Text, places: Sequence[Place] = (), **more: float | str) -> Verdict:
        """TRUE or FALSE by the limits; UNKNOWN where nothing was measured."""
        if value is None:
            return unknown(Text(f"{what.zh}测不出", f"{what.en} could not be measured"))
        reason = Text(f"{what.zh}为 {value:g}", f"{what.en} is {value:g}")
        answer = yes if self.within(value) else no
        return answer(reason, places, 1.0, value=round(value, 2), **more)
