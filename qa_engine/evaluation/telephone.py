"""Sound as a telephone line leaves it: 8 kHz through G.711 (mu-law) and back; a simulation, no real line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]  # a dependency of librosa

from qa_engine.domain import SAMPLE_RATE, Recording

LINE_RATE = 8_000
MU = 255
STEPS = 127


def through_g711(recording: Recording) -> Recording:
    """The same recording after the line, at the engine's rate again."""
    return Recording(
        pcm=np.stack([_line(recording.channel(i)) for i in range(recording.channels)]),
        source_rate=LINE_RATE,
        codec="pcm_mulaw",
        container="wav",
        speaker_channels=recording.speaker_channels,
    )


def _line(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    narrow = np.clip(soxr.resample(sound, SAMPLE_RATE, LINE_RATE), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(MU * np.abs(narrow)) / np.log1p(MU) * STEPS) / STEPS
    heard = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(MU)) / MU
    out: npt.NDArray[np.int16] = np.asarray(soxr.resample(heard, LINE_RATE, SAMPLE_RATE) * 32767).astype(np.int16)
    return out
