"""Two-channel speech-like sound made from a scene's times, so that a player has something real to play."""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

from qa_engine.domain import SAMPLE_RATE, Recording, Role, Turn

PITCH = {Role.AGENT: 210.0, Role.CUSTOMER: 125.0}


def recording(turns: tuple[Turn, ...], seconds: float, *, mono: bool = False) -> Recording:
    """Each turn hums on its speaker's channel, a swell a word, with the pitch moving; in mono on the only one."""
    pcm = np.zeros((2, round(seconds * SAMPLE_RATE)), np.float64)
    noise = np.random.default_rng(7)
    for turn in turns:
        assert turn.start is not None and turn.end is not None
        first, last = round(turn.start * SAMPLE_RATE), min(pcm.shape[1], round(turn.end * SAMPLE_RATE))
        pcm[0 if turn.role is Role.AGENT else 1, first:last] += _voice(turn, last - first, noise)
    if mono:
        pcm = pcm.sum(axis=0, keepdims=True)
    pcm += noise.normal(0, 0.0008, pcm.shape)
    return Recording(
        pcm=(np.clip(pcm, -1, 1) * 32767).astype(np.int16), source_rate=8000, codec="pcm_s16le", container="wav",
        speaker_channels=(0,) if mono else (0, 1),
    )  # fmt: skip


def _voice(turn: Turn, samples: int, noise: np.random.Generator) -> npt.NDArray[np.float64]:
    t = np.arange(samples) / SAMPLE_RATE
    pitch = PITCH[turn.role] * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * t + turn.index))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    hum = sum(np.sin(phase * k) / k**1.2 for k in range(1, 9))
    words = max(1, len(turn.text))
    swell = (
        np.abs(np.sin(np.pi * t * words / max(t[-1], 0.1))) ** 0.6
        * noise.uniform(0.5, 1.0, words)[np.minimum((t * words / max(t[-1], 0.1)).astype(int), words - 1)]
    )
    return np.asarray(0.16 * hum * swell)


def wav(sound: Recording) -> bytes:
    """As a browser plays it: 16-bit PCM at 8 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(sound.channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.ascontiguousarray(sound.pcm[:, ::2].T).tobytes())
    return out.getvalue()
