"""The rules decide, the model dissents: no opinion moves a point, and only what was said bears one out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Opinion, Outcome, Question, Quote, Scorecard, Transcript
from qa_engine.errors import BadRubric
from qa_engine.ports import JudgeAway, Opinions
from qa_engine.rubric import read_rubric
from qa_engine.scoring import judge
from tests.unit.checkers.cast import chat

PACK = """
id: small
version: "1"
title: {zh: 小, en: small}
languages: [zh]
items:
  - id: one
    title: {zh: 一, en: one}
    explain: {zh: 一, en: one}
    points: 60
    ladder:
      - NOT_APPLICABLE: {says: {who: customer, words: 没事}}
        because: {zh: 无诉求, en: no request}
      - UNDETERMINED: {says: {who: customer, words: 在吗}}
        because: {zh: 停在提问上, en: it stops}
      - MET: {says: 办好了}
        because: {zh: 已办, en: done}
      - PARTIAL: {says: 登记}
        because: {zh: 登记了, en: noted}
    otherwise: {outcome: NOT_MET, because: {zh: 没有办, en: not done}}
    opinion:
      question: {zh: 办好了吗, en: Was it done}
      outcomes: [MET, PARTIAL, NOT_MET]
      examples:
        - {dialogue: ["C: 办了吗", "A: 办好了"], outcome: MET, quote: 办好了, because: 已办。}
  - id: two
    title: {zh: 二, en: two}
    explain: {zh: 二, en: two}
    points: 40
    ladder:
      - MET: {says: 您好}
        because: {zh: 问候, en: greeting}
    otherwise: {outcome: NOT_MET, because: {zh: 没有, en: none}}
