"""The emotion report of one day: how many customers were at risk, when, with whom, why, and who they are."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from qa_engine.emotion import Course
from qa_engine.risk import Risk

GROUPS = ("team", "agent", "vendor")
HOURS = 24
UNUSUAL = 2.0
"""Standard errors above the day's own share from which an hour stands out."""
LEAST_IN_HOUR = 5
"""Fewer in an hour tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One interaction of the day whose risk is known, 0..1."""

    id: str
    received_at: datetime
    risk: float
    team: str | None = None
    agent: str | None = None
    vendor: str | None = None
    customer_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Interactions whose risk is known, and those of them at risk."""

    told: int = 0
    at_risk: int = 0

    @property
    def share(self) -> float | None:
        return self.at_risk / self.told if self.told else None


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day; ``unusual``: its share stands out from the day's."""

    hour: int
    count: Count
    unusual: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer who was at risk that day: so many contacts, the highest risk, and the contact with it."""

    ref: str
    contacts: int
    risk: float
    interaction: str


@dataclass(frozen=True, slots=True)
class Case:
    """One contact to look into, with the reasons of its risk and the customer's course where they are known."""

    contact: Contact
    risk: Risk | None
    course: Course | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionDay:
    """``least`` is the risk from which a customer counts as at risk; ``usual`` the count of the seven days before."""

    day: date
    zone: ZoneInfo
    least: float
    judged: int
    count: Count
    before: Count
    usual: Count
    hours: tuple[Hour, ...]
    groups: Mapping[str, tuple[tuple[str, Count], ...]]
    customers: tuple[Customer, ...]
    causes: tuple[tuple[str, int], ...]
    cases: tuple[Case, ...]


def count_of(contacts: Iterable[Contact], least: float) -> Count:
    risks = [contact.risk for contact in contacts]
    return Count(len(risks), sum(risk >= least for risk in risks))


def hours_of(contacts: Sequence[Contact], zone: ZoneInfo, least: float) -> tuple[Hour, ...]:
    """All 24 of the day, by the clock on the wall."""
    by_hour: dict[int, list[Contact]] = defaultdict(list)
    for contact in contacts:
        by_hour[contact.received_at.astimezone(zone).hour].append(contact)
    share = count_of(contacts, least).share or 0.0
    counts = [(hour, count_of(by_hour[hour], least)) for hour in range(HOURS)]
    return tuple(Hour(hour, count, _stands_out(count, share)) for hour, count in counts)


def _stands_out(count: Count, usual: float) -> bool:
    if count.told < LEAST_IN_HOUR or count.share is None:
        return False
    error = math.sqrt(max(usual * (1 - usual), 1e-9) / count.told)
    return count.share > usual + UNUSUAL * error


def groups_of(contacts: Sequence[Contact], least: float) -> Mapping[str, tuple[tuple[str, Count], ...]]:
    """By team, agent and vendor, those with most customers at risk first; contacts that name none are left out."""
    found = {}
    for group in GROUPS:
        members: dict[str, list[Contact]] = defaultdict(list)
        for contact in contacts:
            if name := getattr(contact, group):
                members[name].append(contact)
        counts = [(name, count_of(theirs, least)) for name, theirs in members.items()]
        found[group] = tuple(sorted(counts, key=lambda c: (-c[1].at_risk, -(c[1].share or 0.0), c[0])))
    return found


def customers_of(contacts: Sequence[Contact], least: float) -> tuple[Customer, ...]:
    """Who was at risk, the riskiest first; a customer who came again is one."""
    theirs: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.customer_ref:
            theirs[contact.customer_ref].append(contact)
    found = []
    for ref, own in theirs.items():
        worst = max(own, key=lambda c: c.risk)
        if worst.risk >= least:
            found.append(Customer(ref, len(own), worst.risk, worst.id))
    return tuple(sorted(found, key=lambda c: (-c.risk, c.ref)))


def causes_of(risks: Iterable[Risk]) -> tuple[tuple[str, int], ...]:
    """How many of the risks have each cause, the most frequent first."""
    counted = Counter(cause for risk in risks for cause in {reason.code.value for reason in risk.reasons})
    return tuple(sorted(counted.items(), key=lambda c: (-c[1], c[0])))
