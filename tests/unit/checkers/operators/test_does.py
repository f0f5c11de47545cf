"""The operator that asks for acts: any wording counts, fairness as with words, and none without a model."""

from __future__ import annotations

from itertools import pairwise

import pytest

from qa_engine.checkers.acts import LONGEST_PIECE, pieces
from qa_engine.checkers.base import Instruments, Truth
from qa_engine.domain import Dossier
from qa_engine.errors import BadRubric
from tests.unit.checkers.cast import Told, ask, call, chat, rubric_of

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
SOOTHES = "{does: {acts: [apologize], after: {when: {does: {acts: [annoyed], who: customer}}}}}"


KNOWN = {
    "给您退": ("remedy", 0.8),
    "会处理": ("promise_vague", 0.9),
    "抱歉": ("apologize", 0.6),
    "烦": ("annoyed", 0.7),
}


def asked(condition: str, dossier: Dossier) -> Truth:
    return ask(condition, dossier, Instruments(acts=Told(KNOWN))).truth


@pytest.mark.parametrize(
    ("condition", "lines", "truth"),
    [
        ("{does: remedy}", ["A: 给您退一半"], T),
        ("{does: [remedy, apologize]}", ["A: 很抱歉"], T),
        ("{does: remedy}", ["A: 好的"], F),
        ("{does: {acts: [remedy], at_least: 0.9}}", ["A: 给您退一半"], F),
        ("{does: {acts: [remedy], unless: [promise_vague]}}", ["A: 给您退，会处理的"], F),
        ("{does: {acts: [remedy], unless: [promise_vague]}}", ["A: 给您退。会处理的"], T),
        ("{does: {acts: [remedy], times: 2}}", ["A: 给您退。", "C: 嗯", "A: 给您退"], T),
        ("{does: {acts: [remedy], times: 2}}", ["A: 给您退"], F),
        ("{does: {acts: [remedy], last_turns: 1}}", ["A: 给您退", "C: 嗯", "A: 好"], F),
        ("{does: {acts: [annoyed], who: customer}}", ["A: 烦", "C: 好"], F),
        (SOOTHES, ["C: 烦", "A: 抱歉"], T),
        (SOOTHES, ["A: 抱歉", "C: 烦"], F),
        ("{does: remedy}", ["C: 给您退"], U),
    ],
)
def test_it_tells_acts_by_sentence_and_scope(condition: str, lines: list[str], truth: Truth) -> None:
    assert asked(condition, chat(*lines)) is truth


def test_words_that_were_heard_badly_decide_nothing() -> None:
    assert asked("{does: remedy}", call("A: 给您退一半", confidence=0.3)) is U
    assert asked("{does: remedy}", call("A: 嗯嗯好的呢", confidence=0.3)) is U
    assert asked("{does: remedy}", call("A: 给您退一半", confidence=0.9)) is T
    assert asked("{does: remedy}", call("A: 给您退一半", confidence=0.9, role_confidence=0.4)) is U


def test_it_shows_the_sentence_and_says_what_it_does() -> None:
    verdict = ask("{does: [remedy, apologize]}", chat("A: 您好。很抱歉。谢谢"), Instruments(acts=Told(KNOWN)))
    assert [place.evidence().quote for place in verdict.places] == ["很抱歉"]
    assert "道歉" in verdict.reason.zh and "apologises" in verdict.reason.en


def test_without_a_model_nothing_is_known() -> None:
    assert ask("{does: remedy}", chat("A: 给您退")).truth is U
    assert ask("{does: {acts: [remedy], without_model: 'false'}}", chat("A: 给您退")).truth is F


def test_it_knows_its_acts_by_name() -> None:
    with pytest.raises(BadRubric, match="no such act: bow"):
        rubric_of("{does: bow}")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("您好.请讲", ["您好.", "请讲"]),
        ("长" * 30 + "," + "短" * 10, ["长" * 30 + ",", "短" * 10]),
        ("word " * 10, ["word " * 10]),
        ("", []),
    ],
)
def test_long_sentences_are_told_by_their_parts(text: str, parts: list[str]) -> None:
    assert [text[a:b] for a, b in pieces(text)] == parts


def test_what_has_no_commas_is_cut_with_an_overlap_so_that_nothing_is_lost() -> None:
    text = "".join(chr(0x4E00 + i) for i in range(100))
    spans = pieces(text)
    assert spans[0][0] == 0 and spans[-1][1] == len(text)
    assert all(b - a <= LONGEST_PIECE for a, b in spans)
    assert all(later[0] < earlier[1] for earlier, later in pairwise(spans))
