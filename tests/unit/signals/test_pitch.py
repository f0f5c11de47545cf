"""Pitch against voices of known F0."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from qa_engine.signals.pitch import pitches, spread_semitones
from tests.unit.signals.sounds import Floats, noise, voice


def off(found: float, true: float) -> float:
    return abs(12 * float(np.log2(found / true)))


@pytest.mark.parametrize("hz", [75, 90, 110, 131, 160, 200, 242, 300, 350, 420])
@pytest.mark.parametrize("lowest_hz", [0, 300], ids=["full", "telephone"])
def test_it_finds_the_pitch_even_where_the_line_cuts_the_fundamental(hz: float, lowest_hz: float) -> None:
    found = pitches(voice(hz, 2.0, lowest_hz=lowest_hz) + noise(2.0, -45))
    assert len(found) > 60 and off(float(np.median(found)), hz) < 0.3


@pytest.mark.parametrize("semitones", [0.5, 1.0, 2.0, 4.0])
def test_its_spread_is_that_of_the_voice(semitones: float) -> None:
    spread = spread_semitones(pitches(voice(180, 4.0, semitones=semitones)))
    quartiles_of_a_sine = 2**0.5 / 1.349
    assert spread == pytest.approx(semitones * quartiles_of_a_sine, rel=0.2)


def test_its_spread_is_not_fooled_by_octave_slips() -> None:
    steady = pitches(voice(180, 4.0, semitones=0.5))
    slipped = steady.copy()
    slipped[::8] *= 2
    assert spread_semitones(slipped) == pytest.approx(spread_semitones(steady), abs=0.3)


@pytest.mark.parametrize("dbfs", [-50, -30, -6])
def test_level_does_not_matter(dbfs: float) -> None:
    assert off(float(np.median(pitches(voice(150, 1.0, dbfs)))), 150) < 0.3


def test_noise_and_silence_have_no_pitch() -> None:
    assert len(pitches(noise(4.0, -20))) < 8
    assert not len(pitches(np.zeros(32_000, np.float32)))
    assert not len(pitches(np.zeros(10, np.float32))) and not len(pitches(np.zeros(0, np.float32)))


@pytest.mark.shared
def test_it_agrees_with_the_measured_speakers_of_the_corpus(corpus: Path) -> None:
    import librosa

    folder = corpus / "casia_speech_emotion_zh"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    known = {"liuchanhg": 242, "zhaoquanyin": 250, "wangzhe": 123, "ZhaoZuoxiang": 131}
    heard: dict[str, list[Floats]] = {}
    lasted, spent = 0.0, 0.0
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["emotion"] == "neutral":
            sound, _ = librosa.load(folder / row["file"], sr=16_000)
            began = time.process_time()
            heard.setdefault(row["speaker"], []).append(pitches(sound.astype(np.float32)))
            spent += time.process_time() - began
            lasted += len(sound) / 16_000
    for speaker, found in heard.items():
        assert off(float(np.median(np.concatenate(found))), known[speaker]) < 3, speaker
    assert spent / lasted < 0.02  # about 0.001 on a quiet machine; this only tells a lapse
