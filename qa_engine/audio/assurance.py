"""Whether each channel can be judged: silent, the same as the other, clipped, quiet, offset or without speech band."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.audio.sameness import Sameness, compare
from qa_engine.domain.recording import SAMPLE_RATE
from qa_engine.domain.text import Text
from qa_engine.domain.transcript import Notice

Pcm = npt.NDArray[np.int16]
FULL_SCALE = 32768.0
FRAME = SAMPLE_RATE // 50
"""Levels are measured in frames of 20 ms."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Levels in dBFS (RMS of 20 ms frames), amplitudes and offsets as parts of full scale, shares 0..1.

    A channel is silent when all but its ``clicks`` loudest frames lie below ``silent_db``; a frame is active within
    ``active_range_db`` of the loudest. ``clip_level`` also holds for G.711, whose greatest value is 0.98.
    ``band_share`` and ``band_quiet_db`` must both be undercut: a loud hum does not hide that somebody speaks.
    ``same_*`` tell one signal on two channels, as ``sameness.compare`` reads them.
    """

    silent_db: float = -60.0
    clicks: int = 10
    active_range_db: float = 25.0
    quiet_db: float = -42.0
    clip_level: float = 0.975
    clip_share: float = 5e-4
    offset: float = 0.02
    band_hz: tuple[float, float] = (250.0, 3400.0)
    band_share: float = 0.05
    band_quiet_db: float = -50.0
    band_windows: int = 200
    same_active_range_db: float = 15.0
    same_likeness: float = 0.5
    same_gain_range_db: float = 5.0
    same_share: float = 0.95


@dataclass(frozen=True, slots=True)
class Assurance:
    """What was found. ``speaker_channels`` is never empty: a wholly silent call is still given to hearing."""

    notices: tuple[Notice, ...]
    speaker_channels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One channel in figures: frame levels and speech level in dBFS, the rest as in ``Thresholds``."""

    levels: npt.NDArray[np.float32]
    silent: bool
    loudest_db: float
    speech_db: float
    clipped: float
    offset: float
    band: float

    @property
    def band_db(self) -> float:
        """Level of the speech band alone."""
        return self.speech_db + 10 * math.log10(max(self.band, 1e-9))


def assure(pcm: Pcm, thresholds: Thresholds | None = None) -> Assurance:
    """Measure every channel of (channels, samples) and say what people should know."""
    limits = thresholds or Thresholds()
    conditions = [_condition(channel, limits) for channel in pcm]
    notices = [notice for index, c in enumerate(conditions) for notice in _notices(c, index, len(pcm), limits)]
    speakers = tuple(index for index, c in enumerate(conditions) if not c.silent)
    if len(speakers) == 2:
        active = [_active(c.levels, limits, limits.same_active_range_db) for c in conditions]
        sameness = compare(pcm, active, FRAME, limits.same_likeness, limits.same_gain_range_db)
        if sameness.share >= limits.same_share:
            speakers = (0,) if conditions[0].speech_db + 3 >= conditions[1].speech_db else (1,)
            notices.append(_dual_mono(sameness))
    return Assurance(tuple(notices), speakers or (0,))


def _chunks(channel: Pcm) -> Iterator[npt.NDArray[np.float32]]:
    """Minutes as float32 in -1..1, whole frames each; a last part frame is filled with silence."""
    step = 60 * SAMPLE_RATE
    for start in range(0, len(channel), step):
        chunk = channel[start : start + step].astype(np.float32) / np.float32(FULL_SCALE)
        yield np.pad(chunk, (0, -len(chunk) % FRAME))


def _condition(channel: Pcm, limits: Thresholds) -> Condition:
    powers, means, clips = [], [], []
    for chunk in _chunks(channel):
        frames = chunk.reshape(-1, FRAME)
        mean = frames.mean(axis=1)
        powers.append(np.maximum(np.einsum("ij,ij->i", frames, frames) / FRAME - mean**2, 1e-12))
        means.append(mean)
        clips.append((np.abs(frames) >= limits.clip_level).sum(axis=1))
    power = np.concatenate(powers)
    levels = (10 * np.log10(power)).astype(np.float32)
    active, loudest = _active(levels, limits, limits.active_range_db), _loud(levels, limits)
    return Condition(
        levels=levels,
        silent=loudest < limits.silent_db,
        loudest_db=loudest,
        speech_db=float(10 * np.log10(power[active].mean())),
        clipped=float(np.concatenate(clips)[active].sum() / (active.sum() * FRAME)),
        offset=float(np.concatenate(means).mean()),
        band=_band_share(channel, active, limits),
    )