"""
OUTCOMES = (Outcome.MET, Outcome.PARTIAL, Outcome.NOT_MET)
LINES = {Outcome.MET: "A: 您好，办好了", Outcome.PARTIAL: "A: 您好，登记了", Outcome.NOT_MET: "A: 您好，不行"}


@dataclass
class Voice:
    """A judge that says what it is told to."""

    outcome: Outcome | None
    quotes: tuple[Quote, ...] = (Quote(1, "您好"),)
    asked: list[Question] = field(default_factory=list)
    version: str = "voice/1"

    def ask(self, question: Question, transcript: Transcript, kept: Opinions | None = None) -> Opinion:
        self.asked.append(question)
        return Opinion(outcome=self.outcome, quotes=self.quotes, why="就是这样", model=self.version)


def judged(voice: Voice | None, *lines: str) -> Scorecard:
    return judge(chat(*lines), read_rubric(PACK), Instruments(judge=voice))


@pytest.mark.parametrize("decided", OUTCOMES)
@pytest.mark.parametrize("said", OUTCOMES)
def test_it_moves_no_point_whatever_the_model_says(decided: Outcome, said: Outcome) -> None:
    alone, both = (judged(voice, "C: 帮我办", LINES[decided]) for voice in (None, Voice(said)))
    assert [(i.id, i.outcome, i.points) for i in both.items] == [(i.id, i.outcome, i.points) for i in alone.items]
    assert (both.score, both.band, both.judged_share) == (alone.score, alone.band, alone.judged_share)


@pytest.mark.parametrize("decided", OUTCOMES)
def test_it_says_that_the_model_agrees(decided: Outcome) -> None:
    card = judged(Voice(decided), "C: 帮我办", LINES[decided])
    assert "the model agrees" in card.item("one").reason.en and "模型意见一致" in card.item("one").reason.zh
    assert not {"judge_disagrees", "judge_unsure", "needs_review"} & set(card.flags)


def test_it_sends_a_dissent_to_a_person_with_the_words_it_rests_on() -> None:
    card = judged(Voice(Outcome.NOT_MET, (Quote(1, "再看看"),)), "C: 帮我办", "A: 您好，办好了，再看看")
    item = card.item("one")
    assert (item.outcome, item.points) == (Outcome.MET, 60)
    assert {"needs_review", "judge_disagrees"} <= set(card.flags)
    assert "NOT_MET" in item.reason.zh and "“再看看”" in item.reason.zh and "就是这样" in item.reason.zh
    assert [e.quote for e in item.evidence][-1] == "再看看"
    assert item.opinion is not None and item.opinion.outcome is Outcome.NOT_MET


def test_it_leaves_what_the_rules_could_not_decide_to_a_person_and_shows_the_opinion() -> None:
    card = judged(Voice(Outcome.MET), "C: 在吗", "A: 您好")
    assert (card.item("one").outcome, card.item("one").points) == (Outcome.UNDETERMINED, None)
    assert "MET" in card.item("one").reason.en
    assert "judge_disagrees" not in card.flags and "needs_review" in card.flags


@pytest.mark.parametrize(
    ("quotes", "why"),
    [
        ((Quote(1, "赔您一百"),), "never said"),
        ((Quote(0, "您好"),), "never said"),
        ((Quote(7, "您好"),), "never said"),
        ((Quote(1, "您好"), Quote(1, "不曾说过")), "never said"),
        ((Quote(1, " "),), "never said"),
        ((Quote(0, "帮我办"),), "agent"),
        ((), "agent"),
    ],
)
def test_it_throws_away_what_the_transcript_does_not_bear_out(quotes: tuple[Quote, ...], why: str) -> None:
    card = judged(Voice(Outcome.NOT_MET, quotes), "C: 帮我办", "A: 您好，办好了")
    opinion = card.item("one").opinion
    assert opinion is not None and opinion.outcome is None and why in opinion.why
    assert "judge_unsure" in card.flags and "judge_disagrees" not in card.flags
    assert "needs_review" not in card.flags


@pytest.mark.parametrize(
    "voice",
    [Voice(None), Voice(Outcome.NOT_APPLICABLE)],
    ids=["nothing that could be used", "an outcome that it was not offered"],
)
def test_it_tells_when_the_model_gave_no_answer(voice: Voice) -> None:
    card = judged(voice, "C: 帮我办", "A: 您好，办好了")
    assert card.item("one").outcome is Outcome.MET and "judge_unsure" in card.flags


def test_it_asks_only_where_there_is_a_question_the_item_applies_and_the_agent_spoke() -> None:
    voice = Voice(Outcome.MET)
    judged(voice, "C: 没事", "A: 您好")
    judged(voice, "C: 帮我办", "C: 人呢")
    assert voice.asked == []
    judged(voice, "C: 帮我办", "A: 您好，办好了")
    assert [(q.item, q.asks, q.lang) for q in voice.asked] == [("one", "办好了吗", "zh")]
    assert voice.asked[0].examples[0].quotes == (Quote(1, "办好了"),)


def test_it_changes_nothing_at_all_without_a_judge() -> None:
    card = judged(None, "C: 帮我办", "A: 您好，办好了")
    assert card.item("one").opinion is None and card.item("one").reason.en == "done" and card.flags == ()


def test_it_makes_no_scorecard_while_the_judge_is_away() -> None:
    class Gone(Voice):
        def ask(self, question: Question, transcript: Transcript, kept: Opinions | None = None) -> Opinion:
            raise JudgeAway("gone", where="model", rest_s=1)

    with pytest.raises(JudgeAway):
        judged(Gone(None), "C: 帮我办", "A: 您好，办好了")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("outcomes: [MET, UNDETERMINED]", "UNDETERMINED"),
        ("outcomes: [NOT_MET, PARTIAL]", "MET"),
        ("outcomes: [MET]", "at least 2"),
    ],
)
def test_it_refuses_a_question_that_cannot_be_answered(wrong: str, told: str) -> None:
    with pytest.raises(BadRubric, match=told):
        read_rubric(PACK.replace("outcomes: [MET, PARTIAL, NOT_MET]", wrong))


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ('{dialogue: ["A: 好"], outcome: MET, quote: 不在, because: 好}', "不在"),
        ('{dialogue: ["A: 好"], outcome: MET, because: 好}', "quotes"),
        ('{dialogue: ["好"], outcome: MET, quote: 好, because: 好}', "pattern"),
    ],
)
def test_it_refuses_an_example_that_shows_nothing(example: str, told: str) -> None:
    given = '{dialogue: ["C: 办了吗", "A: 办好了"], outcome: MET, quote: 办好了, because: 已办。}'
    with pytest.raises(BadRubric, match=told):
        read_rubric(PACK.replace(given, example))
