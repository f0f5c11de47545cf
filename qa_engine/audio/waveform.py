"""The outline of a call that the console's player draws: a peak for every point in time, few whatever the length."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.domain.recording import SAMPLE_RATE, Recording

MAX_POINTS = 4000
PEAK = 127
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Waveform:
    """Per channel ``points_per_second`` peaks of 0 (silence) to 127 (full scale); JSON through ``domain.codec``."""

    duration_s: float
    points_per_second: float
    channels: tuple[tuple[int, ...], ...]


def waveform(recording: Recording, points_per_second: float = 20.0) -> Waveform:
    """Peaks of every channel; above MAX_POINTS the points are spread wider, so that they still cover the whole call."""
    samples = recording.pcm.shape[1]
    points = max(1, min(MAX_POINTS, math.ceil(recording.duration_s * points_per_second), samples))
    edges = np.linspace(0, samples, points, endpoint=False).astype(np.int64)
    channels = tuple(tuple(_peaks(channel, edges)) for channel in recording.pcm) if samples else ()
    return Waveform(recording.duration_s, points / max(recording.duration_s, 1 / SAMPLE_RATE), channels)


def _peaks(channel: npt.NDArray[np.int16], edges: npt.NDArray[np.int64]) -> list[int]:
    """Greatest amplitude between each edge and the next, a few points at a time so that a mapped call stays on disk."""
    ends = np.append(edges[1:], len(channel))
    group = max(1, _BLOCK // max(1, int((ends - edges).max())))
    peaks: list[int] = []
    for at in range(0, len(edges), group):
        first, last = edges[at], ends[min(at + group, len(edges)) - 1]
        block = np.ascontiguousarray(channel[first:last])
        starts = edges[at : at + group] - first
        high = np.maximum.reduceat(block, starts).astype(np.int32)
        low = np.minimum.reduceat(block, starts).astype(np.int32)
        peaks += (np.maximum(high, -low) * PEAK // 32768).tolist()
    return peaks
