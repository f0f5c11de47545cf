"""The answers to one condition for a whole batch: truth and confidence by case, and the places that bear them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qa_engine.scoring.bulk.lines import Bools, Floats, Ints, Lines

FALSE, UNKNOWN, TRUE, UNASKED = 0, 1, 2, 3
Truths = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Places:
    """``line``, characters [``start``, ``end``) of it, and whether it is words or a moment beside them.

    In the order in which the checker gave them, of each case. ``vague`` (by case): its places are not all here.
    """

    line: Ints
    start: Ints
    end: Ints
    words: Bools
    vague: Bools

    def of(self, lines: Lines, cases: Bools) -> Places:
        """Those of some cases."""
        kept = cases[lines.case[self.line]]
        return Places(self.line[kept], self.start[kept], self.end[kept], self.words[kept], self.vague & cases)

    def doubled(self, lines: Lines) -> Bools:
        """Cases with several places that begin at one character: whether these are one, only their quotes tell."""
        found = np.zeros(lines.cases, bool)
        at = np.sort(lines.start[self.line] + self.start)
        found[lines.case[lines.line_of(at[1:][at[1:] == at[:-1]])]] = True
        return found


def no_places(cases: int) -> Places:
    none = np.zeros(0, np.int64)
    return Places(none, none, none, np.zeros(0, bool), np.zeros(cases, bool))


def together(parts: Sequence[Places], cases: int) -> Places:
    """Of several, one after another."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return no_places(cases)
    vague = np.logical_or.reduce([p.vague for p in parts])
    return Places(
        np.concatenate([p.line for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
        np.concatenate([p.words for p in parts]),
        vague,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a form found for the cases it was asked about; of those in ``left`` only the interpreter can tell.

    ``placed``: the places are here; without, the form has to be asked again when they are wanted.
    """

    truth: Truths
    confidence: Floats
    places: Places
    left: Bools
    placed: bool = True

    def negated(self) -> Found:
        return replace(self, truth=2 - self.truth)


class Answers:
    """The column of one condition. A case is UNASKED until an answer is needed.

    ``placed`` tells whose places are among ``parts``; ``grown``, whether anything was found that was not known before.
    """

    def __init__(self, cases: int) -> None:
        self.truth: Truths = np.full(cases, UNASKED, np.uint8)
        self.confidence: Floats = np.zeros(cases)
        self.placed: Bools = np.zeros(cases, bool)
        self.parts: list[Places] = []
        self.grown = False

    def take(self, found: Found, cases: Bools) -> None:
        """Answers with their places for some cases."""
        self.grown |= bool((self.truth[cases] == UNASKED).any())
        self.truth[cases] = found.truth[cases]
        self.confidence[cases] = found.confidence[cases]
        if found.placed:
            self.parts.append(found.places)
            self.placed |= cases
