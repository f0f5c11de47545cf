"""The outline is true to the sound, covers all of it and stays small."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.audio.waveform import MAX_POINTS, Waveform, waveform
from qa_engine.domain import SAMPLE_RATE, Recording
from qa_engine.domain.codec import dump, load


def recording(*channels: np.ndarray) -> Recording:
    pcm = np.stack(channels).astype(np.int16)
    return Recording(pcm=pcm, source_rate=8000, codec="pcm_s16le", container="wav")


def test_it_shows_where_the_sound_is() -> None:
    sound = np.zeros(4 * SAMPLE_RATE)
    sound[2 * SAMPLE_RATE : 3 * SAMPLE_RATE] = -32768
    drawn = waveform(recording(sound, sound // 2), points_per_second=10)
    assert drawn.points_per_second == 10
    assert drawn.channels[0] == (0,) * 20 + (127,) * 10 + (0,) * 10
    assert set(drawn.channels[1]) == {0, 63}


def test_a_long_call_has_no_more_points_than_the_player_can_draw() -> None:
    sound = np.zeros(3600 * SAMPLE_RATE, np.int16)
    sound[-10:] = 32767
    drawn = waveform(recording(sound))
    assert len(drawn.channels[0]) == MAX_POINTS
    assert drawn.points_per_second == pytest.approx(MAX_POINTS / 3600)
    assert drawn.channels[0][-1] == 126
    assert not any(drawn.channels[0][:-1])


def test_it_travels_as_json() -> None:
    drawn = waveform(recording(np.arange(1000)))
    assert load(Waveform, json.loads(json.dumps(dump(drawn)))) == drawn


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=400), st.floats(0.5, 20000))
def test_no_peak_is_lost(samples: list[int], points_per_second: float) -> None:
    drawn = waveform(recording(np.array(samples)), points_per_second)
    assert max(drawn.channels[0]) == max(abs(s) for s in samples) * 127 // 32768
    assert len(drawn.channels[0]) <= len(samples)
