"""Decides which speech shares a window: one channel's speech is packed close, times are mapped back by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.asr.options import PackOptions
from qa_engine.domain import SAMPLE_RATE, Recording, Span
from qa_engine.ports import Floats

ONSET_S = 0.1


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound from ``source`` seconds of the channel lies at ``offset`` seconds of the window, for ``length`` seconds."""

    offset: float
    source: float
    length: float
    speech: tuple[Span, ...]

    @property
    def end(self) -> float:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Window:
    """One window of at most 30 s: pieces of one channel with silence between them."""

    channel: int
    pieces: tuple[Piece, ...]
    lead: float

    @property
    def length(self) -> float:
        return self.pieces[-1].end + self.lead

    @property
    def speech(self) -> tuple[Span, ...]:
        return tuple(span for piece in self.pieces for span in piece.speech)

    @property
    def speech_s(self) -> float:
        return sum(span.end - span.start for span in self.speech)

    def sound(self, recording: Recording) -> Floats:
        """The window as float32 at 16 kHz."""
        out = np.zeros(round(self.length * SAMPLE_RATE), dtype=np.float32)
        for piece in self.pieces:
            cut = recording.channel(self.channel, piece.source, piece.source + piece.length)
            begin = round(piece.offset * SAMPLE_RATE)
            out[begin : begin + len(cut)] = cut[: len(out) - begin]
        return out

    def to_source(self, start: float, end: float) -> tuple[float, float]:
        """Window seconds to channel seconds; a word stays inside the piece that holds its end.

        The aligner starts the first word after a pause where the word before ended (measured), so a start is never
        trusted further than ``ONSET_S`` before speech begins.
        """
        piece = self._piece_at(end - ONSET_S / 2)
        shift = piece.source - piece.offset
        begun = [span.start for span in piece.speech if span.start <= end + shift]
        low = max(piece.source, (begun[-1] if begun else piece.speech[0].start) - ONSET_S)
        high = piece.source + piece.length
        begin = min(max(start + shift, low), high)
        return begin, min(max(end + shift, begin), high)

    def _piece_at(self, second: float) -> Piece:
        return min(self.pieces, key=lambda p: max(p.offset - second, second - p.end, 0.0))


def pack(speech: Sequence[Span], channel: int, duration_s: float, pad_s: float, options: PackOptions) -> list[Window]:
    """Windows in order. Close spans keep the sound between them; the rest is joined by ``join_s`` of silence.

    What fits into a single window keeps more of the sound around it: there the room costs nothing.
    """
    roomy = _fill(speech, channel, duration_s, max(pad_s, options.roomy_pad_s), options)
    return roomy if len(roomy) <= 1 else _fill(speech, channel, duration_s, pad_s, options)


def _fill(speech: Sequence[Span], channel: int, duration_s: float, pad_s: float, options: PackOptions) -> list[Window]:
    windows: list[list[Piece]] = [[]]
    for group in _groups(speech, pad_s, duration_s, options):
        length = group[1] - group[0]
        offset = windows[-1][-1].end + options.join_s if windows[-1] else options.lead_s
        if windows[-1] and offset + length + options.lead_s > options.window_s:
            windows.append([])
            offset = options.lead_s
        windows[-1].append(Piece(offset, group[0], length, group[2]))
    return [Window(channel, tuple(pieces), options.lead_s) for pieces in windows if pieces]


def alone(span: Span, channel: int, duration_s: float, pad_s: float, options: PackOptions) -> Window:
    """A window that holds one span only."""
    start, end = max(0.0, span.start - pad_s), min(duration_s, span.end + pad_s)
    return Window(channel, (Piece(options.lead_s, start, end - start, (span,)),), options.lead_s)


def _groups(
    speech: Sequence[Span], pad_s: float, duration_s: float, options: PackOptions
) -> list[tuple[float, float, tuple[Span, ...]]]:
    """(start, end, spans) of sound kept whole, padded, never overlapping."""
    groups: list[tuple[float, float, tuple[Span, ...]]] = []
    for span in speech:
        start, end = max(0.0, span.start - pad_s), min(duration_s, span.end + pad_s)
        if groups:
            first, last, spans = groups[-1]
            close = span.start - spans[-1].end <= options.keep_gap_s
            if close and end - first <= options.window_s - 2 * options.lead_s:
                groups[-1] = (first, end, (*spans, span))
                continue
            start = max(start, min(last, span.start))
        groups.append((start, end, (span,)))
    return groups
