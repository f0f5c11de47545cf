"""How loud the speech is: dBFS of the frames that are speech, from the turn's own channel.

0 dBFS is a full-scale constant; a full-scale sine has -3 dBFS.
"""

from __future__ import annotations

import librosa
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
        if len(sound) >= FRAME:
            rms = librosa.feature.rms(y=sound, frame_length=FRAME, hop_length=FRAME, center=False)
            pieces.append(np.square(rms[0], dtype=np.float32))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def decibels(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """10 log10, not below QUIETEST_DB."""
    least = 10 ** (QUIETEST_DB / 10)
    out: npt.NDArray[np.float64] = librosa.power_to_db(np.asarray(power, np.float64), amin=least, top_db=None)
    return out


def speech_frames(recording: Recording, channel: int, said: list[Run]) -> tuple[Powers, list[Run]]:
    """The frames of these runs that are speech, and the runs as they are heard.

    Speech is within ``speech_range_db`` of the loud frames and no digital silence. Recognisers stretch words over
    pauses and into silence: runs are trimmed to what is heard and broken where it is quiet for over ``pause_s``.
    """
    found = [powers(recording, channel, run.start, run.end) for run in said]
    frames = np.concatenate(found) if found else np.zeros(0, np.float32)
    if not frames.size:
        return frames, said
    loud = float(np.percentile(frames, 95))
    least = max(loud * 10 ** (-DEFINITIONS.speech_range_db / 10), 10 ** (QUIETEST_DB / 10))
    kept: Powers = frames[frames > least]
    heard = [part for run, power in zip(said, found, strict=True) for part in _heard(run, power > least)]
    return kept, heard or said


def _heard(run: Run, speaks: npt.NDArray[np.bool_]) -> list[Run]:
    step, at = DEFINITIONS.frame_s, np.flatnonzero(speaks)
    groups = np.split(at, np.flatnonzero(np.diff(at) * step > DEFINITIONS.pause_s) + 1)
    return [
        Run(run.start + float(group[0]) * step, min(run.end, run.start + float(group[-1] + 1) * step), run.turn)
        for group in groups
        if group.size * step >= DEFINITIONS.click_s
    ]
