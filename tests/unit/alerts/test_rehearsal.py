"""What strategies would have raised is what they raise: counted, joined and limited as live, with nothing kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from qa_engine.alerts import Facts
from qa_engine.alerts.reading import read_strategies, shipped
from qa_engine.alerts.rehearsal import Fired, rehearse
from tests.unit.alerts.cast import NOW, card, facts, item, risk


def named(name: str, n: int, at: datetime = NOW, **known: object) -> Facts:
    told = facts(f"{name}-{n}", agent=name, customer_ref=f"K-{name}")
    return replace(told, received_at=at + timedelta(minutes=n), **known)  # type: ignore[arg-type]


def found(fired: list[Fired]) -> dict[str, tuple[int, int]]:
    return {one.strategy: (one.matched, one.raised) for one in fired if one.matched}


def fatal(n: int, name: str = "ann") -> Facts:
    return named(name, n, card=card(75.0, item()))


def test_repeated_fatal_items_raise_at_the_third_and_then_join() -> None:
    told = rehearse(shipped().document, [fatal(n) for n in range(5)])
    assert found(list(told)) == {"redline": (5, 5), "agent_repeats_redline": (5, 1)}


def test_repetitions_about_one_customer_are_one_alert_and_examples_say_why() -> None:
    told = rehearse(shipped().document, [named("mei", n, risk=risk(alarm=True)) for n in range(3)])
    at_risk = next(one for one in told if one.strategy == "customer_at_risk")
    assert (at_risk.matched, at_risk.raised) == (3, 1)
    assert [example.interaction_id for example in at_risk.examples] == ["mei-0"]
    assert "%" in at_risk.examples[0].reason.zh


def test_what_is_beyond_a_limit_is_told_apart() -> None:
    limited = shipped().text.replace("at_most: 20", "at_most: 2")
    told = rehearse(read_strategies(limited).document, [named(f"c{n}", n, risk=risk(alarm=True)) for n in range(5)])
    at_risk = next(one for one in told if one.strategy == "customer_at_risk")
    assert (at_risk.raised, at_risk.muted) == (5, 3)


def test_each_is_looked_at_as_of_the_moment_it_came_in_and_in_that_order() -> None:
    long_ago = [fatal(n) for n in (2, 0, 1)]
    old = [replace(one, received_at=one.received_at - timedelta(days=90)) for one in long_ago]
    started = [replace(one, interaction=replace(one.interaction, started_at=one.received_at)) for one in old]
    told = rehearse(shipped().document, started)
    redline = next(one for one in told if one.strategy == "redline")
    assert [example.interaction_id for example in redline.examples] == ["ann-0", "ann-1", "ann-2"]


def test_what_is_switched_off_raises_nothing() -> None:
    off = shipped().text.replace("    per: interaction\n", "    per: interaction\n    enabled: false\n", 1)
    assert found(list(rehearse(read_strategies(off).document, [fatal(0)]))) == {"agent_repeats_redline": (1, 0)}
