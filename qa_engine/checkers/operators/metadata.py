"""Decides by what the sender told about the interaction: channel, queue, who hung up, rating ..."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Interaction, Text

OWN = ("vendor", "team", "agent", "customer_ref", "ticket", "direction", "language", "tenant", "source")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}


class Metadata(Checker):
    """True when a field of the metadata compares as asked; ``absent`` says what holds when it was not told."""

    name: ClassVar[str] = "metadata"
    shorthand: ClassVar[str | None] = "field"

    field: str = Field(description="Name of the field: any that was sent, or vendor, team, agent, direction ...")
    equals: str | float | bool | None = Field(None, description="Equal to this (text without regard to case).")
    one_of: tuple[str | float | bool, ...] = Field((), description="Equal to one of these.")
    at_least: float | None = Field(None, description="A number of at least this.")
    at_most: float | None = Field(None, description="A number of at most this.")
    above: float | None = Field(None, description="A number above this.")
    below: float | None = Field(None, description="A number below this.")
    absent: Literal["false", "true", "unknown"] = Field("false", description="The answer when nothing was told.")

    def check(self, bench: Bench) -> Verdict:
        value = _told(bench.view.interaction, self.field)
        if value is None or value == "":
            reason = Text(f"没有提供 {self.field}", f"{self.field} was not told")
            return {"true": yes(reason), "false": no(reason), "unknown": unknown(reason)}[self.absent]
        reason = Text(f"{self.field} 为 {value}", f"{self.field} is {value}")
        return yes(reason, value=str(value)) if self.holds(value) else no(reason, value=str(value))

    def holds(self, value: Any) -> bool:
        wanted = [*self.one_of, *([] if self.equals is None else [self.equals])]
        if wanted and not any(_same(value, w) for w in wanted):
            return False
        for name, compare in _COMPARE.items():
            limit = getattr(self, name)
            if limit is not None and not compare(float(value), limit):
                return False
        if wanted or any(getattr(self, name) is not None for name in _COMPARE):
            return True
        return str(value).strip().lower() not in ("false", "no", "0", "否")


def _told(interaction: Interaction, name: str) -> Any:
    return interaction.metadata.get(name, getattr(interaction, name, None) if name in OWN else None)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return str(value).strip().lower() in (("true", "yes", "1", "是") if wanted else ("false", "no", "0", "否"))
    if isinstance(wanted, int | float):
        try:
            return float(value) == float(wanted)
        except (TypeError, ValueError):
            return False
    return str(value).strip().lower() == str(wanted).strip().lower()
