"""The sentences of a batch's text, as ``normal.sentences`` cuts each line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qa_engine.checkers.normal import sentences
from qa_engine.checkers.operators.clash import PARTS
from qa_engine.scoring.bulk.lines import Ints, Lines


class Sentences:
    """[``start``, ``end``) in the whole text of every sentence, in order."""

    def __init__(self, lines: Lines) -> None:
        self._text = lines.text
        found = np.array(sentences(lines.text), np.int64).reshape(-1, 2)
        self.start: Ints = found[:, 0]
        # A newline ends a sentence of the whole text and is no part of it in its line; nor is what follows in the run.
        line = lines.line_of(self.start)
        self.end: Ints = np.minimum(found[:, 1], lines.start[line] + lines.length[line]) if len(line) else found[:, 1]

    def told(self) -> Iterator[tuple[int, int]]:
        """[start, end) of the parts that state something: questions state nothing."""
        for start, end in zip(self.start.tolist(), self.end.tolist(), strict=True):
            if self._text.find("?", start, end) >= 0:
                continue
            at = start
            for joint in PARTS.finditer(self._text, start, end):
                yield at, joint.start()
                at = joint.end()
            yield at, end

    def touched(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Of each span the first and the last sentence that it overlaps; the last is before the first if none."""
        return np.searchsorted(self.end, start, side="right"), np.searchsorted(self.start, end, side="left") - 1
