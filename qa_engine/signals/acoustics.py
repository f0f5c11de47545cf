"""What the sound of one turn shows: level, pitch and effort of its speech, from its own channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from qa_engine.domain import Recording, Turn, TurnKind
from qa_engine.signals.definitions import DEFINITIONS
from qa_engine.signals.effort import Effort, effort
from qa_engine.signals.loudness import CHUNK_S, decibels, speech_frames
from qa_engine.signals.pitch import pitches, spread_semitones
from qa_engine.signals.speech import Run, runs

_NONE = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class TurnSound:
    """Of one turn: speech frames as power, voiced frames as F0 (Hz), and when it was spoken: as heard, else as told."""

    power: npt.NDArray[np.float32] = field(default_factory=lambda: _NONE)
    hertz: npt.NDArray[np.float32] = field(default_factory=lambda: _NONE)
    runs: tuple[Run, ...] = ()
    effort: Effort = field(default_factory=Effort)

    @property
    def start(self) -> float | None:
        return self.runs[0].start if self.runs else None

    @property
    def end(self) -> float | None:
        return self.runs[-1].end if self.runs else None

    @property
    def level_s(self) -> float:
        return len(self.power) * DEFINITIONS.frame_s

    @property
    def dbfs(self) -> float | None:
        return round(float(decibels(self.power.mean())), 2) if self.power.size else None

    @property
    def pitch_hz(self) -> float | None:
        return round(float(np.median(self.hertz)), 1) if self.hertz.size >= DEFINITIONS.least_voiced else None

    @property
    def pitch_sd(self) -> float | None:
        enough = self.hertz.size >= DEFINITIONS.least_voiced_spread
        return round(spread_semitones(self.hertz), 2) if enough else None


def listen(turn: Turn, recording: Recording | None) -> TurnSound:
    """The sound of a spoken turn; its times alone for text, or where the channel is not in the recording."""
    told = tuple(runs(turn))
    if recording is None or turn.kind is not TurnKind.SPEECH:
        return TurnSound(runs=told)
    channel = turn.channel if turn.channel is not None else recording.speaker_channels[0]
    said = [cut for run in told if (cut := _inside(run, recording)) is not None]
    if channel >= recording.channels or not said:
        return TurnSound(runs=told)
    power, heard = speech_frames(recording, channel, said)
    pieces = [recording.channel(channel, a, b) for run in heard for a, b in _pieces(run)]
    hertz = [pitches(piece) for piece in pieces]
    spent = sum((effort(piece) for piece in pieces), Effort())
    return TurnSound(power, np.concatenate(hertz) if hertz else _NONE, tuple(heard), spent)


def together(sounds: list[TurnSound]) -> TurnSound:
    """Several turns as one."""
    if not sounds:
        return TurnSound()
    return TurnSound(np.concatenate([s.power for s in sounds]), np.concatenate([s.hertz for s in sounds]))


def _inside(run: Run, recording: Recording) -> Run | None:
    start, end = max(0.0, run.start), min(run.end, recording.duration_s)
    return Run(start, end, run.turn) if end - start >= DEFINITIONS.frame_s else None


def _pieces(run: Run) -> list[tuple[float, float]]:
    cuts = [*np.arange(run.start, run.end, CHUNK_S).tolist(), run.end]
    return [(a, b) for a, b in pairwise(cuts) if b > a]
