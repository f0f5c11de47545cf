"""Voices of known pitch and level, and transcripts to go with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa_engine.domain import SAMPLE_RATE, Recording, Role, Transcript, Turn, TurnKind, Word

Floats = npt.NDArray[np.float32]
A, C = Role.AGENT, Role.CUSTOMER


def voice(hz: float, seconds: float, dbfs: float = -20.0, semitones: float = 1.0, lowest_hz: float = 0.0) -> Floats:
    """Harmonics of a pitch that swings by +-semitones 3 times a second; those below lowest_hz are missing."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    track = hz * 2 ** (semitones / 12 * np.sin(2 * np.pi * 3 * at))
    phase = 2 * np.pi * np.cumsum(track) / SAMPLE_RATE
    harmonics = [k for k in range(1, int(3400 / hz)) if k * hz >= lowest_hz]
    sound = sum(np.sin(k * phase + k) / k**0.5 for k in harmonics)
    return level(np.asarray(sound), dbfs)


def level(sound: npt.NDArray[np.float64], dbfs: float) -> Floats:
    out: Floats = (sound / np.sqrt(np.mean(sound**2)) * 10 ** (dbfs / 20)).astype(np.float32)
    return out


def noise(seconds: float, dbfs: float) -> Floats:
    return level(np.random.default_rng(7).standard_normal(round(seconds * SAMPLE_RATE)), dbfs)


def recording(seconds: float, *placed: tuple[int, float, Floats], channels: int = 2) -> Recording:
    """Sounds placed as (channel, start in seconds, samples)."""
    pcm = np.zeros((channels, round(seconds * SAMPLE_RATE)), np.float32)
    for channel, start, sound in placed:
        first = round(start * SAMPLE_RATE)
        cut = sound[: pcm.shape[1] - first]
        pcm[channel, first : first + len(cut)] += cut
    return Recording(
        pcm=np.clip(pcm * 32768, -32768, 32767).astype(np.int16),
        source_rate=SAMPLE_RATE,
        codec="pcm_s16le",
        container="wav",
        speaker_channels=tuple(range(channels)),
    )


def words(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Hanzi (or words parted by spaces) evenly over [start, end)."""
    parts = [f" {w}" for w in text.split()] if text.isascii() else list(text)
    step = (end - start) / len(parts)
    return tuple(Word(p, start + i * step, start + (i + 1) * step, 0.9) for i, p in enumerate(parts))


def call(*said: tuple[Role, float, float, str], channels: bool = True, language: str = "zh") -> Transcript:
    """Spoken turns (role, start, end, text) with word times, agent on channel 0."""
    turns = [
        Turn(
            index=i,
            role=role,
            text=text,
            start=start,
            end=end,
            kind=TurnKind.SPEECH,
            words=words(text, start, end),
            channel=(0 if role is A else 1) if channels else 0,
        )
        for i, (role, start, end, text) in enumerate(sorted(said, key=lambda s: s[1]))
    ]
    return Transcript(turns=tuple(turns), language=language)


def chat(said: Sequence[tuple[Role, float | None, str]]) -> Transcript:
    turns = tuple(Turn(index=i, role=r, text=t, start=s, end=s) for i, (r, s, t) in enumerate(said))
    ends = [s for _, s, _ in said if s is not None]
    return Transcript(turns=turns, language="zh", duration_s=max(ends) if ends else None)
