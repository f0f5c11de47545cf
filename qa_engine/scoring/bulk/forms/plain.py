"""What forms of operators that measure have in common: limits, counts of rows by case, and answers without words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa_engine.checkers.bounds import Bounded
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNKNOWN, Found, Places, Truths, no_places
from qa_engine.scoring.bulk.lines import Bools, Floats, Ints

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def answered(
    holds: Bools, confidence: Floats | float = 1.0, *, unknown: Bools | None = None, placed: bool = False
) -> Found:
    """True or false with the confidence; unknown with none. ``placed``: a true answer has places not given here."""
    doubt = np.zeros(len(holds), bool) if unknown is None else unknown
    truth = np.where(doubt, UNKNOWN, np.where(holds, TRUE, FALSE)).astype(np.uint8)
    places = vague(truth) if placed else no_places(len(holds))
    return Found(truth, np.where(doubt, 0.0, confidence), places, np.zeros(len(holds), bool))


def vague(truth: Truths) -> Places:
    """No places: those of true answers only the interpreter gives."""
    places = no_places(len(truth))
    return Places(places.line, places.start, places.end, places.words, truth == TRUE)


def within(bounds: Bounded, values: Floats) -> Bools:
    """``Bounded.within`` of each value."""
    holds = np.ones(len(values), bool)
    for limit, compare in (
        (bounds.at_least, np.greater_equal),
        (bounds.at_most, np.less_equal),
        (bounds.above, np.greater),
        (bounds.below, np.less),
    ):
        if limit is not None:
            holds &= compare(values, limit)
    return holds


def compared(bounds: Bounded, values: Floats) -> Found:
    """``Bounded.compare`` of each value; nan is unknown."""
    return answered(within(bounds, values), unknown=np.isnan(values))


def owners(sheet: Sheet, path: str) -> Ints:
    """Of each element of the tuples under ``path`` the case it belongs to."""
    return np.repeat(np.arange(sheet.cases), np.diff(sheet.columns.starts(path)))


def counted(sheet: Sheet, path: str, fits: Bools) -> Ints:
    """Of each case how many elements fit."""
    return np.bincount(owners(sheet, path)[fits], minlength=sheet.cases)


def coded(sheet: Sheet, path: str, text: str) -> Bools:
    """Of each row whether a column of texts holds this one."""
    texts = sheet.columns.texts(path)
    code = texts.index(text) if text in texts else -2
    found: Bools = sheet.columns.array(path) == code
    return found


def speaker(sheet: Sheet, who: str, field: str) -> Floats:
    """Of each case a signal of one side; nan where there is none."""
    rows = np.flatnonzero(coded(sheet, "/signals/speakers.keys[]", who))
    values = np.full(sheet.cases, np.nan)
    values[owners(sheet, "/signals/speakers.keys")[rows]] = sheet.columns.array(f"/signals/speakers.values[]/{field}")[
        rows
    ]
    return values
