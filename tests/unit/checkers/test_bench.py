"""Kleene's three values, and what happens when a checker fails."""

from __future__ import annotations

import itertools

import pytest

from qa_engine.checkers.base import Instruments, Truth
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.normal import sentences
from qa_engine.rubric.nodes import All, AnyOf, AtLeast, Node, Not
from tests.unit.checkers.cast import ask, chat, rubric_of

YES, NO, MAYBE = "{last_word: agent}", "{last_word: customer}", "{silence: 10}"
VALUES = {YES: Truth.TRUE, NO: Truth.FALSE, MAYBE: Truth.UNKNOWN}


def leaf(condition: str) -> Node:
    return rubric_of(condition).fact("asked")


@pytest.mark.parametrize(("a", "b"), list(itertools.product(VALUES, VALUES)))
def test_all_is_the_least_and_any_the_greatest(a: str, b: str) -> None:
    bench = Bench(chat("A: 好"), Instruments())
    values = VALUES[a].value, VALUES[b].value
    assert bench.ask(All((leaf(a), leaf(b)))).truth.value == min(values)
    assert bench.ask(AnyOf((leaf(a), leaf(b)))).truth.value == max(values)


@pytest.mark.parametrize("a", VALUES)
def test_not_not_is_the_same(a: str) -> None:
    bench = Bench(chat("A: 好"), Instruments())
    assert bench.ask(Not(Not(leaf(a)))).truth is VALUES[a]


@pytest.mark.parametrize(
    ("parts", "n", "truth"),
    [
        ((YES, YES, NO), 2, Truth.TRUE),
        ((YES, MAYBE, NO), 2, Truth.UNKNOWN),
        ((YES, NO, NO), 2, Truth.FALSE),
        ((MAYBE, NO, NO), 2, Truth.FALSE),
    ],
)
def test_at_least_counts_what_is_sure_and_what_could_be(parts: tuple[str, ...], n: int, truth: Truth) -> None:
    bench = Bench(chat("A: 好"), Instruments())
    assert bench.ask(AtLeast(n, tuple(leaf(p) for p in parts))).truth is truth


def test_a_checker_that_fails_is_unknown_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        version = "broken"

        def embed(self, texts: object) -> object:
            raise OSError("no such weights")

    verdict = ask("{means: {like: [好的好的]}}", chat("A: 好的好的"), Instruments(Broken()))  # type: ignore[arg-type]
    assert verdict.truth is Truth.UNKNOWN
    assert "no such weights" in verdict.reason.en


def test_a_condition_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    node = leaf(YES)
    original = Bench._answer
    monkeypatch.setattr(Bench, "_answer", lambda self, n: asked.append(n) or original(self, n))
    bench = Bench(chat("A: 好"), Instruments())
    bench.ask(All((node, node)))
    assert asked.count(node) == 1


def test_a_point_inside_a_number_or_after_a_title_ends_no_sentence() -> None:
    assert [tuple(text[a:b].strip(" .") for a, b in sentences(text)) for text in ("a 3.5 fee. ask dr. lee.",)] == [
        ("a 3.5 fee", "ask dr. lee")
    ]
