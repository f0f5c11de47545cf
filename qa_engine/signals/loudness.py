"""How loud the speech is: dBFS of the frames that are speech, from the turn's own channel.

0 dBFS is a full-scale constant; a full-scale sine has -3 dBFS.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qa_engine.domain import SAMPLE_RATE, Recording
from qa_engine.signals.definitions import DEFINITIONS
from qa_engine.signals.speech import Run

FRAME = round(DEFINITIONS.frame_s * SAMPLE_RATE)
CHUNK_S = 60.0
QUIETEST_DB = -100.0
Powers = npt.NDArray[np.float32]


def powers(recording: Recording, channel: int, start: float, end: float) -> Powers:
    """Mean square of each whole frame in [start, end); long stretches are read in pieces."""
    pieces = []
    for at in np.arange(start, end, CHUNK_S):
        sound = recording.channel(channel, float(at), min(end, float(at) + CHUNK_S))
        frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
        pieces.append(np.einsum("ij,ij->i", frames, frames) / np.float32(FRAME))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def decibels(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """10 log10, not below QUIETEST_DB."""
    out: npt.NDArray[np.float64] = 10.0 * np.log10(np.maximum(np.asarray(power, np.float64), 10 ** (QUIETEST_DB / 10)))
    return out


def speech_frames(recording: Recording, channel: int, said: list[Run]) -> tuple[Powers, float]:
    """The frames of these runs that are speech, and the seconds of speech when pauses within words are left out too.

    Speech is within ``speech_range_db`` of the loud frames and no digital silence. Recognisers stretch words over
    pauses: quiet stretches longer than ``pause_s`` are no speech time.
    """
    found = [powers(recording, channel, run.start, run.end) for run in said]
    frames = np.concatenate(found) if found else np.zeros(0, np.float32)
    if not frames.size:
        return frames, 0.0
    loud = float(np.percentile(frames, 95))
    least = max(loud * 10 ** (-DEFINITIONS.speech_range_db / 10), 10 ** (QUIETEST_DB / 10))
    kept: Powers = frames[frames > least]
    return kept, sum(_lasting(run > least) for run in found)


def _lasting(speaks: npt.NDArray[np.bool_]) -> float:
    """Seconds from the first to the last speech frame, less the pauses between."""
    at = np.flatnonzero(speaks)
    if not at.size:
        return 0.0
    steps = np.diff(at)
    pauses = steps[steps * DEFINITIONS.frame_s > DEFINITIONS.pause_s] - 1
    return float(at[-1] - at[0] + 1 - pauses.sum()) * DEFINITIONS.frame_s
