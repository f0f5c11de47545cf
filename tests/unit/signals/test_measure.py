"""The whole measurement: rates, talk ratio, invariants."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.domain import Role, Transcript, Turn, TurnKind, Word
from qa_engine.signals import measure
from tests.unit.signals.sounds import A, C, call, chat, noise, recording, voice, words


@pytest.mark.parametrize("rate", [120, 220, 330])
def test_speech_rate_is_of_speech_time(rate: int) -> None:
    text = "一" * rate
    found = measure(call((A, 0.0, 60.0, text)), None)
    assert found.turns[0].rate_hanzi_per_min == pytest.approx(rate, rel=0.01)
    assert found.turns[0].rate_words_per_min is None


def test_pauses_between_words_are_no_speech_time() -> None:
    (turn,) = call((A, 0.0, 10.0, "x")).turns
    split = replace(turn, text="一" * 20, words=words("一" * 10, 0, 3) + words("一" * 10, 7, 10))
    found = measure(Transcript(turns=(split,), language="zh"), None).turns[0]
    assert found.speech_s == pytest.approx(6.0) and found.rate_hanzi_per_min == pytest.approx(200)


def test_words_that_the_recogniser_stretched_over_a_pause_are_cut_by_the_sound() -> None:
    said = call((A, 0.0, 10.0, "一" * 20))
    sound = recording(10, (0, 0.0, voice(200, 3.0)), (0, 7.0, voice(200, 3.0)), (0, 0, noise(10, -60)))
    assert measure(said, sound).turns[0].speech_s == pytest.approx(6.0, abs=0.1)
    assert measure(said, None).turns[0].speech_s == pytest.approx(10.0)


def test_english_is_counted_in_words() -> None:
    found = measure(call((A, 0, 6, "thank you for calling how may I help you today sir"), language="en"), None)
    assert found.speakers[A].rate_words_per_min == pytest.approx(110) and found.speakers[A].rate_hanzi_per_min is None


def test_too_little_speech_has_no_rate() -> None:
    assert measure(call((A, 0, 0.3, "嗯")), None).turns[0].rate_hanzi_per_min is None


def test_talk_ratios_are_shares_of_speech() -> None:
    found = measure(call((A, 0, 6, "一" * 20), (C, 8, 10, "一" * 6)), None).speakers
    assert (found[A].talk_ratio, found[C].talk_ratio) == (0.75, 0.25)


def test_pictures_and_automatic_messages_are_not_counted_as_words() -> None:
    said = chat([(C, 0, "[图片]"), (A, 3, "自动回复"), (A, 9, "您好")])
    turns = (replace(said.turns[0], kind=TurnKind.IMAGE), replace(said.turns[1], automatic=True), said.turns[2])
    found = measure(replace(said, turns=turns), None)
    assert [t.hanzi for t in found.turns] == [0, 0, 2] and set(found.speakers) == {A}


def test_an_empty_transcript_is_measured() -> None:
    found = measure(Transcript(turns=(), language="zh"), None)
    assert found.turns == () and not found.timed and found.speakers == {}


TIMES = st.floats(0, 60, allow_nan=False)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    turns = []
    for start in sorted(draw(st.lists(TIMES, max_size=12))):
        end = start + draw(st.floats(0, 20))
        cuts = sorted(start + draw(st.floats(0, 1)) * (end - start) for _ in range(draw(st.integers(0, 4)) * 2))
        said = tuple(
            Word("好" if i % 4 else "我", a, b, 0.5) for i, (a, b) in enumerate(zip(cuts[::2], cuts[1::2], strict=True))
        )
        timed = draw(st.integers(0, 9)) > 0
        turns.append(
            Turn(
                index=len(turns),
                role=draw(st.sampled_from(Role)),
                text=draw(st.sampled_from(["嗯", "请稍等", "我要退货", "what is it?", "", "12"])),
                start=start if timed else None,
                end=end if timed else None,
                kind=draw(st.sampled_from([TurnKind.SPEECH, TurnKind.SPEECH, TurnKind.TEXT, TurnKind.EVENT])),
                words=said if timed else (),
                channel=draw(st.sampled_from([None, 0, 1])),
                automatic=draw(st.booleans()),
            )
        )
    return Transcript(turns=tuple(turns), language=draw(st.sampled_from(["zh", "en"])))


SOUND = recording(40.0, (0, 2.0, voice(200, 5.0)), (1, 9.0, voice(120, 5.0)), (0, 0, noise(40, -60)))


@settings(max_examples=60, deadline=None)
@given(transcripts(), st.sampled_from([None, SOUND]))
def test_any_transcript_is_measured_within_reason(said: Transcript, sound: object) -> None:
    found = measure(said, SOUND if sound is not None else None)
    assert [t.turn for t in found.turns] == list(range(len(said.turns)))
    assert all(s.seconds >= 2.0 - 1e-9 and s.due in Role for s in found.silences)
    assert all(a.end <= b.start + 1e-9 for a, b in zip(found.silences, found.silences[1:], strict=False))
    assert all(o.seconds > 0 and o.content_chars >= 0 and o.turn != o.over_turn for o in found.overlaps)
    assert (
        found.overlap_s is None or sum(o.seconds for o in found.overlaps) <= found.overlap_s * 2 + 1.0 or found.overlaps
    )
    assert all(t.speech_s is None or t.speech_s >= 0 for t in found.turns)
    shares = [s.talk_ratio for s in found.speakers.values() if s.talk_ratio is not None]
    assert not shares or sum(shares) == pytest.approx(1.0, abs=0.01)
    assert all(-100 <= t.loudness_dbfs <= 0 for t in found.turns if t.loudness_dbfs is not None)
