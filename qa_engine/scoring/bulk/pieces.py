"""Spans of a batch's text as a text of their own, a line a span, so that they are searched as lines are."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np

from qa_engine.scoring.bulk.lines import NEWLINE, Codes, Ints, Lines, string


class Written(Protocol):
    """Text as code points with a line a span: [``start``, ``start`` + ``length``) of ``codes``, then a newline."""

    start: Ints
    length: Ints

    @property
    def codes(self) -> Codes: ...

    @property
    def text(self) -> str: ...

    def __len__(self) -> int: ...


class Cut:
    """Spans [``begin``, ``end``) of code points."""

    def __init__(self, codes: Codes, begin: Ints, end: Ints) -> None:
        self.begin, self.end = begin, end
        self.length: Ints = end - begin
        self.start: Ints = np.cumsum(self.length + 1) - (self.length + 1)
        self._source = codes

    def __len__(self) -> int:
        return len(self.begin)

    @cached_property
    def codes(self) -> Codes:
        at = np.repeat(self.begin - self.start, self.length + 1) + np.arange(int((self.length + 1).sum()))
        text: Codes = self._source[at]  # the span's newline stands for whatever came after it
        text[self.start + self.length] = NEWLINE
        return text

    @cached_property
    def text(self) -> str:
        return string(self.codes)

    def texts(self, rows: Ints) -> list[str]:
        """The words of some spans."""
        return [
            self.text[a : a + n] for a, n in zip(self.start[rows].tolist(), self.length[rows].tolist(), strict=True)
        ]


class Pieces(Cut):
    """Spans of the whole text, and the ``line`` of each; ``codes`` may stand for those of the text."""

    def __init__(self, lines: Lines, begin: Ints, end: Ints, codes: Codes | None = None) -> None:
        super().__init__(lines.codes if codes is None else codes, begin, end)
        self.line = lines.line_of(begin)
