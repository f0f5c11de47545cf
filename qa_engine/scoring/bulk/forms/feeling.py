"""The emotion of turns for a whole batch: told wherever no turn is as bad or as good as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.emotion import Emotion
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.forms.plain import owners
from qa_engine.scoring.bulk.lines import Bools
from qa_engine.scoring.bulk.scope import windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet

_EMOTIONS = "/signals/emotions"


def emotion(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """The interpreter tells of cases that some turn of anybody makes possible, and, unless that is false, of those
    that no model looked at."""
    asked = cast(Emotion, operator)
    scope = windows(sheet, asked, bar, cases)
    valence = sheet.columns.array(f"{_EMOTIONS}[]/valence")
    fits = np.ones(len(valence), bool)
    if asked.valence_below is not None:
        fits &= valence < asked.valence_below
    if asked.valence_above is not None:
        fits &= valence > asked.valence_above
    possible = np.zeros(sheet.cases, bool)
    possible[owners(sheet, _EMOTIONS)[fits]] = True
    if asked.without_model == "unknown":
        possible |= sheet.columns.array(_EMOTIONS) < 0
    return scope.told(confidence=np.ones(sheet.cases), kept=~possible)
