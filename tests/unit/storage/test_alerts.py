"""Alerts are raised once, followed by those who may, seen to by people, and escalated when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from qa_engine.alerts import AlertState, Facts, Grade
from qa_engine.domain import Principal, UserRole
from qa_engine.errors import Conflict, Forbidden, NotFound
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.alert_events import AlertEventKind, append_event, hold_events
from qa_engine.storage.alerting import raise_alerts
from qa_engine.storage.alerts import AlertFilter, ResolutionCause
from qa_engine.storage.webhooks import DeliveryState
from tests.unit.alerts.cast import card, item, risk
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, SUPERVISOR, VENDOR, take_chat
from tests.unit.storage.conftest import Clock

MEI = Principal(id="user:mei", tenant="default", role=UserRole.SUPERVISOR, team="T1", name="mei")


def known(store: Store, **told: Any) -> Facts:
    """Of an interaction that is kept, about customer K1, judged to be without fault."""
    told = {"team": "T1", "agent": "A1", "vendor": "V1", "customer_ref": "K1", "external_id": "x", **told}
    row = store.interaction(SYSTEM, take_chat(store, **told).interaction.id)
    return Facts(interaction=row.interaction, received_at=row.received_at, card=card())


def raised(store: Store, facts: Facts) -> Sequence[str]:
    with store.db.write() as connection:
        return raise_alerts(connection, facts)


def redline(store: Store, **told: Any) -> str:
    [alert_id] = raised(store, replace(known(store, **told), card=card(0.0, item())))
    return alert_id


def kinds(store: Store, after: int = 0, asker: Principal = LEAD) -> list[str]:
    return [event.kind for event in store.alert_events(asker, after)]


def test_it_raises_nothing_for_a_good_call(store: Store) -> None:
    assert raised(store, known(store)) == ()
    assert store.alerts(LEAD).rows == () and store.last_alert_event() == 0


def test_it_keeps_reason_place_and_deadlines(store: Store) -> None:
    alert = store.alert(LEAD, redline(store))
    assert (alert.strategy, alert.grade, alert.state, alert.count) == ("redline", Grade.SERIOUS, AlertState.OPEN, 1)
    assert "念出证件号" in alert.reason.zh and "id number" in alert.reason.en
    [place] = alert.evidence
    assert (place.turn, place.start, place.quote) == (3, 12.5, "把您的身份证号念一下")
    assert (alert.acknowledge_by - alert.raised_at).total_seconds() == 1800
    assert (alert.team, alert.agent, alert.customer_ref) == ("T1", "A1", "K1")
    assert kinds(store) == ["raised"]


def test_looking_again_at_the_same_interaction_doubles_nothing(store: Store) -> None:
    facts = replace(known(store), card=card(0.0, item()))
    first = raised(store, facts)
    assert raised(store, facts) == ()
    assert raised(store, replace(facts, risk=risk(0.6, alarm=False))) != first  # what is new is raised of itself
    assert kinds(store) == ["raised", "raised"]
    raised(store, replace(facts, risk=risk(0.9, alarm=False)))
    assert kinds(store) == ["raised", "raised", "renewed"]


def test_another_interaction_of_the_same_customer_joins_the_alert(store: Store, time: Clock) -> None:
    [first] = raised(store, replace(known(store, external_id="1"), risk=risk(alarm=False)))
    time.forward(600)
    [again] = raised(store, replace(known(store, external_id="2"), risk=risk(alarm=False)))
    assert again == first and store.alert(LEAD, first).count == 2
    store.resolve_alert(LEAD, first, ResolutionCause.SERVICE)
    [later] = raised(store, replace(known(store, external_id="3"), risk=risk(alarm=False)))
    assert later != first


def test_many_at_once_about_one_customer_are_one_alert(store: Store) -> None:
    facts = [replace(known(store, external_id=str(n)), risk=risk(alarm=False)) for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda one: raised(store, one), facts))
    assert len({alert_id for ids in found for alert_id in ids}) == 1
    [alert] = store.alerts(LEAD).rows
    assert alert.count == 12


def test_three_fatal_calls_of_one_agent_within_a_day_are_an_incident(store: Store, time: Clock) -> None:
    for n in range(4):
        redline(store, external_id=str(n), customer_ref=f"K{n}") if n < 2 else raised(
            store, replace(known(store, external_id=str(n), customer_ref=f"K{n}"), card=card(0.0, item()))
        )
        time.forward(60)
    [incident] = store.alerts(LEAD, AlertFilter(strategy="agent_repeats_redline")).rows
    assert (incident.grade, incident.subject, incident.count) == (Grade.MAJOR, "agent:A1", 2)
    assert incident.reason.zh.startswith("1 天内第 4 次")


def test_an_archive_raises_nothing(store: Store, time: Clock) -> None:
    facts = replace(known(store), card=card(0.0, item()))
    time.forward(2 * 86_400)
    assert raised(store, facts) == ()


@pytest.mark.parametrize("asker", [LEAD, SUPERVISOR, VENDOR, SYSTEM])
def test_those_who_may_see_the_interaction_see_its_alert(store: Store, asker: Principal) -> None:
    alert_id = redline(store)
    assert store.alert(asker, alert_id).id == alert_id
    assert [event.alert.id for event in store.alert_events(asker, 0)] == [alert_id]
    assert sum(store.open_alerts(asker).values()) == 1
    assert store.acknowledge_alert(asker, alert_id).state is AlertState.ACKNOWLEDGED


@pytest.mark.parametrize(
    "asker", [STRANGER, replace(SUPERVISOR, team="T2"), replace(SUPERVISOR, team=None), replace(VENDOR, vendor="V2")]
)
def test_for_all_others_it_is_not_there(store: Store, asker: Principal) -> None:
    alert_id = redline(store)
    for act in (
        lambda: store.alert(asker, alert_id),
        lambda: store.acknowledge_alert(asker, alert_id),
        lambda: store.assign_alert(asker, alert_id, "me"),
        lambda: store.note_alert(asker, alert_id, "x"),
        lambda: store.resolve_alert(asker, alert_id, ResolutionCause.OTHER),
    ):
        with pytest.raises(NotFound):
            act()
    assert (
        store.alerts(asker).rows == () and not store.alert_events(asker, 0) and not store.alert_story(asker, alert_id)
    )
    assert store.alert(LEAD, alert_id).state is AlertState.OPEN


def test_agents_see_no_board(store: Store) -> None:
    alert_id = redline(store)
    for act in (
        lambda: store.alerts(AGENT),
        lambda: store.alert(AGENT, alert_id),
        lambda: store.alert_events(AGENT, 0),
        lambda: store.open_alerts(AGENT),
    ):
        with pytest.raises(Forbidden):
            act()


def test_services_and_keys_that_only_read_may_not_see_to_alerts(store: Store) -> None:
    alert_id = redline(store)
    service = Principal(id="key:s", tenant="default", role=UserRole.SERVICE)
    for asker in (service, replace(SUPERVISOR, scopes=frozenset({"read"}))):
        assert store.alert(asker, alert_id)
        with pytest.raises(Forbidden):
            store.acknowledge_alert(asker, alert_id)


def test_it_is_taken_on_once_handed_over_noted_and_resolved(store: Store, time: Clock) -> None:
    alert_id = redline(store)
    time.forward(90)
    mine = store.acknowledge_alert(MEI, alert_id)
    assert (mine.acknowledged_by, mine.assignee) == ("mei", "mei")
    assert store.acknowledge_alert(MEI, alert_id) == mine
    with pytest.raises(Conflict, match="mei has it"):
        store.acknowledge_alert(LEAD, alert_id)
    store.assign_alert(MEI, alert_id, "lei")
    store.note_alert(MEI, alert_id, "已致电客户")
    done = store.resolve_alert(MEI, alert_id, ResolutionCause.SERVICE, "已道歉补偿")
    assert (done.state, done.cause, done.resolved_by, done.assignee) == (AlertState.RESOLVED, "service", "mei", "lei")
    for act in (
        lambda: store.resolve_alert(LEAD, alert_id, ResolutionCause.OTHER),
        lambda: store.assign_alert(LEAD, alert_id, "x"),
    ):
        with pytest.raises(Conflict, match="mei has resolved"):
            act()
    story = store.alert_story(MEI, alert_id)
    assert [event.kind for event in story] == ["raised", "acknowledged", "assigned", "noted", "resolved"]
    assert story[1].detail == {"seconds": 90.0} and story[2].detail == {"assignee": "lei", "before": "mei"}
    assert story[4].detail == {"cause": "service", "note": "已道歉补偿"}


def test_two_at_once_and_one_has_it(store: Store) -> None:
    alert_id = redline(store)
    people = [replace(MEI, id=f"user:{n}", name=f"p{n}") for n in range(6)]

    def take(who: Principal) -> str | None:
        try:
            return store.acknowledge_alert(who, alert_id).acknowledged_by
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        had = [name for name in pool.map(take, people) if name]
    assert had == [store.alert(LEAD, alert_id).acknowledged_by]


def test_what_nobody_acknowledges_goes_up_step_by_step_and_is_overdue_in_the_end(store: Store, time: Clock) -> None:
    alert_id = redline(store)
    assert store.escalate_alerts() == 0
    time.forward(1800)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: store.escalate_alerts(), range(4))) == 1
    assert store.alert(LEAD, alert_id).escalated == 1
    time.forward(5400)
    assert store.escalate_alerts() == 1 and store.escalate_alerts() == 0
    time.forward(86_400)
    assert store.escalate_alerts() == 1 and store.escalate_alerts() == 0
    story = store.alert_story(LEAD, alert_id)
    assert [(event.kind, event.detail.get("to")) for event in story[1:]] == [
        (AlertEventKind.ESCALATED, ["lead"]),
        (AlertEventKind.ESCALATED, ["manager"]),
        (AlertEventKind.OVERDUE, ["manager"]),
    ]


def test_who_takes_it_on_ends_its_escalation_but_not_its_deadline(store: Store, time: Clock) -> None:
    alert_id = redline(store)
    store.acknowledge_alert(MEI, alert_id)
    time.forward(7200)
    assert store.escalate_alerts() == 0
    time.forward(86_400)
    assert store.escalate_alerts() == 1
    assert kinds(store)[-1] == "overdue"
    store.resolve_alert(MEI, alert_id, ResolutionCause.FALSE_ALARM)
    time.forward(86_400)
    assert store.escalate_alerts() == 0


def test_a_reader_never_misses_an_event_however_its_writers_overlap(store: Store) -> None:
    """Who sees number n has seen, or sees with it, all before n: also while writers commit late."""
    alert_id, seen, stop = redline(store), [store.last_alert_event()], threading.Event()
    row = {"id": alert_id, "tenant": "default", "interaction_id": store.alert(LEAD, alert_id).interaction_id}

    def write(n: int) -> None:
        for _ in range(10):
            with store.db.write() as connection:
                hold_events(connection)
                append_event(connection, row, AlertEventKind.NOTED, f"w{n}")
                stop.wait(0.001 * (n % 3))  # commit later than others begin

    def follow() -> None:
        while not (stop.is_set() and store.last_alert_event() == seen[-1]):
            seen.extend(event.id for event in store.alert_events(LEAD, seen[-1]))

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(write, range(5)))
    stop.set()
    reader.join()
    assert seen == list(range(1, 52))


def test_pages_follow_each_other_without_gap(store: Store) -> None:
    made = [redline(store, external_id=str(n), agent=f"A{n}") for n in range(7)]
    seen: list[str] = []
    page = store.alerts(LEAD, limit=3)
    while True:
        seen += [alert.id for alert in page.rows]
        if page.next is None:
            break
        page = store.alerts(LEAD, after=page.next, limit=3)
    assert seen == sorted(made, reverse=True)


def test_lists_are_narrowed(store: Store) -> None:
    one, two = redline(store, external_id="1"), redline(store, external_id="2", team="T2", agent="A2")
    store.resolve_alert(LEAD, one, ResolutionCause.OTHER)
    for wanted, found in [
        (AlertFilter(unresolved=True), [two]),
        (AlertFilter(unresolved=False), [one]),
        (AlertFilter(state=AlertState.OPEN), [two]),
        (AlertFilter(team="T1"), [one]),
        (AlertFilter(agent="A2"), [two]),
        (AlertFilter(grade=Grade.MAJOR), []),
        (AlertFilter(strategy="redline", customer_ref="K1"), [two, one]),
    ]:
        assert [alert.id for alert in store.alerts(LEAD, wanted).rows] == found, wanted


def test_it_measures_how_soon_people_acknowledge(store: Store, time: Clock) -> None:
    began = time.moment
    made = [redline(store, external_id=str(n), agent=f"A{n}") for n in range(4)]
    for alert_id, seconds in zip(made, (60, 60, 3000), strict=False):
        time.forward(seconds)
        store.acknowledge_alert(MEI, alert_id)
    store.resolve_alert(MEI, made[0], ResolutionCause.PRODUCT)
    summary = store.alert_summary(MEI, began)
    assert summary.raised == 4 and summary.by_state == {"open": 1, "acknowledged": 2, "resolved": 1}
    assert summary.acknowledge is not None
    assert (summary.acknowledge.count, summary.acknowledge.p50, summary.acknowledge.p95) == (3, 120.0, 3120.0)
    assert summary.in_time == 0.5 and summary.by_cause == {"product": 1}
    assert store.alert_figures().open[Grade.SERIOUS] == 1
    assert store.alert_summary(replace(MEI, team="T9"), began).raised == 0


def test_webhooks_hear_of_alerts_without_a_word_of_what_was_said(store: Store) -> None:
    _, hook = store.create_webhook(SYSTEM, "https://hooks.example.com/", ["alert.raised"])
    alert_id = redline(store)
    [delivery] = store.deliveries(SYSTEM, hook.id).rows
    assert (delivery.event, delivery.state) == ("alert.raised", DeliveryState.QUEUED)
    letter = store.letter(delivery.id)
    assert letter is not None and f"/v1/alerts/{alert_id}" in letter.body
    assert "身份证" not in letter.body and "证件号" not in letter.body and '"start":12.5' in letter.body


def test_a_tenant_may_keep_strategies_of_its_own(store: Store) -> None:
    text = store.alert_strategies(LEAD).text.replace(
        "grade: serious\n    when: {fatal: any}", "grade: major\n    when: {fatal: any}"
    )
    kept = store.keep_strategies(SYSTEM, text)
    assert store.alert(LEAD, redline(store)).grade is Grade.MAJOR
    assert [version.sha256 for version in store.strategy_versions(SYSTEM)] == [kept.sha256]
    assert store.alert_strategies(STRANGER).sha256 != kept.sha256
    with pytest.raises(Forbidden):
        store.keep_strategies(LEAD, text)
