"""The sentences of a batch's text, as ``normal.sentences`` cuts each line."""

from __future__ import annotations

import re

import numpy as np

from qa_engine.checkers.operators.clash import PARTS
from qa_engine.scoring.bulk.lines import Bools, Ints, Lines, plane

_TITLE = re.compile(r"\b(?:mr|ms|mrs|dr)\Z")


class Sentences:
    """[``start``, ``end``) in the whole text of every sentence, in order."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        ends = self._ending()
        first = np.flatnonzero(ends & ~np.append(False, ends[:-1]))
        last = np.flatnonzero(ends & ~np.append(ends[1:], False))
        begin = np.append(0, last[:-1] + 1) if len(last) else last
        real = begin < first
        self.start: Ints = begin[real]
        # A newline ends a sentence of the whole text and is no part of it in its line; nor is what follows in the run.
        line = lines.line_of(self.start)
        self.end: Ints = np.minimum(last[real] + 1, lines.start[line] + lines.length[line])

    def _ending(self) -> Bools:
        """Of each character whether it ends a sentence, as ``normal`` says."""
        codes = self._lines.codes
        found = np.isin(codes, [ord(sign) for sign in "!?;~\n"])
        dots = np.flatnonzero(codes == ord("."))
        dots = dots[~plane(str.isdecimal, codes[dots + 1])]
        found[dots] = True
        for dot in dots[np.isin(codes[dots - 1], [ord("r"), ord("s")])].tolist():
            found[dot] = not _TITLE.search(self._lines.text, max(0, dot - 4), dot)
        return found

    def told(self) -> tuple[Ints, Ints]:
        """[start, end) of the parts that state something: questions state nothing."""
        codes, text = self._lines.codes, self._lines.text
        asks = np.append(0, np.cumsum(codes == ord("?")))
        blanks = np.append(0, np.cumsum(plane(str.isspace, codes)))
        stated = asks[self.end] == asks[self.start]
        whole = stated & (blanks[self.end] == blanks[self.start])  # no joint is without a blank
        cut = np.flatnonzero(stated & ~whole)
        spans = []
        for at, end in zip(self.start[cut].tolist(), self.end[cut].tolist(), strict=True):
            joints = [(joint.start(), joint.end()) for joint in PARTS.finditer(text, at, end)]
            spans += list(zip([at, *(b for _, b in joints)], [*(a for a, _ in joints), end], strict=True))
        parts = np.array(spans, np.int64).reshape(-1, 2)
        start = np.concatenate([self.start[whole], parts[:, 0]])
        order = np.argsort(start, kind="stable")
        return start[order], np.concatenate([self.end[whole], parts[:, 1]])[order]

    def touched(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Of each span the first and the last sentence that it overlaps; the last is before the first if none."""
        return np.searchsorted(self.end, start, side="right"), np.searchsorted(self.start, end, side="left") - 1
