"""How long one side lets the other wait, for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.response_time import ResponseTime
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.forms.plain import answered
from qa_engine.scoring.bulk.hits import by_line
from qa_engine.scoring.bulk.lines import SIDES, Bools, Floats, Ints, Lines

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def response_time(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked, lines = cast(ResponseTime, operator), sheet.lines
    line, seconds = _waits(lines, lines.role == SIDES[asked.who])
    none = np.bincount(lines.case[line], minlength=lines.cases) == 0
    late = seconds > asked.longer_than
    if asked.excused and by_line(asked.excused):
        within = lines.lane(asked.who) & np.isin(lines.stretch, lines.stretch[line[late]] - 2)
        announced = lines.stretch[sheet.finder.said(asked.excused, within)]
        before = lines.stretch[line] - 2
        same = lines.run[line] >= 2  # or it is the run of another case
        late &= ~(same & np.isin(before, announced))
    count = np.bincount(lines.case[line[late]], minlength=lines.cases)
    found = answered(count >= asked.times, unknown=none, placed=True)
    left = np.full(lines.cases, not by_line(asked.excused))
    return Found(found.truth, found.confidence, found.places, left)


def _waits(lines: Lines, theirs: Bools) -> tuple[Ints, Floats]:
    """(the turns of that side that answer the other, the seconds since the first unanswered words had ended)."""
    ended = np.where(np.isnan(lines.until), lines.since, lines.until)
    answers = np.flatnonzero(theirs[1:] & ~theirs[:-1] & (lines.case[1:] == lines.case[:-1])) + 1
    known = np.flatnonzero(~np.isnan(ended))
    if not len(known):
        return np.zeros(0, np.int64), np.zeros(0)
    mine = np.flatnonzero(theirs | (lines.seq == 0))
    block = mine[np.searchsorted(mine, answers) - 1]
    begin = np.where(theirs[block], block + 1, block)  # the first words since that side last spoke, or of all
    at = np.searchsorted(known, begin)
    first = known[np.minimum(at, len(known) - 1)]
    real = (at < len(known)) & (first < answers) & ~np.isnan(lines.since[answers])
    return answers[real], lines.since[answers[real]] - ended[first[real]]
