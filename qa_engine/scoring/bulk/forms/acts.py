"""What somebody does with a sentence, for a whole batch: told wherever no sentence does one of the acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.acts import pieces
from qa_engine.checkers.operators.does import Does
from qa_engine.domain import Role
from qa_engine.ports import ActModel
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, UNKNOWN, Found, no_places
from qa_engine.scoring.bulk.forms.plain import answered
from qa_engine.scoring.bulk.heard import how_well
from qa_engine.scoring.bulk.lines import SIDES, Bools, Ints, Lines
from qa_engine.scoring.bulk.scope import windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def does(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """The interpreter tells of cases with a sentence that does what is asked. Without a model the operator itself says
    what it answers."""
    asked = cast(Does, operator)
    model, lines = sheet.instruments.acts, sheet.lines
    if model is None:
        return answered(np.zeros(sheet.cases, bool), unknown=cases & (asked.without_model == "unknown"))
    scope = windows(sheet, asked, bar, cases)
    silent = cases & ~scope.blocked & sheet.edges.silent(asked.who)
    open_ = cases & ~scope.blocked & ~silent & ~scope.left
    among = np.flatnonzero(scope.lines & lines.content & open_[lines.case])
    possible = np.zeros(sheet.cases, bool)
    possible[lines.case[_doing(asked, model, lines, among)]] = True
    heard = how_well(sheet, asked, scope)
    truth = np.where(silent | (heard < bar), UNKNOWN, FALSE)
    return Found(
        np.where(scope.blocked, scope.truth, truth).astype(np.uint8),
        np.where(scope.blocked, scope.confidence, np.where(silent, 0.0, heard)),
        no_places(sheet.cases),
        (scope.left & ~silent) | possible,
    )


def _doing(asked: Does, model: ActModel, lines: Lines, among: Ints) -> Ints:
    """Those of the lines in which some sentence does what is asked."""
    found = []
    for role, side in SIDES.items():
        mine = among[lines.role[among] == side].tolist()
        said = [(line, text[a:b].strip()) for line in mine for text in (lines.said(line),) for a, b in pieces(text)]
        done = asked.done(model, model.probabilities([words for _, words in said], Role(role)))
        found += [line for (line, _), acts in zip(said, done, strict=True) if acts.any()]
    return np.array(found, np.int64)
