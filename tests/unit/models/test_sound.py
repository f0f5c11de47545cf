"""Ringing is a steady tone with its pauses; voices, music notes and hiss are not."""

import numpy as np
import pytest

from models.sound import RINGING, SoundOptions, ringing
from qa_engine.domain import SAMPLE_RATE

OPTIONS = SoundOptions()
SECONDS = 12
T = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE


def tone(*hertz: float, on: float, period: float, level: float = 0.2) -> np.ndarray:
    return level * sum(np.sin(2 * np.pi * f * T) for f in hertz) * ((T % period) < on)


@pytest.mark.parametrize(
    ("sound", "end"),
    [(tone(450, on=1, period=5), 11), (tone(440, 480, on=2, period=6), 8), (tone(450, on=0.35, period=0.7), 12)],
    ids=["China ringback", "North America ringback", "China busy"],
)
def test_it_hears_ringing_with_the_pauses_of_its_cadence(sound: np.ndarray, end: float) -> None:
    (span,) = ringing(sound.astype(np.float32), OPTIONS)
    assert span.label == RINGING
    assert (span.start, span.end) == pytest.approx((0.0, end), abs=0.5)


VOICE = sum(np.sin(2 * np.pi * (150 + 30 * np.sin(3 * T)) * k * T) / k for k in range(1, 12)) * 0.1


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0),
        np.zeros(SECONDS * SAMPLE_RATE),
        np.random.default_rng(0).standard_normal(SECONDS * SAMPLE_RATE) * 0.1,
        VOICE,
        tone(1000, on=1, period=5),
        0.2 * np.sin(2 * np.pi * (400 + 100 * np.sin(2 * np.pi * 3 * T)) * T),
        tone(450, on=1, period=5, level=0.001),
    ],
    ids=["nothing", "silence", "hiss", "voice", "beep", "siren", "inaudible"],
)
def test_it_does_not_take_other_sounds_for_ringing(sound: np.ndarray) -> None:
    assert ringing(sound.astype(np.float32), OPTIONS) == []


def test_words_between_two_rings_are_not_swallowed() -> None:
    rings = tone(450, on=1, period=5)
    talk = np.random.default_rng(1).standard_normal(len(T)) * 0.2 * ((T % 5) > 2) * ((T % 5) < 4)
    assert [(round(s.start), round(s.end)) for s in ringing((rings + talk).astype(np.float32), OPTIONS)] == [
        (0, 1),
        (5, 6),
        (10, 11),
    ]
