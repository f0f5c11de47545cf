"""Decides where somebody speaks on a channel: voice activity, less hold music, ringing and the other side's echo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from models.asr.options import SpeechOptions
from qa_engine.domain import SAMPLE_RATE, Recording, Span
from qa_engine.ports import Floats

Vad = Callable[[Floats], list[tuple[float, float]]]


def find_speech(recording: Recording, channel: int, options: SpeechOptions) -> list[Span]:
    """Speech of one channel, unpadded, in order; read piece by piece so that a long call stays small in memory."""
    found: list[Span] = []
    begin = 0.0
    while begin < recording.duration_s:
        end = min(recording.duration_s, begin + options.scan_s)
        for start, stop in _voice(recording.channel(channel, begin, end), options):
            found.append(Span(begin + start, min(begin + stop, recording.duration_s), "speech"))
        begin = end
    return _joined(found, options.min_silence_s)


def without(speech: Sequence[Span], holds: Sequence[Span], shortest_s: float) -> list[Span]:
    """The speech outside of the holds; leftovers shorter than ``shortest_s`` are dropped."""
    left = list(speech)
    for hold in holds:
        left = [piece for span in left for piece in _cut(span, hold)]
    return [span for span in left if span.end - span.start >= shortest_s]


def without_copies(
    recording: Recording, speech: dict[int, list[Span]], options: SpeechOptions
) -> dict[int, list[Span]]:
    """Leave out spans that are a faint copy of the other channel (echo, crosstalk)."""
    if len(speech) != 2:
        return speech
    first, second = speech
    return {
        first: [s for s in speech[first] if not is_copy(recording, s, first, second, options)],
        second: [s for s in speech[second] if not is_copy(recording, s, second, first, options)],
    }


def is_copy(recording: Recording, span: Span, channel: int, other: int, options: SpeechOptions) -> bool:
    """Whether a span's sound on ``channel`` follows the louder ``other`` channel, at any lag up to half a second."""
    mine = recording.channel(channel, span.start, span.end)
    theirs = recording.channel(other, span.start, span.end)
    level, other_level = _rms(mine), _rms(theirs)
    if not level or 20 * np.log10(other_level / level + 1e-9) < options.copy_quieter_db:
        return False
    return _correlation(mine, theirs) >= options.copy_correlation


def _correlation(mine: Floats, theirs: Floats) -> float:
    size = 1 << int(np.ceil(np.log2(2 * len(mine))))
    product = np.fft.rfft(mine, size) * np.conj(np.fft.rfft(theirs, size))
    lags = np.fft.irfft(product, size)
    reach = SAMPLE_RATE // 2
    best = float(np.max(np.abs(np.concatenate([lags[:reach], lags[-reach:]]))))
    return best / (float(np.linalg.norm(mine)) * float(np.linalg.norm(theirs)) + 1e-9)


def _rms(sound: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) if len(sound) else 0.0


def _voice(sound: Floats, options: SpeechOptions) -> list[tuple[float, float]]:
    if len(sound) < SAMPLE_RATE // 50:
        return []
    found: list[dict[str, Any]] = get_speech_timestamps(
        sound,
        VadOptions(
            threshold=options.threshold,
            min_speech_duration_ms=round(options.min_speech_s * 1000),
            max_speech_duration_s=options.max_speech_s,
            min_silence_duration_ms=round(options.min_silence_s * 1000),
            speech_pad_ms=0,
        ),
    )
    return [(span["start"] / SAMPLE_RATE, span["end"] / SAMPLE_RATE) for span in found]


def _joined(spans: list[Span], gap_s: float) -> list[Span]:
    """Speech cut only by the edge of a piece is one again."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end < 0.01 < gap_s:
            joined[-1] = Span(joined[-1].start, span.end, span.label)
        else:
            joined.append(span)
    return joined


def _cut(span: Span, hold: Span) -> list[Span]:
    if hold.end <= span.start or hold.start >= span.end:
        return [span]
    sides = ((span.start, min(span.end, hold.start)), (max(span.start, hold.end), span.end))
    return [Span(start, end, span.label) for start, end in sides if end > start]
