"""Makes reports from the store, each for the one who asks: what they may not see is not in the sums either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from qa_engine.domain import Principal
from qa_engine.errors import BadInput
from qa_engine.reports.emotion_day import (
    Case,
    Contact,
    Count,
    EmotionDay,
    causes_of,
    count_of,
    customers_of,
    groups_of,
    hours_of,
)
from qa_engine.reports.undetermined import ItemCount, Judged, count
from qa_engine.storage import InteractionFilter, Store

MOST_CASES = 50
MOST_CARDS = 10_000
USUAL_DAYS = 7
YEARS = range(2000, 2200)


def emotion_day(store: Store, principal: Principal, day: date, zone: ZoneInfo, *, least: float = 0.5) -> EmotionDay:
    """Of one day in ``zone``; a customer is at risk from the probability ``least`` up. Raises BadInput."""
    if day.year not in YEARS:
        raise BadInput(f"no day of the years {YEARS.start} to {YEARS.stop - 1}", where="day")
    contacts = [
        Contact(id=i, received_at=at, risk=risk, team=team, agent=agent, vendor=vendor, customer_ref=customer)
        for i, at, risk, team, agent, vendor, customer in store.risk_rows(principal, *_bounds(day, 1, zone))
    ]
    at_risk = sorted((c for c in contacts if c.risk >= least), key=lambda c: (-c.risk, c.id))[:MOST_CASES]
    cases = tuple(_case(store, principal, contact) for contact in at_risk)
    return EmotionDay(
        day=day,
        zone=zone,
        least=least,
        judged=store.risk_counts(principal, *_bounds(day, 1, zone), least)[0],
        count=count_of(contacts, least),
        before=_count(store, principal, _bounds(day - timedelta(days=1), 1, zone), least),
        usual=_count(store, principal, _bounds(day - timedelta(days=USUAL_DAYS), USUAL_DAYS, zone), least),
        hours=hours_of(contacts, zone, least),
        groups=groups_of(contacts, least),
        customers=customers_of(contacts, least),
        causes=causes_of(case.risk for case in cases if case.risk),
        cases=cases,
    )


def undetermined(
    store: Store, principal: Principal, wanted: InteractionFilter, *, most: int = MOST_CARDS
) -> Sequence[ItemCount]:
    """Of the newest ``most`` judged interactions that fit, how often each item was left to a person."""
    return count(Judged(one, outcomes) for one, outcomes in store.latest_outcomes(principal, wanted, most))


def _bounds(day: date, days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=days), time(), zone)


def _count(store: Store, principal: Principal, within: tuple[datetime, datetime], least: float) -> Count:
    _, told, at_risk = store.risk_counts(principal, *within, least)
    return Count(told, at_risk)


def _case(store: Store, principal: Principal, contact: Contact) -> Case:
    emotion = store.emotion(principal, contact.id)
    return Case(contact, store.risk(principal, contact.id), emotion.customer if emotion else None)
