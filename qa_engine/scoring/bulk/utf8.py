"""A batch's text as UTF-8, as RE2 reads it: any spans of it as one text, and which span and character a byte is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_engine.scoring.bulk.lines import Ints
from qa_engine.scoring.bulk.pieces import Written


class Utf8:
    """The bytes of a text, and where each of its characters begins."""

    def __init__(self, text: Written) -> None:
        codes = text.codes
        widths = 1 + (codes >= 0x80).astype(np.int8) + (codes >= 0x800) + (codes >= 0x10000)
        self.character: Ints = np.append(np.repeat(np.arange(len(codes)), widths), len(codes))
        self._at: Ints = np.append(0, np.cumsum(widths, dtype=np.int64))
        self._raw = text.text.encode("utf-8", "surrogatepass")

    def joined(self, begin: Ints, end: Ints) -> Joined:
        """Spans [begin, end) of characters, each ended by a newline."""
        first, last = self._at[begin], self._at[end]
        size = last - first + 1
        cuts = zip(first.tolist(), last.tolist(), strict=True)
        said = b"\n".join([*[self._raw[a:b] for a, b in cuts], b""])
        return Joined(self, said, np.cumsum(size) - size, first, begin)


@dataclass(frozen=True, slots=True)
class Joined:
    """Spans of a text as ``said``, where they begin at the bytes ``begins``.

    In the text they begin at the bytes ``first`` and at the characters ``start``.
    """

    text: Utf8
    said: bytes
    begins: Ints
    first: Ints
    start: Ints

    def span_of(self, at: Ints) -> Ints:
        """Which span each byte is of."""
        return np.searchsorted(self.begins, at, side="right") - 1

    def places(self, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
        """(which span, its first character of these, the end) of pairs of bytes."""
        span = self.span_of(start)
        moved = self.first[span] - self.begins[span]
        character, begin = self.text.character, self.start[span]
        return span, character[start + moved] - begin, character[end + moved] - begin
