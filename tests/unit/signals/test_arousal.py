"""Arousal of a voice against the speaker's own usual one."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.evaluation.telephone import through_g711
from qa_engine.signals import measure
from qa_engine.signals.arousal import MEASURES, Voice, arousals
from qa_engine.signals.effort import Effort, effort
from tests.unit.signals.sounds import A, C, Floats, call, noise, recording, voice

USUAL = Voice(level_db=-25, pitch_semitones=90, spread_semitones=2, tilt_db=-10, syllables_per_s=4)
NUMBERS = st.floats(-60, 120)
VOICES = st.builds(Voice, NUMBERS, NUMBERS, st.floats(0, 12), st.floats(-40, 20), st.floats(0, 12))


def syllables(per_s: float, seconds: float) -> Floats:
    """A voice that swells and falls so many times a second, by 20 dB."""
    at = np.arange(round(seconds * 16_000)) / 16_000
    out: Floats = (voice(150, seconds) * 10 ** (np.cos(2 * np.pi * per_s * at) - 1) / 2).astype(np.float32)
    return out


@given(st.lists(VOICES, min_size=3, max_size=8))
def test_it_lies_between_0_and_1(voices: list[Voice]) -> None:
    assert all(told is not None and 0 < told < 1 for told in arousals(voices))


@pytest.mark.parametrize("name", list(MEASURES))
def test_more_of_any_measure_is_more_worked_up_and_less_is_less(name: str) -> None:
    more, less = (replace(USUAL, **{name: getattr(USUAL, name) + sign * MEASURES[name].span}) for sign in (1, -1))
    usual, high, low = arousals([USUAL, more, less])
    assert usual == 0.5 and high is not None and low is not None and high > 0.5 > low
    assert high + low == pytest.approx(1, abs=0.002)


def test_one_span_up_in_all_is_plain_and_a_slip_of_one_does_not_decide() -> None:
    up = Voice(*(getattr(USUAL, name) + MEASURES[name].span for name in _FIELDS))
    slip = replace(USUAL, pitch_semitones=USUAL.pitch_semitones + 40)  # type: ignore[operator]
    *_, high, slipped = arousals([USUAL, USUAL, USUAL, USUAL, up, slip])
    assert high == pytest.approx(0.82, abs=0.01)
    assert slipped is not None and slipped < 0.8


def test_another_speaker_with_another_voice_has_the_same_usual() -> None:
    deep = replace(USUAL, level_db=-40, pitch_semitones=80)
    assert arousals([USUAL] * 3) == arousals([deep] * 3) == [0.5] * 3


def test_it_abstains_without_level_or_pitch_and_with_too_few_turns() -> None:
    unpitched = replace(USUAL, pitch_semitones=None)
    assert arousals([USUAL, USUAL, USUAL, unpitched, None])[3:] == [None, None]
    assert arousals([USUAL, USUAL]) == [None, None] and arousals([]) == []
    assert arousals([USUAL, USUAL, replace(USUAL, spread_semitones=None, syllables_per_s=None)])[2] == 0.5


def test_shouting_in_a_call_is_told_from_talking_and_a_short_word_is_not_told() -> None:
    said = ((C, 0.0, 2.0, "我想问一下我的订单"), (A, 2.5, 4.5, "好的我帮您看一下"), (C, 5.0, 7.0, "还没有到货对吗"))
    said += ((A, 7.5, 9.5, "是的还在路上"), (C, 10.0, 12.0, "到底什么时候能到"), (C, 12.5, 12.8, "喂"))
    usual, loud = voice(120, 2.0, -30), voice(210, 2.0, -16, semitones=4)
    placed = (
        (1, 0.0, usual),
        (0, 2.5, usual),
        (1, 5.0, usual),
        (0, 7.5, usual),
        (1, 10.0, loud),
        (1, 12.5, loud[:4800]),
    )
    heard = recording(13.0, *placed)
    for sound in (heard, through_g711(heard)):
        told = [turn.arousal for turn in measure(call(*said), sound).turns]
        assert told[0] == pytest.approx(0.5, abs=0.05) and told[2] == pytest.approx(0.5, abs=0.05)
        assert told[4] is not None and told[4] > 0.85
        assert told[1] is told[3] is told[5] is None  # the agent spoke twice, the last word was too short


def test_a_chat_has_none() -> None:
    assert all(turn.arousal is None for turn in measure(call((C, 0, 1, "你好")), None).turns)


@pytest.mark.parametrize("per_s", [2.0, 4.0, 6.0])
def test_syllables_are_counted(per_s: float) -> None:
    found = effort(syllables(per_s, 5.0)).syllables_per_s
    assert found == pytest.approx(per_s, rel=0.15)


def test_tilt_tells_bright_from_dull_and_survives_the_codec() -> None:
    bright = voice(200, 2.0)
    dull = np.convolve(bright, np.hanning(15) / np.hanning(15).sum(), mode="same").astype(np.float32)
    high, low = effort(bright).tilt_db, effort(dull).tilt_db
    assert high is not None and low is not None and high > low + 3
    coded = effort(through_g711(recording(2.0, (0, 0.0, bright), channels=1)).channel(0)).tilt_db
    assert coded == pytest.approx(high, abs=1)


def test_silence_and_nothing_show_no_effort() -> None:
    for sound in (np.zeros(0, np.float32), np.zeros(100, np.float32), np.zeros(16_000, np.float32)):
        assert effort(sound).tilt_db is None and effort(sound).syllables == 0
    assert sum((effort(noise(0.4, -30)) for _ in range(2)), Effort()).seconds == pytest.approx(0.8)


def test_it_costs_next_to_nothing() -> None:
    sound = voice(180, 60.0)
    began = time.process_time()
    effort(sound)
    assert (time.process_time() - began) / 60 < 0.003


_FIELDS = ("level_db", "pitch_semitones", "spread_semitones", "tilt_db", "syllables_per_s")
