"""The first rung that holds decides; an unknown one that could decide otherwise goes to a person."""

from __future__ import annotations

import pytest

from qa_engine.domain import Outcome
from qa_engine.rubric import read_rubric
from qa_engine.scoring import judge
from tests.unit.checkers.cast import chat

HEAD = """
id: small
version: "1"
title: {zh: 小, en: small}
languages: [zh]
items:
  - id: one
    title: {zh: 一, en: one}
    explain: {zh: 一, en: one}
    points: 100
    ladder:
"""
END = """
    otherwise: {outcome: NOT_MET, because: {zh: 没有, en: none}}
"""


def card(*rungs: str, lines: tuple[str, ...] = ("A: 您好", "C: 嗯")) -> tuple[Outcome, str]:
    body = "".join(
        f"      - {r}\n        because: {{zh: '见{{quote}}', en: 'see {{quote}}{{count}}'}}\n" for r in rungs
    )
    got = judge(chat(*lines), read_rubric(HEAD + body + END)).items[0]
    return got.outcome, got.reason.en


@pytest.mark.parametrize(
    ("rungs", "outcome"),
    [
        (["MET: {says: 您好}"], Outcome.MET),
        (["MET: {says: 再见}"], Outcome.NOT_MET),
        (["PARTIAL: {says: 您}", "MET: {says: 您好}"], Outcome.PARTIAL),
        (["MET: {silence: 10}"], Outcome.UNDETERMINED),
        (["NOT_MET: {silence: 10}"], Outcome.NOT_MET),
        (["MET: {silence: 10}", "MET: {says: 您好}"], Outcome.MET),
        (["PARTIAL: {silence: 10}", "MET: {says: 您好}"], Outcome.UNDETERMINED),
        (["MET: {says: 您好}", "PARTIAL: {silence: 10}"], Outcome.MET),
    ],
)
def test_the_first_rung_that_holds_decides(rungs: list[str], outcome: Outcome) -> None:
    assert card(*rungs)[0] is outcome


def test_reasons_are_filled_and_a_placeholder_without_value_is_empty() -> None:
    assert card("MET: {says: 您好}")[1] == "see 您好1"
    assert card("MET: {last_word: customer}")[1] == "see 嗯"


def test_a_rung_shows_the_evidence_that_it_is_told_to_show() -> None:
    text = (
        HEAD + "      - MET: {says: 您好}\n        because: {zh: 见, en: see}\n        show: [{last_word: customer}]\n"
    )
    got = judge(chat("A: 您好", "C: 嗯"), read_rubric(text + END)).items[0]
    assert [e.quote for e in got.evidence] == ["您好", "嗯"]
    assert [e.turn for e in got.evidence] == [0, 1]


def test_an_empty_dossier_is_left_to_people_and_never_scored_zero() -> None:
    got = judge(chat(), read_rubric(HEAD + "      - MET: {says: 您好}\n        because: {zh: 见, en: see}\n" + END))
    assert got.score is None
    assert got.items[0].outcome is Outcome.UNDETERMINED
