"""How places lie to each other, for a whole batch: near, before, after."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.distance import Distance
from qa_engine.checkers.operators.sequence import Sequence
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNKNOWN, Found, Places, no_places
from qa_engine.scoring.bulk.lines import Bools, Floats, Ints, Lines, distinct

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.answers import Truths
    from qa_engine.scoring.bulk.sheet import Sheet


def distance(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Distance, operator)
    one = sheet.ask(asked.one, bar, cases)
    other = sheet.ask(asked.other, bar, cases & (one.truth == TRUE))
    both = cases & (one.truth == TRUE) & (other.truth == TRUE)
    truth = np.where(one.truth == TRUE, other.truth, one.truth)
    confidence = np.where(one.truth == TRUE, other.confidence, one.confidence)
    if not both.any():
        return _told(sheet, truth, confidence, np.zeros(sheet.cases, bool))
    first, second = sheet.places(asked.one, bar, both), sheet.places(asked.other, bar, both)
    left = both & (first.vague | second.vague | (asked.seconds is not None))
    near = _near(sheet.lines, first, second, asked.turns)
    truth = np.where(both, np.where(near, TRUE, FALSE), truth)
    confidence = np.where(both, np.minimum(one.confidence, other.confidence), confidence)
    return _told(sheet, truth.astype(np.uint8), confidence, left)


def _near(lines: Lines, first: Places, second: Places, turns: int | None) -> Bools:
    """Cases with a place of the one no more than so many turns from one of the other."""
    near = np.zeros(lines.cases, bool)
    others = distinct(np.sort(lines.stretch[second.line]))
    if not len(others):
        return near
    own = lines.stretch[first.line]
    after = np.searchsorted(others, own)
    for at in (after - 1, np.minimum(after, len(others) - 1)):
        stretch = others[at]
        case = lines.case[np.searchsorted(lines.stretch, stretch)]
        fits = (case == lines.case[first.line]) & (at >= 0)
        if turns is not None:
            fits &= np.abs(stretch - own) <= turns
        near[lines.case[first.line[fits]]] = True
    return near


def sequence(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Sequence, operator)
    first = sheet.ask(asked.first, bar, cases)
    open_ = cases & (first.truth == TRUE)
    then = sheet.ask(asked.then, bar, open_)
    doubted = open_ & (then.truth == UNKNOWN)
    open_ &= ~doubted
    truth = np.where(doubted, UNKNOWN, first.truth)
    confidence = np.where(doubted, then.confidence, first.confidence)
    if not open_.any():
        return _told(sheet, truth.astype(np.uint8), confidence, np.zeros(sheet.cases, bool))
    places, others = sheet.places(asked.first, bar, open_), sheet.places(asked.then, bar, open_)
    left = open_ & (places.vague | others.vague | (asked.within_seconds is not None))
    followed = _followed(sheet.lines, places, others, asked.within_turns)
    case = sheet.lines.case[places.line]
    kept = np.bincount(case[followed], minlength=sheet.cases) > 0
    lost = np.bincount(case[~followed], minlength=sheet.cases) > 0
    holds = (lost if asked.every else lost & ~kept) if asked.missing else kept & ~(lost & asked.every)
    truth = np.where(open_, np.where(holds, TRUE, FALSE), truth)
    confidence = np.where(open_, np.minimum(first.confidence, then.confidence), confidence)
    return _told(sheet, truth.astype(np.uint8), confidence, left)


def _followed(lines: Lines, places: Places, others: Places, turns: int | None) -> Bools:
    """Of each place whether one of the others comes later in its case, no more than so many turns."""
    later = np.sort(lines.start[others.line] + others.start)
    at = np.searchsorted(later, lines.start[places.line] + places.start, side="right")
    found = at < len(later)
    line = lines.line_of(later[at[found]])
    fits = lines.case[line] == lines.case[places.line[found]]
    if turns is not None:
        fits &= lines.stretch[line] - lines.stretch[places.line[found]] <= turns
    found[found] = fits
    return found


def _told(sheet: Sheet, truth: Truths, confidence: Floats, left: Bools) -> Found:
    """An answer whose places only the interpreter gives."""
    none: Ints = no_places(sheet.cases).line
    return Found(truth, confidence, Places(none, none, none, np.zeros(0, bool), truth != UNKNOWN), left)
