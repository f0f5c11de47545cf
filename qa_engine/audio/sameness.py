"""Whether two channels carry one signal, in spite of a delay, a gain, a turned polarity or another codec."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.domain.recording import SAMPLE_RATE

MAX_DELAY_S = 0.12
"""Codecs hold sound back by up to about 70 ms."""

_WINDOW = SAMPLE_RATE // 2
_MAX_WINDOWS = 800
_EXCERPT = 4 * SAMPLE_RATE
_EXCERPTS = 8
_HOPELESS = 0.4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sameness:
    """``share`` (0..1) of half seconds with voice in either channel in which the other says the same.

    ``correlation`` is their median, ``delay_s`` how much later the second channel is, ``gain_db`` how much louder.
    """

    share: float = 0.0
    correlation: float = 0.0
    delay_s: float = 0.0
    gain_db: float = 0.0


def compare(pcm: npt.NDArray[np.int16], active: npt.NDArray[np.bool_], frame: int, same_correlation: float) -> Sameness:
    """Compare the two channels of (2, samples) where a frame of ``frame`` samples is ``active``."""
    starts = np.unique(np.flatnonzero(active) * frame // _WINDOW) * _WINDOW
    picked = starts[np.linspace(0, len(starts) - 1, min(len(starts), _MAX_WINDOWS)).astype(int)]
    delay, likeness = _delay(pcm, picked)
    if likeness < _HOPELESS:
        return Sameness(correlation=likeness)
    pairs = [pair for start in picked if (pair := _pair(pcm, int(start), _WINDOW, delay))]
    if not pairs:
        return Sameness()
    values = np.array([abs(_correlation(a, b)) for a, b in pairs])
    powers = np.array([(float(np.dot(a, a)), float(np.dot(b, b))) for a, b in pairs]).sum(axis=0) + 1e-9
    return Sameness(
        share=float((values >= same_correlation).mean()),
        correlation=float(np.median(values)),
        delay_s=delay / SAMPLE_RATE,
        gain_db=float(10 * np.log10(powers[1] / powers[0])),
    )


def _delay(pcm: npt.NDArray[np.int16], starts: npt.NDArray[np.int64]) -> tuple[int, float]:
    """Samples by which the second channel lags, and the correlation (0..1) found there, over a few excerpts."""
    reach = round(MAX_DELAY_S * SAMPLE_RATE)
    size = 1 << (_EXCERPT + reach).bit_length()
    cross, scale = np.zeros(size), 1e-9
    for start in starts[np.linspace(0, len(starts) - 1, min(len(starts), _EXCERPTS)).astype(int)]:
        a, b = (_centred(channel[start : start + _EXCERPT]) for channel in pcm)
        weight = float(np.sqrt(np.dot(a, a) * np.dot(b, b))) + 1e-9
        cross += np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size) / weight
        scale += 1.0
    near = np.abs(np.concatenate((cross[-reach:], cross[: reach + 1])))
    best = int(near.argmax())
    return best - reach, float(near[best]) / scale


def _pair(pcm: npt.NDArray[np.int16], start: int, size: int, delay: int) -> tuple[Floats, Floats] | None:
    """The same stretch of both channels, or None at the ends where one has no partner."""
    first, second = max(start, -delay), max(start, -delay) + delay
    length = min(size, pcm.shape[1] - max(first, second))
    if length < size // 2:
        return None
    return _centred(pcm[0, first : first + length]), _centred(pcm[1, second : second + length])


def _centred(sound: npt.NDArray[np.int16]) -> Floats:
    floats: Floats = sound.astype(np.float32)
    floats -= floats.mean()
    return floats


def _correlation(a: Floats, b: Floats) -> float:
    return float(np.dot(a, b) / (np.sqrt(np.dot(a, a) * np.dot(b, b)) + 1e-9))
