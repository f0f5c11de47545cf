"""Both sides are followed through a conversation: where it turned, after which words, and whether it was calmed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Role, Signals, Transcript
from qa_engine.domain.codec import dump, load
from qa_engine.emotion import Emotion, Level, trace
from qa_engine.emotion.course import moves
from qa_engine.emotion.domain import Direction
from qa_engine.emotion.thresholds import THRESHOLDS
from tests.unit.emotion.moods import talk, voices


def traced(*lines: str, sure: float = 0.9) -> Emotion:
    found = trace(*talk(*lines, sure=sure))
    assert found is not None
    return found


ESCALATES = (
    "c.请问我的退款到了吗",
    "a.已经在处理了",
    "c.上周就说在处理",
    "a.这个没办法，您自己看规则吧",
    "c!你们就是骗子，我要投诉",
    "a.对不起，我马上为您加急",
    "c!我等了十天了",
    "a.已经为您加急，今天到账",
)
CALMED = (*ESCALATES, "c.那好吧", "a.给您补偿十元", "c+谢谢你", "a.不客气", "c+再见")


def test_it_tells_where_it_rose_and_what_was_said_before() -> None:
    customer = traced(*ESCALATES).customer
    assert customer is not None
    (rise,) = customer.turnings
    assert (rise.turn, rise.direction, rise.before) == (4, Direction.ROSE, Level.CALM)
    assert rise.after >= Level.AGITATED
    assert rise.heard is not None and rise.heard.quote == "这个没办法，您自己看规则吧"
    assert rise.said.quote == "你们就是骗子，我要投诉" and rise.said.start == 20.0
    assert rise.reason.zh.startswith("情绪由平静升至")
    assert (customer.start, customer.recovered) == (Level.CALM, False)


def test_it_does_not_know_whether_it_was_calmed_where_it_ended_too_soon() -> None:
    customer = traced(*ESCALATES).customer
    assert customer is not None and customer.turnings[0].calmed is None


def test_it_tells_that_the_agent_calmed_it() -> None:
    customer = traced(*CALMED).customer
    assert customer is not None
    rise, fall = customer.turnings
    assert rise.calmed is True and rise.reason.en.endswith("calmed afterwards")
    assert fall.direction is Direction.FELL and fall.calmed is None
    assert (customer.end, customer.recovered) == (Level.CALM, True)


def test_it_tells_that_it_was_not_calmed() -> None:
    customer = traced(*ESCALATES, *("c!还是不行", "a.抱歉") * 4).customer
    assert customer is not None and [turning.calmed for turning in customer.turnings] == [False]


def test_one_sharp_word_among_many_is_a_rise_and_a_fall() -> None:
    customer = traced(*("c.好的",) * 4, "c!什么", *("c.好的",) * 6).customer
    assert customer is not None and [t.direction for t in customer.turnings] == [Direction.ROSE, Direction.FELL]


def test_a_model_that_is_unsure_moves_the_curve_less() -> None:
    sure, unsure = (traced("c.好", "c-不好", sure=sure).turns[1].smooth for sure in (0.9, 0.4))
    assert unsure < sure / 2


def test_each_side_has_its_own_course() -> None:
    found = traced("c.请问", "a!你自己不会看吗", "c.我看不懂", "a!那我没办法")
    assert found.agent is not None and found.customer is not None
    assert found.agent.peak >= Level.AGITATED and found.customer.peak is Level.CALM
    assert found.customer.recovered is None


def test_the_voice_alone_tells_something() -> None:
    transcript, _ = talk("c?喂", "a?您好", "c?怎么还没好")
    found = trace(transcript, Signals(acoustic=True, timed=True, duration_s=14.0, turns=voices(0.5, 0.5, 1.0)))
    assert found is not None and [turn.level for turn in found.turns] == [Level.CALM, Level.CALM, Level.UNEASY]


def test_nothing_is_told_without_model_and_voice() -> None:
    transcript, signals = talk("c?喂", "a?您好")
    assert trace(transcript, signals) is None
    assert trace(transcript, replace(signals, emotions=())) is None


def test_machines_and_system_notices_have_no_emotion() -> None:
    transcript, signals = talk("s!系统繁忙", "c.你好", "a!自动回复")
    turns = (*transcript.turns[:2], replace(transcript.turns[2], automatic=True))
    found = trace(replace(transcript, turns=turns), signals)
    assert found is not None and [turn.role for turn in found.turns] == [Role.CUSTOMER]


def test_it_is_kept_and_read_back_as_it_was() -> None:
    found = traced(*CALMED)
    assert load(Emotion, dump(found)) == found


@pytest.mark.parametrize("lines", [ESCALATES, CALMED])
def test_a_chat_so_far_is_told_as_it_was_told_then(lines: tuple[str, ...]) -> None:
    """Later turns change no earlier level: what an alert saw stays true."""
    transcript, signals = talk(*lines)
    whole = trace(transcript, signals)
    for end in range(1, len(lines)):
        part = trace(Transcript(turns=transcript.turns[:end], language="zh"), signals)
        assert whole is not None and part is not None and part.turns == whole.turns[:end]


@given(st.lists(st.floats(0, 1), max_size=40))
def test_moves_alternate_and_are_never_small(curve: list[float]) -> None:
    found = moves(curve)
    steps = [curve[end] - curve[begin] for begin, end in found]
    assert all(abs(step) >= THRESHOLDS.turning for step in steps)
    assert all((one > 0) != (other > 0) for one, other in pairwise(steps))
    assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_between_moves_nothing_large_is_missed(curve: list[float]) -> None:
    """Within a move no counter-movement reaches the threshold."""
    for begin, end in moves(curve):
        sign = 1 if curve[end] > curve[begin] else -1
        best = curve[begin]
        for value in curve[begin : end + 1]:
            best = max(best * sign, value * sign) * sign
            assert (best - value) * sign < THRESHOLDS.turning
