"""Judges one item for a whole batch: ``scoring.ladder`` by columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import Outcome
from qa_engine.rubric.spec import Item, Rubric
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNKNOWN
from qa_engine.scoring.bulk.lines import Floats
from qa_engine.scoring.bulk.rounding import rounded
from qa_engine.scoring.bulk.sheet import Sheet
from qa_engine.scoring.bulk.verdicts import OUTCOMES
from qa_engine.scoring.ladder import points_of

CODES = {outcome: np.uint8(code) for code, outcome in enumerate(OUTCOMES)}
_LEFT = CODES[Outcome.UNDETERMINED]
_CLEAR = np.uint8(255)


def judge_item(item: Item, rubric: Rubric, sheet: Sheet) -> tuple[NDArray[np.uint8], Floats]:
    """(code of the outcome, confidence) of each case."""
    bar = bar_of(item, rubric)
    count = sheet.cases
    outcome = np.full(count, CODES[item.otherwise.outcome], np.uint8)
    confidence = np.ones(count)
    open_ = np.ones(count, bool)
    doubts: list[tuple[NDArray[np.uint8], Floats]] = []
    for rung in item.ladder:
        if not open_.any():
            break
        answers = sheet.ask(rung.when, bar, open_)
        code = CODES[rung.outcome]
        holds = open_ & (answers.truth == TRUE)
        outcome[holds], confidence[holds] = code, answers.confidence[holds]
        unclear = open_ & (answers.truth == UNKNOWN)
        if unclear.any():
            doubts.append((np.where(unclear, code, _CLEAR), answers.confidence))
        refused = open_ & (answers.truth == FALSE)
        confidence[refused] = np.minimum(confidence[refused], answers.confidence[refused])
        open_ &= ~holds
    return _doubted(outcome, rounded(np.clip(confidence, 0, 1), 3), doubts)


def _doubted(
    outcome: NDArray[np.uint8], confidence: Floats, doubts: list[tuple[NDArray[np.uint8], Floats]]
) -> tuple[NDArray[np.uint8], Floats]:
    """An unknown rung that could decide otherwise leaves the item to a person; any other makes it less sure."""
    left = np.zeros(len(outcome), bool)
    for code, doubt in doubts:
        unclear = (code != _CLEAR) & ~left
        other = unclear & (code != outcome)
        left |= other
        confidence[other] = rounded(np.clip(doubt[other], 0, 1), 3)
    for code, doubt in doubts:
        agreed = (code != _CLEAR) & ~left
        confidence[agreed] = np.minimum(confidence[agreed], rounded(doubt[agreed], 3))
    return np.where(left, _LEFT, outcome), confidence


def bar_of(item: Item, rubric: Rubric) -> float:
    """The least confidence at which text decides this item."""
    return rubric.pack.scoring.min_confidence if item.min_confidence is None else item.min_confidence


def points_by_code(item: Item, rubric: Rubric) -> Floats:
    """The item's points for each outcome; nan where it is out of the sum."""
    points = [points_of(item, outcome, rubric.pack.scoring.partial) for outcome in OUTCOMES]
    return np.array([np.nan if p is None else p for p in points])
