"""A pack that cannot be used is refused with the line and the mend."""

# ruff: noqa: E501  (a row of a table is one line)

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.errors import BadRubric
from qa_engine.rubric import json_schema, lint, load_rubric, read_rubric

GOOD = """id: small
version: "1"
title: {zh: 小, en: small}
languages: zh
thresholds: {turns: 2}
words:
  hello: [您好, 你好]
  all: [$hello, 早]
facts:
  greets: {says: {words: [$all], first_turns: $turns}}
items:
  - id: one
    title: {zh: 一, en: one}
    explain: {zh: 一, en: one}
    points: 100
    ladder:
      - MET: greets
        because: {zh: 是, en: "yes"}
    otherwise: {outcome: NOT_MET, because: {zh: 否, en: "no"}}
    tests:
      - {expect: MET, dialogue: ["A: 您好"]}
"""


def test_a_good_pack_is_read_with_its_hash_and_its_names_resolved() -> None:
    rubric = read_rubric(GOOD)
    assert rubric.id == "small"
    assert rubric.languages == ("zh",)
    assert len(rubric.sha256) == 64
    assert rubric.pack.words["all"] == ("您好", "你好", "早")
    assert lint(rubric) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "told", "mend"),
    [
        ("says:", "sayz:", 10, "no operator is called `sayz`", "says"),
        ("first_turns", "first_turn", 10, "no such field", "first_turns"),
        ("[$all]", "[$al]", 10, "no words or threshold", "all"),
        ("MET: greets", "MET: greetz", 17, "no fact is called", "greets"),
        ("[您好, 你好]", "['/(您/']", 10, "RE2", None),
        ("[您好, 你好]", "['/您*/']", 10, "matches the empty string", None),
        ("[您好, 你好]", "[$all]", 7, "hold themselves", None),
        ("    points: 100", "    point: 100", 15, "no such field", "points"),
        ("points: 100", "points: 101", 15, "less than or equal", None),
        ("outcome: NOT_MET", "outcome: NOT", 19, "Input should be", None),
        ("      - MET: greets", "      - MAT: greets", 17, "exactly one outcome", None),
        ("  greets: {says: {words: [$all], first_turns: $turns}}", "  greets: {all: [greets]}", 10, "rest on themselves", None),
        ("facts:", "facts: ]", 9, "not readable as YAML", None),
        ("id: small", "id: small\nid: other", 2, "written twice", None),
        ("{says: {words: [$all], first_turns: $turns}}", "{rate: {at_least: 5, at_most: 3}}", 10, "nothing is from", None),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_its_mend(old: str, new: str, line: int, told: str, mend: str | None) -> None:
    assert old in GOOD
    with pytest.raises(BadRubric) as caught:
        read_rubric(GOOD.replace(old, new, 1), "mine.yaml")
    assert told in caught.value.message
    assert caught.value.where == f"mine.yaml:{line}"
    assert mend is None or mend in (caught.value.mend or "")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: 100", "points: 90", "sum to 90"),
        ("points: 100", "points: 100\n    fatal: true", "fatal item `one` has points"),
        ("thresholds: {turns: 2}", "thresholds: {turns: 2, idle: 3}", "`thresholds.idle` is never used"),
        ("      - MET: greets", "      - PARTIAL: greets\n        because: {zh: 是, en: y}\n      - MET: greets", "can never be reached"),
        ("points: 100", "points: 100\n    section: nowhere", "no known section"),
        ("version: \"1\"", "version: \"1\"\nscoring: {bands: {pass: 60, coach: 70}}", "not above coach"),
        ("    tests:\n      - {expect: MET, dialogue: [\"A: 您好\"]}\n", "", "no test dialogues"),
        ("first_turns: $turns", "unless: [早], first_turns: $turns", "looked for and excused at once"),
    ],
)  # fmt: skip
def test_lint_finds_what_can_be_read_but_is_not_right(old: str, new: str, told: str) -> None:
    assert old in GOOD
    findings = lint(read_rubric(GOOD.replace(old, new, 1)))
    assert any(told in f.message for f in findings), findings


def test_two_items_of_one_id_are_an_error() -> None:
    item = GOOD[GOOD.index("  - id: one") :]
    assert any("have the id `one`" in f.message for f in lint(read_rubric(GOOD + item)))


def test_an_unknown_name_or_an_unreadable_file_is_told(tmp_path: object) -> None:
    with pytest.raises(BadRubric, match="no rubric is called nowhere"):
        load_rubric("nowhere")


def test_aliases_that_unfold_without_end_are_refused() -> None:
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for old, new in zip("abcdef", "bcdefg", strict=True):
        bomb += f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    with pytest.raises(BadRubric, match="too many nodes"):
        read_rubric(bomb)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.text(max_size=3))
def test_a_mutated_pack_is_read_or_refused_and_nothing_else(at: int, junk: str) -> None:
    try:
        read_rubric(GOOD[:at] + junk + GOOD[at + len(junk) :])
    except BadRubric as e:
        assert e.where


def test_the_schema_knows_every_operator() -> None:
    schema = json_schema()
    assert "op_says" in schema["$defs"]
    assert schema["$schema"].endswith("2020-12/schema")
