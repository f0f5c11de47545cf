"""How much effort a voice shows: energy above against below 1 kHz, and how fast syllables follow each other.

Both stay inside the telephone band, so that they mean the same at 8 kHz after a codec as at 16 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.domain import SAMPLE_RATE
from qa_engine.signals.definitions import DEFINITIONS

FRAME = round(DEFINITIONS.frame_s * SAMPLE_RATE)
CHUNK = 3000
LOW_HZ = (300.0, 1000.0)
HIGH_HZ = (1000.0, 3400.0)
DIP_DB = 2.0
"""A syllable stands out from the valleys beside it by so much."""
SMOOTH = np.hanning(9)[1:-1] / np.hanning(9).sum()
"""Seven frames: shorter than a syllable, longer than a period of the voice."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Effort:
    """Of one stretch of speech, to be added up: energies of both bands, syllables, and seconds."""

    low: float = 0.0
    high: float = 0.0
    syllables: int = 0
    seconds: float = 0.0

    def __add__(self, other: Effort) -> Effort:
        return Effort(
            self.low + other.low,
            self.high + other.high,
            self.syllables + other.syllables,
            self.seconds + other.seconds,
        )

    @property
    def tilt_db(self) -> float | None:
        """Upper against lower band; None in silence."""
        return 10 * float(np.log10(self.high / self.low)) if self.high > 0 and self.low > 0 else None

    @property
    def syllables_per_s(self) -> float | None:
        """None where there is too little speech to tell."""
        return self.syllables / self.seconds if self.seconds >= DEFINITIONS.least_rate_s else None


def effort(sound: Floats) -> Effort:
    """Of float32 mono at 16 kHz that is speech from end to end."""
    count = len(sound) // FRAME
    if not count:
        return Effort()
    frames = sound[: count * FRAME].reshape(count, FRAME)
    power = np.concatenate([_bands(frames[at : at + CHUNK]) for at in range(0, count, CHUNK)])
    return Effort(
        float(power[:, 0].sum()), float(power[:, 1].sum()), _syllables(power.sum(axis=1)), len(sound) / SAMPLE_RATE
    )


def _bands(frames: Floats) -> npt.NDArray[np.float64]:
    """Energy of the two bands, (frames, 2)."""
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    return np.stack([power[:, band].sum(axis=1, dtype=np.float64) for band in _BANDS], axis=1)


def _syllables(power: npt.NDArray[np.float64]) -> int:
    """Peaks of the smoothed level that stand out from the valleys on both sides."""
    loudest = float(power.max())
    if loudest <= 0:
        return 0
    least = loudest * 10 ** (-DEFINITIONS.speech_range_db / 10)
    level = 10 * np.log10(np.convolve(np.maximum(power, least), SMOOTH, mode="same"))
    return _peaks(level)


def _peaks(level: npt.NDArray[np.float64]) -> int:
    """A walk that turns where the level has gone back by ``DIP_DB`` from its last extreme."""
    found, rising, extreme = 0, True, float(level[0])
    for value in level.tolist():
        if rising == (value > extreme):
            extreme = value
        elif abs(value - extreme) >= DIP_DB:
            found += rising
            rising, extreme = not rising, value
    return found + rising


_WINDOW = np.hanning(FRAME).astype(np.float32)
_HERTZ = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE)
_BANDS = tuple((low <= _HERTZ) & (high > _HERTZ) for low, high in (LOW_HZ, HIGH_HZ))
