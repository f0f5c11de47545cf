"""How high the voice is: F0 of voiced frames by YIN on sound decimated to 4 kHz, octave errors drawn to the median."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qa_engine.domain import SAMPLE_RATE
from qa_engine.signals.definitions import DEFINITIONS

DECIMATE = 4
RATE = SAMPLE_RATE // DECIMATE
WINDOW = 128
HOP = round(DEFINITIONS.frame_s * RATE)
LONGEST = int(RATE / DEFINITIONS.pitch_low_hz) + 2
SHORTEST = int(RATE / DEFINITIONS.pitch_high_hz)
FFT = 256
CHUNK = 3000
AROUND = 2.2
NEAR_BEST = 0.06
NORMAL_QUARTILES = 1.349
"""Distance of the quartiles of a normal distribution, in standard deviations."""
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


def _low_pass(taps: int = 49, cutoff: float = 1000.0) -> Floats:
    at = np.arange(taps) - (taps - 1) / 2
    shape = np.sinc(2 * cutoff / SAMPLE_RATE * at) * np.hamming(taps)
    out: Floats = (shape / shape.sum()).astype(np.float32)
    return out


FILTER = _low_pass()


def decimated(sound: Floats) -> Floats:
    """16 kHz to 4 kHz: only the kept samples are filtered."""
    if len(sound) < len(FILTER):
        return np.zeros(0, np.float32)
    out: Floats = np.lib.stride_tricks.sliding_window_view(sound, len(FILTER))[::DECIMATE] @ FILTER
    return out


def pitches(sound: Floats) -> Floats:
    """F0 in Hz of each voiced frame of float32 mono at 16 kHz; unvoiced frames are left out."""
    hertz, voiced = track(sound)
    out: Floats = hertz[voiced]
    return out


def track(sound: Floats) -> tuple[Floats, Flags]:
    """F0 in Hz of every frame (``frame_s`` apart) and whether it is voiced."""
    low = decimated(sound)
    if len(low) < WINDOW + LONGEST:
        return np.zeros(0, np.float32), np.zeros(0, np.bool_)
    frames = np.lib.stride_tricks.sliding_window_view(low, WINDOW + LONGEST)[::HOP]
    dips = np.concatenate([_differences(frames[i : i + CHUNK]) for i in range(0, len(frames), CHUNK)])
    first, clarity = _pick(dips, SHORTEST, LONGEST - 1)
    sure = clarity < DEFINITIONS.pitch_sure
    if sure.sum() < DEFINITIONS.least_voiced:
        sure = clarity < DEFINITIONS.pitch_clarity
    if sure.sum() < DEFINITIONS.least_voiced:
        return (RATE / first).astype(np.float32), np.zeros(len(first), np.bool_)
    middle = float(np.median(first[sure]))
    shortest = max(SHORTEST, int(middle / AROUND))
    longest = min(LONGEST - 1, int(np.ceil(middle * AROUND)))
    lags, clarity = _pick(dips, shortest, longest)
    return (RATE / lags).astype(np.float32), clarity < DEFINITIONS.pitch_clarity


def _differences(frames: Floats) -> Floats:
    """YIN's cumulative-mean-normalised difference, shape (frames, LONGEST + 1); 1 where a frame is silent."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    head = np.fft.rfft(frames[:, :WINDOW], FFT)
    whole = np.fft.rfft(frames, FFT)
    shared = np.fft.irfft(np.conj(head) * whole, FFT)[:, : LONGEST + 1]
    energy = np.cumsum(np.pad(frames.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    shifted = energy[:, WINDOW : WINDOW + LONGEST + 1] - energy[:, : LONGEST + 1]
    raw = np.maximum(shifted[:, :1] + shifted - 2 * shared, 0.0)
    mean = np.cumsum(raw, axis=1) / np.maximum(np.arange(LONGEST + 1), 1)
    silent = shifted[:, 0] < 1e-8 * WINDOW
    out = np.where((mean > 1e-12) & ~silent[:, None], raw / np.maximum(mean, 1e-12), 1.0)
    out[:, 0] = 1.0
    result: Floats = out.astype(np.float32)
    return result


def _pick(dips: Floats, shortest: int, longest: int) -> tuple[npt.NDArray[np.float64], Floats]:
    """Per frame the lag (samples, interpolated) of the first dip that is clear, else of the deepest; and its depth."""
    inner = dips[:, shortest : longest + 1]
    valley = (inner <= dips[:, shortest - 1 : longest]) & (inner < dips[:, shortest + 1 : longest + 2])
    depth = np.where(valley, inner, 2.0)
    best = depth.min(axis=1)
    clear = depth <= np.minimum(best + NEAR_BEST, DEFINITIONS.pitch_clarity)[:, None]
    index = np.where(clear.any(axis=1), clear.argmax(axis=1), depth.argmin(axis=1)) + shortest
    rows = np.arange(len(dips))
    a, b, c = (dips[rows, index + k].astype(np.float64) for k in (-1, 0, 1))
    bend = a - 2 * b + c
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (a - c) / np.where(np.abs(bend) > 1e-9, bend, 1.0), 0.0)
    return index + np.clip(shift, -0.5, 0.5), depth[rows, index - shortest]


def spread_semitones(hertz: Floats) -> float:
    """Robust standard deviation of F0 in semitones: the inter-quartile range over that of the normal distribution.

    Octave slips on telephone sound fool the plain one: a voice on a single note read 2.3 by it, and 0.6 by this.
    """
    low, high = np.percentile(12 * np.log2(hertz.astype(np.float64)), [25, 75])
    return float(high - low) / NORMAL_QUARTILES
