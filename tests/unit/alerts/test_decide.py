"""Strategies look at facts and at what was before, and decide the same whoever asks and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.alerts import AlertState, Facts, Grade
from qa_engine.alerts.batches import MOST_TOGETHER, Rate, free_at, room, together
from qa_engine.alerts.conditions import match
from qa_engine.alerts.decide import Act, Before, Decision, decide, met
from qa_engine.alerts.reading import BadStrategies, read_strategies, shipped
from qa_engine.alerts.strategy import CAUSES, Document, Quiet, When, ended
from qa_engine.domain import Outcome, Role
from qa_engine.risk import Cause
from tests.unit.alerts.cast import LEAK, NOW, THREAT, card, facts, item, moods, risk

ANGRY = moods(1, 3, 4, 3, 1)


@pytest.mark.parametrize(
    ("when", "given_", "holds"),
    [
        ({"fatal": "any"}, {"card": card(0.0, item())}, True),
        ({"fatal": "any"}, {}, False),
        ({"fatal": "agent_hangup"}, {"card": card(0.0, item())}, False),
        ({"fatal": ["x", "data_disclosure"]}, {"card": card(0.0, item())}, True),
        ({"fatal": "any"}, {"card": None}, False),
        ({"score_below": 60}, {"card": card(59.9)}, True),
        ({"score_below": 60}, {"card": card(60.0)}, False),
        ({"score_below": 60}, {"card": card(None)}, False),
        ({"band": "flagged"}, {"card": card(30.0)}, True),
        ({"band": ["flagged", "coach"]}, {"card": card(90.0)}, False),
        ({"flags": "dispute"}, {"card": card(90.0, flags=("dispute",))}, True),
        ({"flags": "dispute"}, {"card": card(90.0, flags=("other",))}, False),
        ({"items": {"data_disclosure": "NOT_MET"}}, {"card": card(0.0, item())}, True),
        ({"items": {"data_disclosure": "NOT_MET"}}, {"card": card(90.0, item(Outcome.MET))}, False),
        ({"items": {"never": "NOT_MET"}}, {"card": card(0.0, item())}, False),
        ({"risk": {"at_least": 0.8}}, {"risk": risk(0.8)}, True),
        ({"risk": {"at_least": 0.8}}, {"risk": risk(0.79)}, False),
        ({"risk": {"at_least": 0.8}}, {"risk": None}, False),
        ({"risk": {"alarm": True}}, {"risk": risk(0.3, alarm=True)}, True),
        ({"risk": {"alarm": True}}, {"risk": risk(0.9, alarm=False)}, False),
        ({"risk": {"causes": "waiting"}}, {"risk": risk(0.9)}, False),
        ({"risk": {"causes": ["waiting", "threat_to_complain"]}}, {"risk": risk(0.1)}, True),
        ({"emotion": {"at_least": 3, "turns": 3}}, {"moods": ANGRY}, True),
        ({"emotion": {"at_least": 3, "turns": 4}}, {"moods": ANGRY}, False),
        ({"emotion": {"at_least": 3, "seconds": 25}}, {"moods": ANGRY}, True),
        ({"emotion": {"at_least": 3, "seconds": 26}}, {"moods": ANGRY}, False),
        ({"emotion": {"at_least": 3, "seconds": 1}}, {"moods": moods(3, 3, timed=False)}, False),
        ({"emotion": {"at_least": 3, "at_end": True}}, {"moods": ANGRY}, False),
        ({"emotion": {"at_least": 3, "at_end": True}}, {"moods": moods(0, 3)}, True),
        ({"emotion": {"who": "agent", "at_least": 3}}, {"moods": ANGRY}, False),
        ({"emotion": {"who": "agent", "at_least": 3}}, {"moods": moods(3, role=Role.AGENT)}, True),
        ({"emotion": {"at_least": 0}}, {"moods": ()}, False),
        ({"metadata": {"queue": ["vip", "gold"]}}, {"metadata": {"queue": "vip"}}, True),
        ({"metadata": {"rating": [1, 2]}}, {"metadata": {"rating": 3}}, False),
        ({"metadata": {"rating": [1, 2]}}, {}, False),
        ({"kind": "call"}, {}, True),
        ({"kind": "chat"}, {}, False),
        ({"direction": "inbound"}, {}, False),
        ({"fatal": "any", "kind": "chat"}, {"card": card(0.0, item())}, False),
        ({"any": [{"kind": "chat"}, {"score_below": 95}]}, {}, True),
        ({"any": [{"kind": "chat"}, {"score_below": 50}]}, {}, False),
    ],
)
def test_a_condition_holds_when_all_that_it_names_holds(when: Any, given_: dict[str, Any], holds: bool) -> None:
    assert (match(When.model_validate(when), facts(**given_)) is not None) is holds


def test_the_reason_says_why_in_both_languages_and_where_to_listen() -> None:
    found = match(
        When.model_validate({"risk": {"at_least": 0.5}, "fatal": "any"}), facts(risk=risk(), card=card(0.0, item()))
    )
    assert found is not None
    assert found.reason.zh == "流失风险 80%；威胁投诉；泄露信息：当众念出证件号。"
    assert found.reason.en == "Risk 80%; Threatens to complain; Data disclosure: Read out an id number."
    assert found.evidence == (THREAT, LEAK)


def test_causes_are_those_of_the_risk() -> None:
    assert set(CAUSES) == {cause.value for cause in Cause}


@dataclass
class Memory:
    """History in memory; ``keep`` does what the store does."""

    alerts: dict[str, dict[str, Any]] = field(default_factory=dict)
    hits: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def raised_by(self, strategy: str, interaction_id: str) -> Before | None:
        hit = self.hits.get((strategy, interaction_id))
        return self._before(hit["alert"]) if hit and hit["alert"] else None

    def latest(self, strategy: str, subject: str) -> Before | None:
        about = [k for k, a in self.alerts.items() if a["strategy"] == strategy and a["subject"] == subject]
        return self._before(about[-1]) if about else None

    def matched(self, strategy: str, subject: str, since: datetime) -> frozenset[str]:
        return frozenset(
            i for (s, i), hit in self.hits.items() if s == strategy and hit["subject"] == subject and hit["at"] >= since
        )

    def sent(self, strategy: str, scope: str, since: datetime) -> int:
        return sum(
            a["strategy"] == strategy and a["scope"] == scope and a["raised_at"] >= since and not a["muted"]
            for a in self.alerts.values()
        )

    def _before(self, name: str) -> Before:
        alert = self.alerts[name]
        return Before(id=name, state=alert["state"], last_at=alert["last_at"], told_at=alert["told_at"])

    def keep(self, one: Facts, decision: Decision, now: datetime) -> None:
        name = decision.alert
        if decision.act is Act.RAISED:
            name = f"alert-{len(self.alerts)}"
            self.alerts[name] = {
                "strategy": decision.strategy.id, "subject": decision.subject, "scope": decision.scope, "last_at": now,
                "raised_at": now, "state": AlertState.OPEN, "muted": decision.muted, "told_at": None,
            }  # fmt: skip
            for hit in self.hits.values():
                hit["alert"] = hit["alert"] or (name if hit["subject"] == decision.subject else None)
        elif decision.act is Act.AGAIN and name:
            self.alerts[name]["last_at"] = now
        if name and decision.tell_at:
            self.alerts[name]["told_at"] = decision.tell_at
        key = (decision.strategy.id, one.interaction.id)
        hit = self.hits.setdefault(key, {"subject": decision.subject, "at": now, "alert": None})
        hit["alert"] = name or hit["alert"]


def document(**told: Any) -> Document:
    """One strategy: any fatal item, serious, about the customer, within a day."""
    grades = yaml.safe_load(shipped().text)["grades"]
    one = {"id": "one", "title": {"zh": "一", "en": "One"}, "grade": "serious", "when": {"fatal": "any"}}
    whole = {"version": 1, "grades": grades, "strategies": [{**one, "per": "customer", "window": "1d", **told}]}
    return read_strategies(yaml.safe_dump(whole, allow_unicode=True)).document


def run(plan: Document, steps: Sequence[tuple[Facts, datetime]]) -> tuple[list[Decision], Memory]:
    memory, made = Memory(), []
    for one, now in steps:
        for decision in decide(one, plan, met(one, plan, now), memory, now):
            memory.keep(one, decision, now)
            made.append(decision)
    return made, memory


def bad(n: int = 0, minutes: float = 0, **told: Any) -> tuple[Facts, datetime]:
    now = NOW + timedelta(minutes=minutes)
    return replace(facts(f"i{n}", **told), card=card(0.0, item()), received_at=now), now


def acts(plan: Document, *steps: tuple[Facts, datetime]) -> list[str]:
    return [decision.act.value for decision in run(plan, steps)[0]]


def test_one_interaction_raises_once_another_joins_and_after_the_window_it_is_anew() -> None:
    assert acts(document(), bad(0), bad(0, 1), bad(1, 2), bad(2, 3000)) == ["raised", "renewed", "again", "raised"]


def test_each_customer_is_a_subject_and_who_is_not_named_is_one_alone() -> None:
    other, nobody = {"customer_ref": "K2"}, {"customer_ref": None}
    assert acts(document(), bad(0), bad(1, **other), bad(2, **nobody), bad(3, **nobody)) == ["raised"] * 4


def test_only_the_nth_within_the_window_raises() -> None:
    plan = document(count={"at_least": 3}, window="1h")
    assert acts(plan, bad(0), bad(0, 1), bad(1, 2), bad(2, 3), bad(3, 4)) == ["matched"] * 3 + ["raised", "again"]
    assert acts(plan, bad(0), bad(1, 40), bad(2, 80), bad(3, 90)) == ["matched"] * 3 + ["raised"]


def test_beyond_its_limit_an_alert_is_kept_but_not_sent() -> None:
    plan = document(limit={"at_most": 2, "within": "1h", "per": "team"}, per="interaction")
    made, _ = run(plan, [bad(n, n) for n in range(4)] + [bad(9, 5, team="T2"), bad(10, 70)])
    assert [decision.muted for decision in made] == [False, False, True, True, False, False]
    assert [decision.tell_at is None for decision in made] == [False, False, True, True, False, False]


def test_raised_again_it_is_sent_again_only_after_a_while() -> None:
    made, _ = run(document(again="30m"), [bad(0), bad(1, 10), bad(2, 31), bad(3, 40)])
    assert [decision.tell_at is not None for decision in made] == [True, False, True, False]


def test_what_is_old_raises_nothing() -> None:
    old = replace(facts(), card=card(0.0, item()), received_at=NOW - timedelta(days=2))
    assert acts(document(), (old, NOW)) == [] and acts(document(fresh="3d"), (old, NOW)) == ["raised"]


QUIET = Quiet.model_validate({"from": "22:00", "to": "08:00", "except": "serious"})


@pytest.mark.parametrize(
    ("hour_utc", "grade", "hours"),
    [(4, "general", 0), (13, "general", 0), (14, "general", 10), (20, "general", 4), (0, "general", 0),
     (20, "major", 0), (20, "serious", 0)],
)  # fmt: skip
def test_quiet_hours_hold_what_is_not_grave_until_the_morning(hour_utc: int, grade: str, hours: int) -> None:
    now = NOW.replace(hour=hour_utc)
    assert ended(QUIET, Grade(grade), now) - now == timedelta(hours=hours)


def test_quiet_days_are_those_on_which_it_begins() -> None:
    quiet = Quiet.model_validate(
        {"from": "20:00", "to": "09:00", "days": ["fri"], "time_zone": "UTC", "except": "major"}
    )
    friday = datetime(2026, 3, 6, 21, tzinfo=UTC)
    assert ended(quiet, Grade.GENERAL, friday) == datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert ended(quiet, Grade.GENERAL, friday + timedelta(days=1)) == friday + timedelta(days=1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["K1", "K2", None]), st.floats(0, 900)), max_size=14),
    st.sampled_from([None, 2, 3]),
)
def test_nothing_is_ever_raised_twice_for_the_same(
    steps: list[tuple[int, str | None, float]], count: int | None
) -> None:
    plan = document(**({"count": {"at_least": count}} if count else {}), window="1h")
    minutes, told = 0.0, []
    for n, customer, gap in steps:
        minutes += gap
        told.append(bad(n, minutes, customer_ref=f"{customer}-{n % 2}" if customer else None))
    made, memory = run(plan, told)
    raisers = [facts_.interaction.id for (facts_, _), one in zip(told, made, strict=True) if one.act is Act.RAISED]
    assert len(raisers) == len(set(raisers)) == len(memory.alerts)
    for one, (_, now) in zip(made, told, strict=True):
        assert one.tell_at is None or one.tell_at >= now
        assert now < one.acknowledge_by <= one.resolve_by
        assert one.act is not Act.RENEWED or one.alert is not None


@given(st.lists(st.integers(0, 2), max_size=120), st.integers(1, 20))
def test_whatever_waits_leaves_in_no_more_messages_than_may(ranks: list[int], free: int) -> None:
    left, sent = sorted(ranks, reverse=True), 0
    while left and free:
        taken = together(left, free)
        assert 1 <= taken <= MOST_TOGETHER
        left, free, sent = left[taken:], free - 1, sent + taken
    assert sent == len(ranks) or free == 0


@given(st.lists(st.floats(0, 120), max_size=150), st.floats(0, 120))
def test_room_is_there_exactly_when_one_need_not_wait(moments: list[float], now: float) -> None:
    rates = (Rate(5, 1.0), Rate(100, 60.0))
    sent = [NOW + timedelta(seconds=at) for at in moments if at <= now]
    at = NOW + timedelta(seconds=now)
    free = free_at(rates, sent, at)
    assert (room(rates, sent, at) > 0) is (free == at) and room(rates, sent, free) > 0


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("grade: serious", "grade: huge", "strategies"),
        ("{fatal: any}", "{}", "at least one thing"),
        ("{fatal: any}", "{fatl: any}", "no such field"),
        ("window: 1d", "window: -1d", "15m"),
        ("count: {at_least: 3}", "count: {at_least: 1}", "at_least"),
        ("{after: 2h, to: manager}", "{after: 10m, to: manager}", "later than"),
        ("id: redline", "id: customer_at_risk", "two strategies"),
        ("time_zone: Asia/Shanghai", "time_zone: Mars", "time zone"),
        ("version: 1", "version: 2", "version"),
        ("strategies:", "strategies: [", "not readable as YAML"),
    ],
)
def test_a_faulty_document_is_refused_with_its_line(find: str, put: str, said: str) -> None:
    with pytest.raises(BadStrategies, match=said) as told:
        read_strategies(shipped().text.replace(find, put, 1))
    assert str(told.value.where).startswith("strategies.yaml:")


def test_a_count_needs_someone_to_count() -> None:
    with pytest.raises(BadStrategies, match="over several"):
        document(count={"at_least": 2}, per="interaction")


def test_the_shipped_strategies_speak_both_languages_and_every_grade_has_its_path() -> None:
    for one in shipped().enabled:
        assert one.title.zh and one.title.en
    waits = [shipped().document.grades[grade].acknowledge for grade in Grade]
    assert waits == sorted(waits, reverse=True)
