"""Decoded sound: what the audio room gives to recognition and to the signals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.domain.transcript import Notice

SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """PCM of one call at 16 kHz.

    ``pcm`` is int16 of shape (channels, samples), channels 1 or 2; it may be a read-only memory map of a long call.
    ``source_rate`` (Hz), ``codec`` and ``container`` tell what the file held. ``notices`` name silent, dual-mono and
    clipped channels. A dual-mono file keeps both channels; ``speaker_channels`` names those with their own voice.
    """

    pcm: npt.NDArray[np.int16]
    source_rate: int
    codec: str
    container: str
    notices: tuple[Notice, ...] = ()
    speaker_channels: tuple[int, ...] = (0,)

    @property
    def channels(self) -> int:
        return int(self.pcm.shape[0])

    @property
    def duration_s(self) -> float:
        return float(self.pcm.shape[1]) / SAMPLE_RATE

    def channel(self, index: int, start_s: float = 0.0, end_s: float | None = None) -> npt.NDArray[np.float32]:
        """One channel as float32 in -1..1, cut to [start_s, end_s)."""
        stop = None if end_s is None else round(end_s * SAMPLE_RATE)
        cut = self.pcm[index, round(start_s * SAMPLE_RATE) : stop]
        return cut.astype(np.float32) / np.float32(32768.0)
