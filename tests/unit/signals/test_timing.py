"""Silences with who was due, and response times."""

from __future__ import annotations

import pytest

from qa_engine.domain import Role, Silence, Span
from qa_engine.signals import measure
from tests.unit.signals.sounds import A, C, call, chat, noise, recording, voice


def one(*said: tuple[Role, float, float, str]) -> Silence:
    (found,) = measure(call(*said), None).silences
    return found


@pytest.mark.parametrize(
    ("first", "asked", "second", "due", "announced"),
    [
        (C, "我的快递到哪了", A, A, False),
        (A, "请稍等我帮您查询一下", A, A, True),
        (A, "好的，我看一下", A, A, True),
        (A, "麻烦您不要挂机", A, A, True),
        (A, "请问您的订单号是多少", C, C, False),
        (A, "您的手机号是本机吗？", C, C, False),
        (A, "已经为您退款了", C, C, False),
        (A, "这个业务需要身份证", A, A, False),
        (A, "我们稍后给您回电", C, C, False),
        (A, "您可以看一下短信", C, C, False),
        (C, "等一下我找找", C, C, False),
        (C, "你等一下，我去拿身份证", A, C, False),
        (A, "One moment please, let me check that for you", A, A, True),
        (A, "Can I have your order number?", C, C, False),
        (A, "Your refund has been issued.", C, C, False),
        (C, "Hold on, let me find my card", C, C, False),
    ],
)
def test_who_is_due_follows_from_what_was_said(
    first: Role, asked: str, second: Role, due: Role, announced: bool
) -> None:
    found = one((first, 0.0, 2.0, asked), (second, 14.0, 15.0, "那么"))
    assert (found.due, found.announced) == (due, announced)
    assert (found.start, found.end, found.seconds, found.before, found.after) == (2.0, 14.0, 12.0, 0, 1)


def test_a_customers_all_right_does_not_undo_the_excuse() -> None:
    found = one((A, 0, 2, "我帮您查一下，请稍等"), (C, 2.2, 2.8, "好的"), (A, 20, 21, "查到了"))
    assert found.announced and found.due is A


def test_what_the_customer_tells_after_the_excuse_undoes_it() -> None:
    found = one((A, 0, 2, "请稍等"), (C, 2.2, 5, "对了我还想问一下发票什么时候开"), (A, 20, 21, "可以开"))
    assert not found.announced and found.due is A


def test_an_excuse_after_the_pause_does_not_announce_it() -> None:
    (turn,) = call((A, 0.0, 2.0, "您的订单我")).turns
    late = call((A, 12.0, 14.0, "看到了请稍等")).turns[0].words
    whole = call((A, 0.0, 2.0, "x"))
    from dataclasses import replace

    joined = replace(turn, end=14.0, text="您的订单我看到了请稍等", words=turn.words + late)
    (found,) = measure(replace(whole, turns=(joined,)), None).silences
    assert not found.announced and (found.before, found.after, found.due) == (0, 0, A)


@pytest.mark.parametrize(("gap", "count"), [(1.9, 0), (2.1, 1)])
def test_less_than_two_seconds_is_no_silence(gap: float, count: int) -> None:
    found = measure(call((C, 0, 1, "在吗"), (A, 1 + gap, 3 + gap, "您好")), None)
    assert len(found.silences) == count


def test_the_edges_of_a_recording_count() -> None:
    sound = recording(20.0, (0, 5.0, voice(200, 2.0)), (1, 8.0, voice(120, 2.0)), (0, 0, noise(20, -60)))
    found = measure(call((A, 5, 7, "您好请问"), (C, 8, 10, "我要投诉你们")), sound).silences
    assert [(s.start, s.end, s.due, s.before, s.after) for s in found] == [(0, 5, A, None, 0), (10, 20, A, 1, None)]


def test_a_recording_without_words_is_one_silence() -> None:
    (found,) = measure(call(), recording(30.0, (0, 0, noise(30, -55)))).silences
    assert (found.start, found.end) == (0.0, 30.0)


