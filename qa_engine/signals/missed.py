"""Voices that recognition missed: what lies between recognised words is silence only where no voice is heard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from qa_engine.domain import Recording, Span, Transcript
from qa_engine.signals.acoustics import TurnSound
from qa_engine.signals.definitions import DEFINITIONS
from qa_engine.signals.loudness import CHUNK_S, powers
from qa_engine.signals.pitch import spread_semitones, track
from qa_engine.signals.speech import joined

UNKNOWN_LEVEL = 10 ** (-45.0 / 10)
Spans = list[tuple[float, float]]


class Listener:
    """Listens into the gaps of a transcript; without a recording every gap is quiet."""

    def __init__(
        self,
        transcript: Transcript,
        sounds: Sequence[TurnSound],
        recording: Recording | None,
        holds: Sequence[Span],
    ) -> None:
        self._transcript, self._sounds, self._recording = transcript, sounds, recording
        self._holds = [(h.start, h.end) for h in holds]

    def quiet(self, start: float, end: float) -> Spans:
        """The parts of [start, end), each at least ``silence_s`` long, in which no voice is heard."""
        edge = start
        found = []
        for a, b in [*self._voices(start, end), (end, end)]:
            if a - edge >= DEFINITIONS.silence_s:
                found.append((edge, a))
            edge = max(edge, b)
        return found

    def _voices(self, start: float, end: float) -> Spans:
        if self._recording is None:
            return []
        cuts = [*np.arange(start, end, CHUNK_S).tolist(), end]
        found = [
            span
            for channel in self._recording.speaker_channels
            for a, b in pairwise(cuts)
            for span in self._in_channel(self._recording, channel, a, b)
            if not any(h[0] < span[1] and span[0] < h[1] for h in self._holds)
        ]
        return joined(found, 0.0)

    def _in_channel(self, recording: Recording, channel: int, start: float, end: float) -> Spans:
        """Stretches with enough voiced, moving pitch at the level at which this channel speaks."""
        loud = powers(recording, channel, start, end) > self._least[channel]
        step = DEFINITIONS.frame_s
        if loud.sum() * step < DEFINITIONS.missed_speech_s:
            return []
        hertz, voiced = track(recording.channel(channel, start, end))
        size = min(len(loud), len(voiced))
        at = np.flatnonzero(voiced[:size] & loud[:size])
        found = []
        for group in np.split(at, np.flatnonzero(np.diff(at) * step > DEFINITIONS.pause_s) + 1):
            enough = group.size * step >= DEFINITIONS.missed_speech_s
            if enough and spread_semitones(hertz[group]) > DEFINITIONS.steady_semitones:
                found.append((start + float(group[0]) * step, start + float(group[-1] + 1) * step))
        return found

    @cached_property
    def _least(self) -> dict[int, float]:
        """Per channel the least power of speech, from what was recognised in it."""
        assert self._recording is not None
        return {channel: self._level(channel) for channel in self._recording.speaker_channels}

    def _level(self, channel: int) -> float:
        heard = [
            sound.power
            for turn, sound in zip(self._transcript.turns, self._sounds, strict=True)
            if turn.channel in (channel, None)
        ]
        frames = np.concatenate(heard) if heard else np.zeros(0, np.float32)
        if not frames.size:
            return UNKNOWN_LEVEL
        return float(np.percentile(frames, 90)) * 10 ** (-DEFINITIONS.missed_range_db / 10)
