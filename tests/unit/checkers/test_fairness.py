"""What was heard badly never takes a point, and what was heard wrongly is found by its sound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.checkers.base import Truth
from qa_engine.checkers.sound import confusable, sounds
from qa_engine.domain import Outcome
from qa_engine.scoring import judge
from tests.unit.checkers.cast import ask, call, chat, rubric_of

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12)


def test_words_below_the_bar_decide_nothing() -> None:
    assert ask("{says: 绝对}", call("A: 绝对", confidence=0.3)).truth is Truth.UNKNOWN


def test_absence_in_badly_heard_words_is_unknown_and_not_false() -> None:
    assert ask("{says: 您好}", call("A: 泥浩骂", confidence=0.3)).truth is Truth.UNKNOWN
    assert ask("{says: 您好}", call("A: 泥浩骂", confidence=0.9)).truth is Truth.FALSE


def test_guessed_roles_lower_the_confidence_of_what_one_side_said() -> None:
    dossier = call("A: 绝对", confidence=0.9, role_confidence=0.5)
    assert ask("{says: 绝对}", dossier).truth is Truth.UNKNOWN
    assert ask("{says: {words: [绝对], who: anyone}}", dossier).truth is Truth.TRUE


def test_an_item_that_rests_on_badly_heard_words_goes_to_a_person() -> None:
    card = judge(call("A: 泥浩骂", confidence=0.2), rubric_of("{says: 您好}"))
    assert card.items[0].outcome is Outcome.UNDETERMINED
    assert card.items[0].points is None
    assert card.score is None
    assert "needs_review" in card.flags


@pytest.mark.parametrize(
    ("said", "meant", "found"),
    [
        ("请问有什么可以邦您", "可以帮您", True),
        ("他们爱头诉就头诉", "爱投诉就投诉", True),
        ("宝正金会退", "保证金", True),
        ("我们再研究", "可以帮您", False),
        ("我们在研就一下", "再研究", True),
    ],
)
def test_a_homophone_is_found_by_its_sound_in_speech(said: str, meant: str, found: bool) -> None:
    condition = f"{{says: {{words: [{meant}]}}}}"
    assert (ask(condition, call(f"A: {said}")).truth is Truth.TRUE) is found
    assert ask(condition, chat(f"A: {said}")).truth is Truth.FALSE


def test_words_of_two_hanzi_are_not_matched_by_sound() -> None:
    assert ask("{says: 您好}", call("A: 泥浩")).truth is Truth.FALSE


@pytest.mark.parametrize(
    ("a", "b"), [("zhang", "zan"), ("shi", "si"), ("niu", "liu"), ("hua", "fa"), ("ren", "leng"), ("ying", "yin")]
)
def test_confusable_syllables_share_a_class(a: str, b: str) -> None:
    assert confusable(a) == confusable(b)


@pytest.mark.parametrize(("a", "b"), [("ma", "ba"), ("hu", "fu"), ("da", "ta"), ("qing", "jing")])
def test_distinct_syllables_do_not(a: str, b: str) -> None:
    assert confusable(a) != confusable(b)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_sounding_keeps_the_length(text: str) -> None:
    assert len(sounds(text)) == len(text)


@settings(deadline=None, max_examples=60)
@given(HANZI)
def test_a_text_sounds_like_itself_inside_a_longer_one(text: str) -> None:
    assert len(sounds("好" + text)) == len(text) + 1


def test_nothing_is_told_of_a_side_that_was_never_heard() -> None:
    assert ask("{says: 您好}", call("C: 你好")).truth is Truth.UNKNOWN
    assert ask("{says: {words: [你好], who: customer}}", call("A: 您好")).truth is Truth.UNKNOWN
    assert ask("{says: {words: [你好], who: customer}}", chat("A: 您好")).truth is Truth.FALSE


def test_evidence_has_the_times_of_the_quoted_words() -> None:
    verdict = ask("{says: 绝对}", call("C: 嗯", "A: 我想想，绝对没问题，好的"))
    evidence = verdict.places[0].evidence()
    assert evidence.quote == "绝对没问题"
    assert (evidence.turn, evidence.start, evidence.end) == (1, 11.0, 12.25)


def test_handles_and_links_are_nobodys_words() -> None:
    assert ask("{says: {words: [维权], who: customer}}", chat("C: @12315消费者维权 你好")).truth is Truth.FALSE
