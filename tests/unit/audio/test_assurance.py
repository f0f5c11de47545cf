"""Channels that cannot be judged as they are get a notice, and sound ones do not."""

from __future__ import annotations

import numpy as np
import pytest

from qa_engine.audio.assurance import Assurance, assure
from qa_engine.domain import SAMPLE_RATE
from tests.unit.audio.sounds import Pcm, encode, voice
from tests.unit.audio.test_decode import decoded

AGENT, CUSTOMER = voice(20, seed=0), voice(20, seed=1)
SILENCE = np.zeros_like(AGENT)
NOISE = np.random.default_rng(1).normal(0, 8, len(AGENT)).astype(np.int16)


def judged(*channels: Pcm) -> Assurance:
    length = min(len(channel) for channel in channels)
    return assure(np.stack([channel[:length] for channel in channels]))


def codes(found: Assurance) -> list[str]:
    return [notice.code for notice in found.notices]


def louder(sound: Pcm, db: float) -> Pcm:
    return np.clip(sound * 10 ** (db / 20), -32768, 32767).astype(np.int16)


def with_words(sound: Pcm, seconds: float) -> Pcm:
    """A second voice joins for a moment in the pauses of the first."""
    mixed, at = sound.copy(), 25 * SAMPLE_RATE // 10 - 8000
    span = slice(at, at + round(seconds * SAMPLE_RATE))
    mixed[span] = CUSTOMER[span]
    return mixed


def test_two_voices_on_two_channels_are_fine() -> None:
    assert judged(AGENT, CUSTOMER) == Assurance((), (0, 1))


def test_one_voice_on_one_channel_is_fine() -> None:
    assert judged(AGENT) == Assurance((), (0,))


@pytest.mark.parametrize("quiet", [SILENCE, NOISE], ids=["digital silence", "line noise"])
def test_a_silent_channel_is_told_and_left_out(quiet: Pcm) -> None:
    assert judged(quiet, CUSTOMER).speaker_channels == (1,)
    found = judged(AGENT, quiet)
    assert codes(found) == ["silent_channel"]
    assert found.speaker_channels == (0,)
    assert "right channel" in found.notices[0].message.en
    assert "右声道" in found.notices[0].message.zh
    assert "dBFS" in found.notices[0].message.zh


def test_a_click_does_not_make_a_silent_channel_speak() -> None:
    click = SILENCE.copy()
    click[5000:5100] = 20000
    assert codes(judged(AGENT, click)) == ["silent_channel"]


def test_half_a_second_of_words_makes_it_speak() -> None:
    assert judged(AGENT, with_words(SILENCE, 0.6)).speaker_channels == (0, 1)


def test_a_wholly_silent_call_still_has_a_channel_to_hear() -> None:
    found = judged(SILENCE, SILENCE)
    assert codes(found) == ["silent_channel", "silent_channel"]
    assert found.speaker_channels == (0,)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(AGENT, id="copy"),
        pytest.param(louder(AGENT, -10), id="10 dB quieter"),
        pytest.param(-louder(AGENT, -3), id="polarity turned"),
        pytest.param(np.pad(AGENT, (1000, 0)), id="62 ms later"),
        pytest.param(AGENT + NOISE, id="with line noise"),
        pytest.param(decoded(encode(AGENT[None], SAMPLE_RATE, "mp3", "libmp3lame", bit_rate=24000)).pcm[0], id="mp3"),
        pytest.param(decoded(encode(AGENT[None], SAMPLE_RATE, "ogg", "libopus", bit_rate=12000)).pcm[0], id="opus"),
        pytest.param(louder(AGENT, -30), id="leak of one voice only"),
    ],
)
def test_one_signal_on_both_channels_is_treated_as_mono(second: Pcm) -> None:
    found = judged(AGENT, second)
    assert codes(found)[-1] == "dual_mono"
    assert found.speaker_channels == (0,)


@pytest.mark.parametrize("leak_db", [-30, -20, -12, -8])
def test_voices_that_leak_into_each_other_stay_two(leak_db: float) -> None:
    agent, customer = AGENT + louder(CUSTOMER, leak_db), CUSTOMER + louder(AGENT, leak_db)
    assert judged(agent, customer) == Assurance((), (0, 1))


def test_a_few_words_on_a_leaking_channel_keep_it() -> None:
    assert judged(AGENT, with_words(louder(AGENT, -30), 1.0)).speaker_channels == (0, 1)


def test_of_one_signal_the_louder_channel_is_heard() -> None:
    assert judged(louder(AGENT, -20), AGENT).speaker_channels == (1,)


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (louder(AGENT, 18), "clipped"),
        (louder(AGENT, -38), "very_quiet"),
        (AGENT + np.int16(1500), "dc_offset"),
        ((1000 * np.sin(2 * np.pi * 50 * np.arange(len(AGENT)) / SAMPLE_RATE)).astype(np.int16), "no_speech_band"),
    ],
)
def test_a_fault_is_told_with_its_figure(sound: Pcm, code: str) -> None:
    found = judged(sound)
    assert codes(found) == [code]
    message = found.notices[0].message
    assert any(mark in message.zh and mark in message.en for mark in ("%", "dBFS"))


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(louder(AGENT, 11), id="loud but whole"),
        pytest.param(louder(AGENT, -12), id="soft"),
        pytest.param(AGENT + np.int16(300), id="a little offset"),
        pytest.param(
            louder(AGENT, -6) + (12000 * np.sin(2 * np.pi * 50 * np.arange(len(AGENT)) / SAMPLE_RATE)).astype(np.int16),
            id="voice over hum",
        ),
    ],
)
def test_what_can_be_judged_gets_no_notice(sound: Pcm) -> None:
    assert codes(judged(sound)) == []


@pytest.mark.parametrize("samples", [1, 319, 320, 7999, 16001])
def test_the_shortest_sound_is_measured_too(samples: int) -> None:
    assert judged(AGENT[:samples], CUSTOMER[:samples]).speaker_channels
