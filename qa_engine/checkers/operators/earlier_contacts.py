"""Decides how often the same customer has come before."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.domain import Text
from qa_engine.domain.metadata import EARLIER_CONTACTS


class EarlierContacts(Bounded):
    """True when the number of this customer's earlier contacts is within the limits; unknown where nothing was told of
    who the customer is."""

    name: ClassVar[str] = "earlier_contacts"

    within_days: float = Field(30, gt=0, description="Only contacts of so many days before this one.")

    def check(self, bench: Bench) -> Verdict:
        told = bench.view.interaction.metadata.get(EARLIER_CONTACTS)
        days = [d for d in told if isinstance(d, int | float)] if isinstance(told, list | tuple) else None
        count = None if days is None else sum(0 <= d <= self.within_days for d in days)
        what = Text(f"{self.within_days:g} 天内的此前联系次数", f"earlier contacts within {self.within_days:g} days")
        return self.compare(count, what, count=count or 0)
