"""Dossiers and rubrics at random: bulk judging gives what the interpreter gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Role, Text, TurnKind
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.scoring import judge
from qa_engine.scoring.bulk import Batch, BulkJudge
from tests.unit.checkers.cast import Told, call, chat

CONDITIONS = (
    '{says: {words: [退款, "/[0-9]+/"]}}',
    "{says: {who: customer, words: [退款, 好], need: all}}",
    "{says: {who: anyone, words: [好], times: 2, unless_in_sentence: [不]}}",
    "{says: {words: [好], after: {when: {says: {who: customer, words: [退款]}}, hit: first}}}",
    "{says: {words: [好], after: {when: {says: {who: customer, words: [退款]}}, hit: last, turns: 1}}}",
    "{says: {words: [好], before: {when: {says: {who: anyone, words: [退款]}}, hit: any, turns: 1}}}",
    "{says: {words: [好], after: {when: {says: {words: [不]}}, hit: each}}}",
    "{says: {words: [好], after: {when: {says: {words: [不]}}, seconds: 15}}}",
    "{says: {words: [退款], first_turns: 1, beside: [好]}}",
    "{says: {words: [好], last_turns: 1, unless: [好不]}}",
    "{says: {words: [好], final: true, unless_in_turn: [退款]}}",
    "{says: {words: [好], share: 0.5, quoted: false}}",
    "{says: {words: [退款吧]}}",
    "{not_says: {words: [退款], first_seconds: 25}}",
    "{sequence: {first: {says: {words: [好]}}, then: {says: {who: customer, words: [退款]}}, within_turns: 1}}",
    "{sequence: {first: {says: {words: [好]}}, then: {says: {words: [不]}}, missing: true, every: true}}",
    "{distance: {one: {says: {words: [好]}}, other: {says: {who: customer, words: [退款]}}, turns: 1}}",
    "{at_least: {n: 2, of: [{says: 好}, {says: 退款}, {last_word: agent}]}}",
    "{any: [{says: {words: [好], need: 1}}, {not: {says: {who: customer, words: [不]}}}]}",
    "{turn_count: {who: agent, at_least: 2}}",
    "{turn_length: {who: customer, at_least: 3}}",
    "{repetition: {who: customer, likeness: 0.6, min_grams: 2}}",
    "{echo: {who: agent, at_least: 1}}",
    "{response_time: {longer_than: 5}}",
    "{contradiction: {who: agent, likeness: 0.5, min_grams: 2, opposites: [[好, 不好]]}}",
    "{clash: {who: agent, one: [好], other: [不], subjects: [退款]}}",
    "{asks_again: {who: agent, words: [吗], topics: {refund: [退款]}}}",
    "{leaves_open: {who: customer, asking: [吗], joints: [好]}}",
    "{metadata: {field: queue, equals: a, absent: unknown}}",
    "{form: {kind: call}}",
    "{duration: {at_least: 20}}",
    "{began: {since: 2026-11-01, until: 2026-11-11}}",
    "{does: {acts: [thank], who: customer}}",
    "{does: {acts: [thank, remedy], at_least: 0.6, unless: [deflect], last_turns: 1}}",
    "{does: {acts: [remedy], times: 2, after: {when: {does: {acts: [thank], who: customer}}, hit: first}}}",
    "{outcome: {item: item0, is: [MET, NOT_MET]}}",
)
EXTRAS = (
    "points: 5, section: one",
    "points: 5, section: one, section_fatal: true",
    "points: 3, counts: bonus",
    "points: 4, counts: deduct, section: two",
    "points: 2, section: two, cap: {when: NOT_MET, score: 60}",
    "points: 7, fatal: true",
    "points: 2, section_fatal: true",
)
"""How an item counts; the items take turns."""
SECTIONS = "{id: one, title: {zh: 甲, en: a}}, {id: two, title: {zh: 乙, en: b}}"
STARTS = st.sampled_from([None, datetime(2026, 11, 5, 12, tzinfo=UTC), datetime(2026, 12, 5, 12, tzinfo=UTC)])
WORDS = st.lists(
    st.sampled_from(["退款", "好", "不", "吗", "，", "。", "12", "“好”", " ", "退款吧", "ok.", "tui"]), min_size=1
)
LINES = st.lists(st.tuples(st.sampled_from("AC"), WORDS), min_size=0, max_size=7)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    lines = [f"{side}: {''.join(words)}" for side, words in draw(LINES)]
    if draw(st.booleans()):
        made = call(
            *lines, confidence=draw(st.sampled_from([0.3, 0.8731])), role_confidence=draw(st.sampled_from([1.0, 0.7]))
        )
    else:
        made = chat(*lines, meta={"queue": draw(st.sampled_from(["a", "b", ""]))})
    turns = [
        replace(
            t,
            role=draw(st.sampled_from([t.role, t.role, Role.UNKNOWN])),
            kind=draw(st.sampled_from([t.kind, t.kind, TurnKind.IMAGE])),
        )
        for t in made.transcript.turns
    ]
    interaction = replace(made.interaction, started_at=draw(STARTS))
    return replace(made, interaction=interaction, transcript=replace(made.transcript, turns=tuple(turns)))


def pack(conditions: tuple[str, ...], extras: tuple[str, ...] = ("points: 5",)) -> str:
    items = "".join(
        f"""
  - <<: {{{extras[n % len(extras)]}}}
    id: item{n}
    title: {{zh: 甲, en: a}}
    explain: {{zh: 甲, en: a}}
    ladder:
      - {{MET: {one}, because: {{zh: 甲, en: a}}}}
      - {{PARTIAL: {other}, because: {{zh: 甲, en: a}}}}
    otherwise: {{outcome: NOT_MET, because: {{zh: 甲, en: a}}}}"""
        for n, (one, other) in enumerate(zip(conditions, conditions[1:] + conditions[:1], strict=True))
    )
    return f'id: random\nversion: "1"\ntitle: {{zh: 甲, en: a}}\nlanguages: zh\nsections: [{SECTIONS}]\nitems:{items}\n'


RUBRIC = read_rubric(pack(CONDITIONS))
TOOLS = Instruments(acts=Told({"好": ("thank", 0.7), "退款": ("remedy", 0.55), "不": ("deflect", 0.9)}))
BULK = BulkJudge(RUBRIC, TOOLS)


def agree(cases: list[Dossier], rubric: Rubric, bulk: BulkJudge) -> None:
    verdicts = bulk.judge(Batch.unpack(Batch.of(cases).pack()))
    for i, case in enumerate(cases):
        card = judge(case, rubric, TOOLS)
        plain = tuple(replace(item, reason=Text("", ""), evidence=()) for item in card.items)
        assert verdicts.card(i) == replace(card, items=plain)


@settings(max_examples=60, deadline=None)
@given(st.lists(dossiers(), min_size=1, max_size=6))
def test_every_condition_comes_out_as_the_interpreter_says(cases: list[Dossier]) -> None:
    agree(cases, RUBRIC, BULK)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(dossiers(), min_size=1, max_size=4),
    st.lists(st.sampled_from(CONDITIONS[:-1]), min_size=4, max_size=8),
    st.permutations(EXTRAS),
)
def test_items_add_up_to_the_score_that_the_interpreter_gives(
    cases: list[Dossier], conditions: list[str], extras: list[str]
) -> None:
    rubric = read_rubric(pack((*conditions, CONDITIONS[-1]), tuple(extras)))
    agree(cases, rubric, BulkJudge(rubric, TOOLS))


@pytest.mark.parametrize("count", [1, 3])
def test_cases_do_not_touch_each_other(count: int) -> None:
    case = call("A: 退款好吗？", "C: 好。不退款。", "A: 好")
    verdicts = BULK.judge(Batch.of([case] * count))
    assert {tuple(column) for column in verdicts.outcomes.T} == {tuple(verdicts.outcomes[:, 0])}