def _loud(levels: npt.NDArray[np.float32], limits: Thresholds) -> float:
    """The loudest level in dBFS when the ``clicks`` loudest frames are left out (half of them in a short sound)."""
    rank = min(limits.clicks, len(levels) // 2)
    return float(np.partition(levels, len(levels) - 1 - rank)[len(levels) - 1 - rank])


def _active(levels: npt.NDArray[np.float32], limits: Thresholds, range_db: float) -> npt.NDArray[np.bool_]:
    """Frames within range of the loudest; never none."""
    return levels >= min(_loud(levels, limits) - range_db, float(levels.max()))


def _band_share(channel: Pcm, active: npt.NDArray[np.bool_], limits: Thresholds) -> float:
    """Share (0..1) of the energy of active half seconds that lies in the band of speech."""
    size = SAMPLE_RATE // 2
    starts = np.unique(np.flatnonzero(active) * FRAME // size) * size
    picked = starts[np.linspace(0, len(starts) - 1, min(len(starts), limits.band_windows)).astype(int)]
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    inside = (hertz >= limits.band_hz[0]) & (hertz <= limits.band_hz[1])
    total, band, shape = 0.0, 0.0, np.hanning(size).astype(np.float32)
    for start in picked:
        window = channel[start : start + size].astype(np.float32)
        energy = np.abs(np.fft.rfft((window - window.mean()) * shape[: len(window)], size)) ** 2
        total, band = total + float(energy.sum()), band + float(energy[inside].sum())
    return band / total if total > 0 else 0.0


def _notices(condition: Condition, index: int, channels: int, limits: Thresholds) -> Iterator[Notice]:
    zh, en = _named(index, channels)
    if condition.silent:
        level = f"{condition.loudest_db:.0f} dBFS"
        yield _note("silent_channel", f"{zh}没有声音 (最响 {level})", f"{en} is silent (loudest {level})")
        return
    if condition.clipped > limits.clip_share:
        share = f"{condition.clipped:.1%}"
        yield _note(
            "clipped", f"{zh}削波失真 ({share} 的采样到顶)", f"{en} is clipped ({share} of samples at full scale)"
        )
    if condition.speech_db < limits.quiet_db:
        level = f"{condition.speech_db:.0f} dBFS"
        yield _note("very_quiet", f"{zh}音量很低 ({level})", f"{en} is very quiet ({level})")
    if abs(condition.offset) > limits.offset:
        offset = f"{condition.offset:+.1%}"
        yield _note("dc_offset", f"{zh}有直流偏移 ({offset})", f"{en} has a DC offset ({offset} of full scale)")
    if condition.band < limits.band_share and condition.band_db < limits.band_quiet_db:
        band = f"{condition.band:.1%}"
        low, high = limits.band_hz
        yield _note(
            "no_speech_band",
            f"{zh}在语音频段 ({low:.0f}-{high:.0f} Hz) 几乎没有能量 ({band})",
            f"{en} has almost no energy in the speech band {low:.0f}-{high:.0f} Hz ({band})",
        )


def _named(index: int, channels: int) -> tuple[str, str]:
    if channels == 1:
        return "录音", "the recording"
    return ("左声道", "the left channel") if index == 0 else ("右声道", "the right channel")


def _note(code: str, zh: str, en: str) -> Notice:
    return Notice(code, Text(zh, en[0].upper() + en[1:]))


def _dual_mono(same: Sameness) -> Notice:
    delay, gain = f"{same.delay_s * 1000:.0f} ms", f"{same.gain_db:+.1f} dB"
    return _note(
        "dual_mono",
        f"两个声道是同一个声音 (相关 {same.correlation:.2f}, 时差 {delay}, 音量差 {gain}), 按单声道处理",
        f"both channels carry the same sound (correlation {same.correlation:.2f}, delay {delay}, level {gain}); "
        "the call is treated as mono",
    )
