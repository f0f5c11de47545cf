"""Whether two channels carry one signal, in spite of a delay, a gain, a turned polarity or another codec."""

from __future__ import annotations

from collections.abc import Sequence
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
_MOSTLY = 0.4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sameness:
    """``share`` (0..1) of a channel's half seconds with voice in which the other says the same, the lesser of the two.

    ``correlation`` is their median, ``delay_s`` how much later the second channel is, ``gain_db`` how much louder.
    """

    share: float = 0.0
    correlation: float = 0.0
    delay_s: float = 0.0
    gain_db: float = 0.0


def compare(
    pcm: npt.NDArray[np.int16], active: Sequence[npt.NDArray[np.bool_]], frame: int, likeness: float, range_db: float
) -> Sameness:
    """Compare the two channels of (2, samples) where frames of ``frame`` samples of each are ``active``.

    A half second is the same where the correlation reaches ``likeness`` and the level difference is the usual one
    within ``range_db``: two voices that leak into each other's channel are alike, but louder in their own. The loud
    half seconds of either channel must be the same, so that a few words on one channel alone keep it.
    """
    own = [_windows(channel, frame) for channel in active]
    starts = np.unique(np.concatenate(own))
    delay, found = _delay(pcm, starts)
    pairs = {int(start): pair for start in starts if (pair := _pair(pcm, int(start), _WINDOW, delay))}
    if found < likeness / 2 or not pairs:
        return Sameness(correlation=found)
    powers = np.array([(float(np.dot(a, a)), float(np.dot(b, b))) for a, b in pairs.values()]) + 1.0
    values = np.abs([float(np.dot(a, b)) for a, b in pairs.values()]) / np.sqrt(powers.prod(axis=1))
    gains = 10 * np.log10(powers[:, 1] / powers[:, 0])
    gain = float(np.median(gains))
    same = (values >= likeness) & (np.abs(gains - gain) <= range_db)
    known = np.array(list(pairs))
    return Sameness(
        share=min(float(same[np.isin(known, windows)].mean()) for windows in own if np.isin(known, windows).any()),
        correlation=float(np.median(values)),
        delay_s=delay / SAMPLE_RATE,
        gain_db=gain,
    )


def _windows(active: npt.NDArray[np.bool_], frame: int) -> npt.NDArray[np.int64]:
    """First samples of half seconds that are active for the most part, spread over the call."""
    frames = _WINDOW // frame
    whole = np.pad(active, (0, -len(active) % frames)).reshape(-1, frames).mean(axis=1)
    starts: npt.NDArray[np.int64] = np.flatnonzero(whole >= min(_MOSTLY, float(whole.max()))) * _WINDOW
    return np.asarray(starts[np.linspace(0, len(starts) - 1, min(len(starts), _MAX_WINDOWS)).astype(int)])


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
