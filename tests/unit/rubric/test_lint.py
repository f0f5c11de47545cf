"""Lint finds what is readable but wrong, at the line where it is written, and leaves good packs alone."""

# ruff: noqa: E501  (a row of a table is one line)

from __future__ import annotations

import pytest

from qa_engine.rubric import lint, list_packs, load_rubric, read_rubric
from qa_engine.rubric.forms import constant, follows, form
from qa_engine.rubric.ordinary import EN, ZH
from qa_engine.rubric.reader import Reader
from qa_engine.rubric.source import Source
from qa_engine.scoring.examine import examine
from tests.unit.rubric.small import SMALL

FACTS = """facts:
  a: {says: [您好]}
  same: {says: {words: [您好]}}
  b: {says: [再见]}
"""
RUNG = "      - MET: greets\n        because: {zh: 有问候, en: greeted}\n"


def ladder(*conditions: str) -> str:
    """The small pack with these conditions before its own, as PARTIAL."""
    rungs = [f"      - PARTIAL: {one}\n        because: {{zh: 一, en: one}}\n" for one in conditions]
    return SMALL.replace(RUNG, "".join(rungs) + RUNG)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (SMALL.replace("points: 100", "points: 90"), 10, "sum to 90"),
        (SMALL.replace('version: "1"', 'version: "1"\nscoring: {bands: {pass: 60, coach: 70}}'), 3, "not above coach"),
        (SMALL.replace("{turns: 2}", "{turns: 2, idle: 3}"), 5, "`thresholds.idle` is never used"),
        (SMALL.replace("[您好, 你好]", "[您好,\n    你好,\n    您好]"), 9, "lists “您好” twice"),
        (SMALL.replace("[您好, 你好]", "[您好, HELLO, ｈｅｌｌｏ]"), 7, "lists “ｈｅｌｌｏ” twice"),
        (ladder("greets"), 18, "the rung MET can never be reached: PARTIAL above holds first"),
        (ladder("{says: {words: [$hello], first_turns: 2}}"), 18, "can never be reached"),
        (ladder("{any: [greets, {turn_count: {at_least: 9}}]}"), 18, "can never be reached"),
        (ladder("{any: [greets, {not: greets}]}"), 18, "the rung MET can never be reached"),
        (ladder("{all: [greets, {not: greets}]}"), 16, "contradicts itself"),
        (ladder("{at_least: {n: 3, of: [greets, {says: [再见]}]}}"), 16, "contradicts itself"),
        (SMALL.replace("MET: greets", "UNDETERMINED: greets").replace("outcome: NOT_MET", "outcome: UNDETERMINED"), 11, "can never be decided"),
        (SMALL.replace("outcome: NOT_MET", "outcome: MET"), 11, "only one judged outcome"),
        (SMALL.replace("[您好, 你好]", "[您好, '/.+/']"), 7, "matches nearly everything: 100%"),
        (SMALL.replace("[您好, 你好]", "[您好,\n '/您|我|你|的|了|吗/']"), 8, "matches nearly everything"),
        (SMALL.replace("words: [$hello]", "words: [$hello, '/[一-龥]{2}/']"), 9, "matches nearly everything"),
    ],
)  # fmt: skip
def test_a_finding_names_its_line_and_its_mend(text: str, line: int, told: str) -> None:
    found = [f for f in examine(read_rubric(text, "mine.yaml")) if told in f.message]
    assert [(f.where, bool(f.told.zh), bool(f.cure.zh and f.cure.en)) for f in found] == [
        (f"mine.yaml:{line}", True, True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        ladder("{all: [greets, {says: [再见]}]}"),
        ladder("{says: {words: [$hello], first_turns: 1}}"),
        ladder("{says: [再见]}", "{not: {says: [再见]}}").replace("PARTIAL: {not", "NOT_MET: {all: [{says: [嗯]}, {not").replace("]}}\n        because: {zh: 一, en: one}\n      - MET", "]}}]}\n        because: {zh: 一, en: one}\n      - MET"),
        SMALL.replace("  hello: [您好, 你好]", "  hello: [您好, 你好]\n  any_words: ['/.+/']").replace("[$hello], first", "[$hello], beside: [$any_words], first"),
    ],
)  # fmt: skip
def test_near_misses_are_left_alone(text: str) -> None:
    assert [f.message for f in examine(read_rubric(text)) if "test" not in f.message] == []


@pytest.mark.parametrize("name", list_packs())
def test_the_packs_that_come_with_the_engine_are_clean(name: str) -> None:
    assert [str(f) for f in examine(load_rubric(name))] == []


def node(text: str) -> object:
    reader = Reader(Source(FACTS + f"x: {text}\n", "x.yaml"))
    return reader.condition(reader.source.data["x"])


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ("a", "same", True),
        ("a", "b", False),
        ("{all: [a, b]}", "a", True),
        ("{all: [a, b]}", "{all: [b, same]}", True),
        ("a", "{any: [b, same]}", True),
        ("{any: [a, b]}", "{any: [b, a, {says: [嗯]}]}", True),
        ("{any: [a, b]}", "a", False),
        ("{not: {not: a}}", "a", True),
        ("{not: a}", "a", False),
        ("{at_least: {n: 2, of: [a, b]}}", "{at_least: {n: 2, of: [b, a]}}", True),
    ],
)
def test_what_surely_follows_is_told_from_the_form_alone(one: str, other: str, holds: bool) -> None:
    assert follows(node(one), node(other)) is holds  # type: ignore[arg-type]


def test_a_condition_is_constant_only_by_contradiction() -> None:
    assert [constant(node(one)) for one in ("a", "{all: [a, {not: same}]}", "{any: [b, {not: b}]}")] == [  # type: ignore[arg-type]
        None, False, True,
    ]  # fmt: skip
    assert form(node("a")) == form(node("same"))  # type: ignore[arg-type]


def test_the_ordinary_sentences_are_many_and_different() -> None:
    assert len(set(ZH)) >= 40 and len(set(EN)) >= 40
    assert lint(read_rubric(SMALL)) == []