def test_one_who_speaks_over_the_gap_leaves_no_silence() -> None:
    assert not measure(
        call((C, 0, 10, "一二三四五六七八九十" * 3), (A, 1, 2, "嗯嗯"), (A, 10.5, 12, "好的")), None
    ).silences


@pytest.mark.parametrize(("music", "hold"), [((3.0, 19.0), True), ((3.0, 7.0), False)])
def test_hold_music_that_fills_it_makes_it_a_hold(music: tuple[float, float], hold: bool) -> None:
    held = ((Span(*music, "music"),), ())
    (found,) = measure(call((A, 0, 2, "请稍等"), (A, 20, 21, "久等了")), None, held).silences
    assert found.hold is hold and found.announced


def test_holds_of_both_channels_are_one() -> None:
    held = measure(call(), None, ((Span(1, 5, "music"), Span(30, 31, "ringing")), (Span(4, 9, "music"),))).holds
    assert held == (Span(1, 9, "music"), Span(30, 31, "ringing"))


def test_a_voice_that_recognition_missed_is_no_silence() -> None:
    said = call((A, 0, 2, "您好请问"), (A, 22, 24, "那我为您"))
    voices = [(0, 0.0, voice(220, 2.0)), (0, 22.0, voice(220, 2.0))]
    quiet = measure(said, recording(24, *voices, (1, 0, noise(24, -55)))).silences
    missed = measure(said, recording(24, *voices, (1, 8.0, voice(120, 8.0, -25)), (1, 0, noise(24, -55)))).silences
    clicks = measure(said, recording(24, *voices, (1, 8.0, noise(8.0, -30)))).silences
    assert [round(s.seconds) for s in quiet] == [20]
    assert [round(s.seconds) for s in missed] == [6, 6]
    assert [round(s.seconds) for s in clicks] == [20]


def test_response_times_are_from_the_end_of_the_other_sides_turn() -> None:
    found = measure(
        call(
            (C, 0, 4, "我的快递呢"),
            (A, 5.5, 8, "我看一下"),
            (A, 8.5, 9, "找到了"),
            (C, 8.8, 10, "在哪"),
            (A, 9.5, 12, "在北京"),
        ),
        None,
    )
    assert [t.response_s for t in found.turns] == pytest.approx([None, 1.5, None, -0.2, -0.5], abs=1e-6)


def test_a_back_channel_inside_the_others_turn_is_not_the_answer() -> None:
    found = measure(call((C, 0, 10, "一二三四五六七八九十"), (A, 4, 4.4, "嗯"), (A, 12, 14, "明白您的意思了")), None)
    assert found.turns[2].response_s == pytest.approx(2.0)


def test_a_chat_with_times_has_waits_and_answers() -> None:
    found = measure(
        chat([(C, 0, "在吗"), (C, 5, "退货"), (A, 95, "您好"), (A, 100, "请问订单号是多少？"), (C, 400, "123")]), None
    )
    assert found.timed and not found.acoustic and found.overlap_s is None
    assert [(s.seconds, s.due) for s in found.silences] == [(5, A), (90, A), (5, A), (300, C)]
    assert [t.response_s for t in found.turns] == [None, None, 90, None, 300]


def test_an_automatic_reply_does_not_end_the_wait() -> None:
    from dataclasses import replace

    said = chat([(C, 0, "在吗"), (A, 1, "客服正忙，请稍候"), (A, 200, "您好")])
    turns = (said.turns[0], replace(said.turns[1], automatic=True), said.turns[2])
    found = measure(replace(said, turns=turns), None)
    assert [s.seconds for s in found.silences] == [200] and found.turns[2].response_s == 200


def test_a_chat_without_times_is_untimed_and_says_nothing_about_time() -> None:
    found = measure(chat([(C, None, "在吗"), (A, None, "您好")]), None)
    assert not found.timed and not found.silences and found.duration_s is None
    assert all(t.response_s is None and t.speech_s is None and t.rate_hanzi_per_min is None for t in found.turns)
    assert found.speakers[A].hanzi == 2 and found.speakers[A].talk_ratio is None
