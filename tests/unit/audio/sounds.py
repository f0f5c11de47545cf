"""Sounds and files that the audio tests make for themselves."""

from __future__ import annotations

import io
import struct
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from qa_engine.audio.limits import Limits
from qa_engine.domain import SAMPLE_RATE

Pcm = npt.NDArray[np.int16]
LIMITS = Limits(max_seconds=4 * 3600, max_bytes=500 << 20)


def voice(seconds: float, rate: int = SAMPLE_RATE, seed: int = 0, level: float = 0.25) -> Pcm:
    """Something with the pitch, the syllables and the pauses of a voice; no two seeds speak together."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    pitch = 2 * np.pi * np.cumsum(110 + 25 * seed + 15 * np.sin(2 * np.pi * random.uniform(0.3, 0.6) * t)) / rate
    syllables = np.clip(np.sin(2 * np.pi * random.uniform(2.5, 3.5) * t) + 0.4, 0, 1)
    tone = sum(np.sin(k * pitch + phase) / k for k, phase in enumerate(random.uniform(0, 6, 15), start=1))
    turns = (np.floor(t / 1.5) % 2 == seed % 2).astype(float)
    sound = tone * syllables * turns + random.normal(0, 0.001, len(t))
    return (sound / np.abs(sound).max() * level * 32767).astype(np.int16)


def encode(pcm: Pcm, rate: int, container: str, codec: str, **settings: Any) -> bytes:
    """(channels, samples) as a file in memory."""
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[pcm.shape[0]]
    packed = np.ascontiguousarray(pcm.T).reshape(1, -1)
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        for key, value in settings.items():
            setattr(stream, key, value)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


def wav_header(size: int, *, channels: int = 1, rate: int = 8000, bits: int = 16, tag: int = 1) -> bytes:
    """The 44 bytes before ``size`` bytes of sound, whether those follow or not."""
    block = channels * bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, rate, rate * block, block, bits)
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + size, 0xFFFFFFFF), b"WAVE") + form + struct.pack("<4sI", b"data", size)
    )


def video(with_sound: bool) -> bytes:
    """Two seconds of grey film."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        film = output.add_stream("mpeg4", rate=5)
        film.width, film.height, film.pix_fmt = 64, 64, "yuv420p"
        sound = output.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if with_sound else None
        for index in range(10):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts = index
            output.mux(film.encode(picture))
        output.mux(film.encode(None))
        if sound:
            frame = av.AudioFrame.from_ndarray(voice(2).reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, 0
            output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
    return target.getvalue()


def gsm_frames(count: int) -> bytes:
    """Raw GSM 06.10 of some sound or other; libav can read but not write it."""
    return (b"\xd2" + bytes(range(32))) * count


def gsm_in_wav(blocks: int) -> bytes:
    """Microsoft's pairs of GSM frames, 65 bytes for 320 samples."""
    form = struct.pack("<4sIHHIIHHHH", b"fmt ", 20, 0x31, 1, 8000, 1625, 65, 0, 2, 320)
    data = bytes(range(65)) * blocks
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body
