"""What somebody does with a sentence, for a whole batch: told where no model of acts is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.does import Does
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.forms.plain import answered
from qa_engine.scoring.bulk.lines import Bools

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def does(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """Without a model the operator itself says what it answers; with one the interpreter asks it."""
    asked = cast(Does, operator)
    if sheet.instruments.acts is None:
        return answered(np.zeros(sheet.cases, bool), unknown=cases & (asked.without_model == "unknown"))
    found = answered(np.zeros(sheet.cases, bool))
    return Found(found.truth, found.confidence, found.places, cases)
