"""Judges a batch by a rubric, as the interpreter judges each of its dossiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Scorecard
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.bulk.batch import Batch
from qa_engine.scoring.bulk.verdicts import BANDS, NO_BAND, OUTCOMES, Verdicts
from qa_engine.scoring.scorecard import judge

NOTHING_KNOWN: Mapping[str, bytes] = MappingProxyType({})


class BulkJudge:
    """One rubric made ready once. A language model is never asked: second opinions are for single interactions."""

    def __init__(self, rubric: Rubric, instruments: Instruments | None = None) -> None:
        self.rubric = rubric
        self.instruments = replace(instruments or Instruments(), judge=None, opinions=None)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the columns that this rubric reads; what is kept under them may be given as ``known``."""
        return ()

    def judge(self, batch: Batch, known: Mapping[str, bytes] = NOTHING_KNOWN) -> Verdicts:
        """The verdicts on a batch; ``known`` are columns kept of this very batch."""
        cards = [judge(batch.dossier(i), self.rubric, self.instruments) for i in range(len(batch))]
        return _gathered(self.rubric, cards)


def _gathered(rubric: Rubric, cards: Sequence[Scorecard]) -> Verdicts:
    items = [[card.items[row] for card in cards] for row in range(len(rubric.items))]
    return Verdicts(
        rubric=rubric,
        outcomes=np.array([[OUTCOMES.index(i.outcome) for i in row] for row in items], np.uint8),
        confidence=np.array([[i.confidence for i in row] for row in items], np.float64),
        points=np.array([[_nan(i.points) for i in row] for row in items], np.float64),
        score=np.array([_nan(card.score) for card in cards], np.float64),
        band=np.array([NO_BAND if c.band is None else BANDS.index(c.band) for c in cards], np.uint8),
        judged_share=np.array([card.judged_share for card in cards], np.float64),
        fatal=tuple(card.fatal for card in cards),
        flags=tuple(card.flags for card in cards),
    )


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value
