"""Holds leave the speech, echoes of the other channel leave it too, and two people at once both stay."""

import numpy as np
import pytest

from models.asr.options import SpeechOptions
from models.asr.speech import find_speech, without, without_copies
from qa_engine.domain import SAMPLE_RATE, Recording, Span

OPTIONS = SpeechOptions()


@pytest.mark.parametrize(
    ("holds", "left"),
    [
        ([], [(1.0, 5.0)]),
        ([Span(2, 3)], [(1.0, 2.0), (3.0, 5.0)]),
        ([Span(0, 2)], [(2.0, 5.0)]),
        ([Span(4, 9)], [(1.0, 4.0)]),
        ([Span(0, 9)], []),
        ([Span(5, 9)], [(1.0, 5.0)]),
        ([Span(1.05, 9)], []),
        ([Span(2, 3), Span(3.5, 4)], [(1.0, 2.0), (3.0, 3.5), (4.0, 5.0)]),
    ],
)
def test_it_leaves_out_holds(holds: list[Span], left: list[tuple[float, float]]) -> None:
    assert [(s.start, s.end) for s in without([Span(1.0, 5.0)], holds, 0.1)] == left


def noise(seed: int, seconds: float = 3.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE)) * 4000


def stereo(left: np.ndarray, right: np.ndarray) -> Recording:
    pcm = np.stack([left, right]).clip(-32768, 32767).astype(np.int16)
    return Recording(pcm=pcm, source_rate=8000, codec="x", container="x", speaker_channels=(0, 1))


@pytest.mark.parametrize(
    ("right", "kept"),
    [
        (0.1 * np.roll(noise(1), 800), 0),
        (-0.2 * noise(1), 0),
        (noise(1), 1),
        (0.1 * noise(2), 1),
        (0.1 * noise(1) + 0.4 * noise(2), 1),
    ],
    ids=["faint and late", "faint and inverted", "as loud", "faint but other", "echo under speech"],
)
def test_it_drops_a_faint_copy_of_the_other_channel(right: np.ndarray, kept: int) -> None:
    span = Span(0.5, 2.5, "speech")
    left = without_copies(stereo(noise(1), right), {0: [span], 1: [span]}, OPTIONS)
    assert (len(left[0]), len(left[1])) == (1, kept)


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(100), np.zeros(SAMPLE_RATE * 5), noise(3, 5.0)])
def test_it_finds_no_speech_in_silence_and_noise(sound: np.ndarray) -> None:
    recording = Recording(pcm=sound[None].astype(np.int16), source_rate=8000, codec="x", container="x")
    assert find_speech(recording, 0, OPTIONS) == []
