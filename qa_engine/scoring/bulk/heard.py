"""How sure the words of a batch are: of lines, of hits in them, and of what one side said in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa_engine.checkers.scope import Scoped
from qa_engine.checkers.view import Who
from qa_engine.scoring.bulk.hits import Hits
from qa_engine.scoring.bulk.lines import Bools, Floats, Lines

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.scope import Windows
    from qa_engine.scoring.bulk.sheet import Sheet


def confidence_of(sheet: Sheet, hits: Hits, who: Who) -> Floats:
    """Of each hit: its words' confidence, where the turn has such, else that of the turn; no surer than the role."""
    lines = sheet.lines
    heard = lines.confidence[hits.line]
    for at in np.flatnonzero(lines.worded[hits.line]).tolist():
        line, case = int(hits.line[at]), int(lines.case[hits.line[at]])
        told = sheet.bench(case).view.lines[int(lines.seq[line])]
        heard[at] = told.heard(int(hits.start[at]), int(hits.end[at]))[2]
    return heard * lines.factor(who)[lines.case[hits.line]]


def mean_confidence(lines: Lines, kept: Bools) -> Floats:
    """Of each case: mean confidence of its lines that are ``kept``, by their length; 1.0 of nothing."""
    case, length = lines.case[kept], lines.length[kept]
    total = np.bincount(case, length, lines.cases)
    weighed = np.bincount(case, lines.confidence[kept] * length, lines.cases)  # adds one by one, as the interpreter
    return np.divide(weighed, total, out=np.ones(lines.cases), where=total > 0)


def how_well(sheet: Sheet, scoped: Scoped, scope: Windows) -> Floats:
    """Of each case how well what lies in the scope was heard, and no better than it is known who is who."""
    anchored = scoped.after is not None or scoped.before is not None
    heard = mean_confidence(sheet.lines, scope.lines) if anchored else sheet.edges.heard(scoped)
    return heard * sheet.lines.factor(scoped.who)
