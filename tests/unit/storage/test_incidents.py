"""How incidents stand, by grade: what is open and overdue now, and how soon those of a time were seen to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from qa_engine.alerts import Facts, Grade
from qa_engine.domain import Principal, UserRole
from qa_engine.errors import Forbidden
from qa_engine.storage import SYSTEM, Store, clock
from qa_engine.storage.alerting import raise_alerts
from qa_engine.storage.alerts import ResolutionCause
from qa_engine.storage.incidents import GradeFigures, Took
from tests.unit.alerts.cast import card, item, risk
from tests.unit.storage.cast import take_chat
from tests.unit.storage.conftest import Clock

AGENT = Principal(id="a", tenant="default", role=UserRole.AGENT, agent="A0")
WEST = Principal(id="w", tenant="default", role=UserRole.SUPERVISOR, team="west")


def alarm(store: Store, n: int, *, major: bool = False) -> str:
    told = {"team": "east", "agent": f"A{n}", "customer_ref": f"K{n}", "external_id": str(n)}
    row = store.interaction(SYSTEM, take_chat(store, **told).interaction.id)
    facts = Facts(interaction=row.interaction, received_at=row.received_at)
    facts = replace(facts, risk=risk(alarm=False)) if major else replace(facts, card=card(75.0, item()))
    with store.db.write() as connection:
        [alert_id] = raise_alerts(connection, facts)
    return alert_id


def of(store: Store, grade: Grade, principal: Principal = SYSTEM) -> GradeFigures:
    return next(one for one in store.incidents(principal, clock.now() - timedelta(days=7)) if one.grade is grade)


def test_they_come_by_grade_the_gravest_first_and_empty_ones_too(store: Store) -> None:
    found = store.incidents(SYSTEM, clock.now())
    assert [one.grade for one in found] == [Grade.MAJOR, Grade.SERIOUS, Grade.GENERAL]
    assert (found[0].open, found[0].acknowledge, found[0].in_time) == (0, None, None)


def test_median_and_p90_are_of_those_that_were_seen_to(store: Store, time: Clock) -> None:
    ids = [alarm(store, n) for n in range(10)]
    for alert_id in ids:
        time.forward(60)
        store.acknowledge_alert(SYSTEM, alert_id)
    store.resolve_alert(SYSTEM, ids[0], ResolutionCause.OTHER)
    found = of(store, Grade.SERIOUS)
    assert (found.raised, found.open, found.acknowledged, found.resolved) == (10, 0, 9, 1)
    assert found.acknowledge == Took(10, 300.0, 540.0) and found.resolve == Took(1, 600.0, 600.0)
    assert found.in_time == 1.0


def test_what_is_late_is_told_whether_open_or_in_hand(store: Store, time: Clock) -> None:
    first, second = alarm(store, 1, major=True), alarm(store, 2, major=True)
    store.acknowledge_alert(SYSTEM, second)
    assert of(store, Grade.MAJOR).overdue == 0
    time.forward(11 * 60)
    assert (of(store, Grade.MAJOR).overdue, of(store, Grade.MAJOR).in_time) == (1, 0.5)
    time.forward(4 * 3600)
    assert of(store, Grade.MAJOR).overdue == 2
    store.resolve_alert(SYSTEM, first, ResolutionCause.SERVICE)
    assert of(store, Grade.MAJOR).overdue == 1


def test_what_stands_open_is_told_however_old_but_durations_are_of_the_time_asked(store: Store, time: Clock) -> None:
    alarm(store, 1, major=True)
    time.forward(8 * 86400)
    found = of(store, Grade.MAJOR)
    assert (found.open, found.overdue, found.raised, found.in_time) == (1, 1, 0, None)


def test_each_sees_their_own(store: Store) -> None:
    alarm(store, 1)
    assert of(store, Grade.SERIOUS, WEST).open == 0 and of(store, Grade.SERIOUS).open == 1
    with pytest.raises(Forbidden):
        store.incidents(AGENT, clock.now())
