"""Where the operators of words look, for a whole batch: ``Scoped.scope`` by columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa_engine.checkers.scope import Anchor, Scoped
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNKNOWN, Found, Places, Truths, no_places
from qa_engine.scoring.bulk.lines import Bools, Floats, Ints, Lines

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Windows:
    """The lines to look in, and of each the characters [``low``, ``high``) that count.

    ``blocked`` cases have no anchor: their answer is ``truth`` and ``confidence``. Cases in ``left`` have windows that
    only the interpreter knows.
    """

    lines: Bools
    low: Ints
    high: Ints
    blocked: Bools
    truth: Truths
    confidence: Floats
    left: Bools

    def told(
        self,
        truth: Truths | None = None,
        confidence: Floats | None = None,
        places: Places | None = None,
        *,
        kept: Bools | None = None,
    ) -> Found:
        """The answers (false if not given) but for blocked cases; those not ``kept`` are left to the interpreter."""
        count = len(self.blocked)
        found = np.zeros(count, np.uint8) if truth is None else truth
        sure = np.ones(count) if confidence is None else confidence
        left = self.left if kept is None else (self.left | ~kept) & ~self.blocked
        return Found(
            np.where(self.blocked, self.truth, found),
            np.where(self.blocked, self.confidence, sure),
            no_places(count) if places is None else places,
            left,
        )


def windows(sheet: Sheet, scoped: Scoped, bar: float, cases: Bools) -> Windows:
    """Of ``cases``; of the others nothing is told."""
    lines = sheet.lines
    base = sheet.edges.lines(scoped) & cases[lines.case]
    kept, low, high = base, sheet.edges.begin, lines.length
    blocked, left = np.zeros(lines.cases, bool), np.zeros(lines.cases, bool)
    truth, confidence = np.zeros(lines.cases, np.uint8), np.zeros(lines.cases)
    for anchor, later in ((scoped.after, True), (scoped.before, False)):
        if anchor is None:
            continue
        open_ = cases & ~blocked
        answers = sheet.ask(anchor.when, bar, open_)
        without = open_ & (answers.truth != TRUE)
        truth[without] = np.where(answers.truth[without] == UNKNOWN, UNKNOWN, FALSE)
        confidence[without] = answers.confidence[without]
        blocked |= without
        open_ &= ~without
        if anchor.hit == "each" or anchor.seconds is not None:
            left |= open_
            continue
        places = sheet.places(anchor.when, bar, open_)
        left |= places.vague & open_
        near, since, until = _near(lines, _chosen(lines, places, anchor), anchor, base, later=later)
        kept = kept & near
        low, high = np.maximum(low, since), np.minimum(high, until)
    if scoped.after is not None or scoped.before is not None:
        kept = kept & ~(blocked | left)[lines.case]
    return Windows(kept, low, high, blocked, truth, confidence, left & ~blocked)


def _chosen(lines: Lines, places: Places, anchor: Anchor) -> Places:
    """The first place of each case, or the last, or all."""
    order = np.argsort(lines.start[places.line] + places.start, kind="stable")
    if anchor.hit in ("first", "last") and len(order):
        case = lines.case[places.line[order]]
        edge = np.ones(len(order), bool)
        if anchor.hit == "first":
            edge[1:] = case[1:] != case[:-1]
        else:
            edge[:-1] = case[1:] != case[:-1]
        order = order[edge]
    return Places(places.line[order], places.start[order], places.end[order], places.words[order], places.vague)


def _near(lines: Lines, places: Places, anchor: Anchor, base: Bools, *, later: bool) -> tuple[Bools, Ints, Ints]:
    """(lines beside any of the places, from which character, to which)."""
    own = lines.stretch[places.line]
    told = np.zeros(int(lines.stretch[-1]) + 2 if len(lines) else 1, bool)
    told[lines.stretch[base & lines.content]] = True
    full = _covered(lines, *_own(lines, places.line, own, later=later))
    first, last = _others(lines, np.flatnonzero(told), own, lines.case[places.line], anchor.turns, later=later)
    full |= _covered(lines, first, last) & told[lines.stretch]
    at = places.line[places.words]
    low, high = np.zeros(len(lines), np.int64), lines.length.copy()
    if later:
        low[:] = np.iinfo(np.int64).max
        np.minimum.at(low, at, places.end[places.words])
        low[full] = 0
    else:
        high[:] = -1
        np.maximum.at(high, at, places.start[places.words])
        high[full] = lines.length[full]
    full[at] = True
    return full & base, low, high


def _own(lines: Lines, line: Ints, own: Ints, *, later: bool) -> tuple[Ints, Ints]:
    """The rest of the stretch that a place is in, as lines [first, last)."""
    if later:
        return line + 1, np.searchsorted(lines.stretch, own, side="right")
    return np.searchsorted(lines.stretch, own), line


def _others(lines: Lines, told: Ints, own: Ints, case: Ints, turns: int | None, *, later: bool) -> tuple[Ints, Ints]:
    """The stretches beyond that of a place, no more than ``turns`` of the ``told`` ones, as lines [first, last)."""
    if later:
        first, last = np.searchsorted(lines.stretch, own, side="right"), lines.bounds[case + 1]
        if turns is not None and len(told):
            nth = np.searchsorted(told, own, side="right") + turns - 1
            far = np.searchsorted(lines.stretch, told[np.minimum(nth, len(told) - 1)], side="right")
            last = np.where(nth < len(told), np.minimum(far, last), last)
        return first, last
    first, last = lines.bounds[case], np.searchsorted(lines.stretch, own)
    if turns is not None and len(told):
        nth = np.searchsorted(told, own) - turns
        far = np.searchsorted(lines.stretch, told[np.maximum(nth, 0)])
        first = np.where(nth >= 0, np.maximum(far, first), first)
    return first, last


def _covered(lines: Lines, first: Ints, last: Ints) -> Bools:
    """The lines in any of the ranges [first, last)."""
    depth = np.zeros(len(lines) + 1, np.int64)
    real = first < last
    np.add.at(depth, first[real], 1)
    np.add.at(depth, last[real], -1)
    return np.cumsum(depth)[:-1] > 0
