"""Interruptions, back-channels and who kept the floor."""

from __future__ import annotations

import pytest

from qa_engine.domain import Recording
from qa_engine.signals import measure
from tests.unit.signals.sounds import A, C, call, noise, recording, voice


def test_an_interruption_counts_what_was_said_in_it() -> None:
    found = measure(
        call((C, 0, 6, "我上个月就投诉过了你们根本没有处理"), (A, 4, 9, "您先听我说这个情况是这样的啊")), None
    )
    (over,) = found.overlaps
    assert (over.start, over.end, over.by, over.turn, over.over_turn) == (4, 6, A, 1, 0)
    assert over.content_chars == 6 and over.took_floor and not over.back_channel
    assert found.overlap_s == pytest.approx(2.0)


@pytest.mark.parametrize(
    "said", ["嗯", "嗯嗯嗯", "对对对", "好的好的", "哦是的", "uh huh", "yeah okay", "mm-hmm", "嗯，好的。"]
)
def test_back_channels_are_no_content(said: str) -> None:
    (over,) = measure(call((C, 0, 6, "我上个月就投诉过了"), (A, 3, 4.2, said)), None).overlaps
    assert over.back_channel and over.content_chars == 0 and not over.took_floor


@pytest.mark.parametrize(
    ("said", "chars"),
    [("对不起打断您", 6), ("好的但是您听", 6), ("不是这样的", 5), ("嗯那个不行", 4), ("no wait please", 12)],
)
def test_near_misses_of_back_channels_are_content(said: str, chars: int) -> None:
    (over,) = measure(call((C, 0, 6, "我上个月就投诉过了"), (A, 3, 5, said)), None).overlaps
    assert over.content_chars == chars and not over.back_channel


def test_one_who_gives_up_did_not_take_the_floor() -> None:
    (over,) = measure(call((C, 0, 6, "我上个月就投诉过了"), (A, 3, 4.5, "您听我说")), None).overlaps
    assert not over.took_floor


def test_a_handover_without_overlap_is_none() -> None:
    found = measure(call((C, 0, 3, "我要退货"), (A, 3, 5, "好的"), (C, 5.2, 6, "谢谢")), None)
    assert found.overlaps == () and found.overlap_s == 0.0


def test_beginning_in_the_others_pause_is_none() -> None:
    customer = call((C, 0, 2, "我要退货"), (C, 6, 8, "因为坏了"), (A, 3, 5, "好的您请说"))
    assert measure(customer, None).overlaps == ()


def test_a_long_turn_that_resumes_after_its_own_pause_over_the_other_began_again() -> None:
    from dataclasses import replace

    first, second = call((C, 0, 2, "我要退货"), (C, 6, 8, "你听我说")).turns
    joined = replace(first, end=8.0, text=first.text + second.text, words=first.words + second.words)
    agent = replace(call((A, 4, 7, "您好请您先听一下")).turns[0], index=1)
    said = replace(call((C, 0, 1, "x")), turns=(joined, agent))
    (over,) = measure(said, None).overlaps
    assert (over.turn, over.over_turn, over.start, over.end) == (0, 1, 6.0, 7.0)


def test_one_channel_tells_nothing_of_overlap() -> None:
    said = call((C, 0, 6, "我上个月就投诉过了"), (A, 4, 9, "您先听我说"), channels=False)
    found = measure(said, recording(10, (0, 0, noise(10, -40)), channels=1))
    assert found.overlaps == () and found.overlap_s is None


def test_the_same_voice_on_both_channels_tells_nothing_either() -> None:
    from dataclasses import replace

    sound: Recording = replace(recording(10, (0, 0, noise(10, -40))), speaker_channels=(0,))
    assert measure(call((C, 0, 6, "我投诉"), (A, 4, 9, "您听我说")), sound).overlap_s is None


def test_a_call_in_which_only_one_side_spoke_has_no_overlap() -> None:
    assert measure(call((A, 0, 2, "您好您好")), recording(5, (0, 0, noise(5, -40)))).overlap_s == 0.0


def test_words_stretched_over_a_pause_are_not_spoken_over() -> None:
    said = call((C, 0, 8, "我姓李木子李名字是明天的明"), (A, 3.5, 5.5, "请问是哪个明"))
    sides = [(1, 0.0, voice(120, 3.0)), (1, 6.0, voice(120, 2.0)), (0, 3.5, voice(220, 2.0))]
    heard = measure(said, recording(10, *sides))
    assert len(measure(said, None).overlaps) == 1
    assert heard.overlaps == () and heard.overlap_s == pytest.approx(0.0, abs=0.05)
    assert heard.turns[0].speech_s == pytest.approx(5.0, abs=0.1)
