"""A batch's text as UTF-8, as RE2 reads it: any of its lines as one text, and which line and character a byte is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_engine.scoring.bulk.lines import Ints
from qa_engine.scoring.bulk.pieces import Written


class Utf8:
    """Its lines stand in ``order``: those that are often asked for together beside each other, to be taken as one."""

    def __init__(self, text: Written, order: Ints | None = None) -> None:
        codes = text.codes
        self._lines: Ints = np.arange(len(text))
        widths = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)
        self._start = text.start
        self._characters: Ints = np.append(np.repeat(np.arange(len(widths)), widths), len(widths))
        at = np.concatenate([[0], np.cumsum(widths)])
        self._edges: Ints = at[np.append(text.start, len(widths))]
        raw = text.text.encode("utf-8", "surrogatepass")
        self._order: Ints = self._lines if order is None else order
        self._raw = raw if order is None else b"".join(_cut(raw, self._edges[order], self._edges[order + 1]))
        self._rank: Ints = np.empty(len(text), np.int64)
        self._rank[self._order] = np.arange(len(text))
        self._ordered: Ints = np.append(0, np.cumsum(np.diff(self._edges)[self._order]))

    def joined(self, lines: Ints) -> Joined:
        """Some lines, each ended by a newline."""
        rank = np.sort(self._rank[lines])
        gap = np.flatnonzero(rank[1:] != rank[:-1] + 1)
        starts = self._ordered[rank[np.append(0, gap + 1)[: len(rank)]]]
        ends = self._ordered[rank[np.append(gap, -1)[: len(rank)]] + 1]
        begins = np.cumsum(ends - starts) - (ends - starts)
        return Joined(self, b"".join(_cut(self._raw, starts, ends)), begins, starts - begins, self._lines)

    def whole(self, names: Ints) -> Joined:
        """All lines under other numbers."""
        return Joined(self, self._raw, np.zeros(1, np.int64), np.zeros(1, np.int64), names)

    def place(self, at: Ints) -> tuple[Ints, Ints]:
        """(line, byte of the whole text in its own order) of each byte of the ordered one."""
        rank = np.searchsorted(self._ordered, at, side="right") - 1
        line = self._order[rank]
        return line, at - self._ordered[rank] + self._edges[line]

    def character(self, line: Ints, at: Ints) -> Ints:
        """The character of its line that each byte of the whole text belongs to."""
        found: Ints = self._characters[at] - self._start[line]
        return found


@dataclass(frozen=True, slots=True)
class Joined:
    """Lines of a text as ``said``, named ``names``; its pieces begin at ``begins``, in the text ``shift`` later."""

    text: Utf8
    said: bytes
    begins: Ints
    shift: Ints
    names: Ints

    def lines(self, at: Ints) -> Ints:
        """The line of each byte."""
        return self.names[self._place(at)[0]]

    def spans(self, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
        """(line, first character, end) of spans of bytes."""
        line, at = self._place(start)
        return self.names[line], self.text.character(line, at), self.text.character(line, at + end - start)

    def _place(self, at: Ints) -> tuple[Ints, Ints]:
        return self.text.place(at + self.shift[np.searchsorted(self.begins, at, side="right") - 1])


def _cut(raw: bytes, starts: Ints, ends: Ints) -> list[bytes]:
    return [raw[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
