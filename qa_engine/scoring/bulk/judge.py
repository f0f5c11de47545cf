"""Judges a batch by a rubric, column by column, as the interpreter judges each of its dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from qa_engine.checkers.base import Instruments
from qa_engine.rubric.nodes import Leaf, Node, parts_of
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.bulk.batch import Batch
from qa_engine.scoring.bulk.flags import flags_of, named
from qa_engine.scoring.bulk.forms import FORMS
from qa_engine.scoring.bulk.keys import key_of
from qa_engine.scoring.bulk.ladder import bar_of, judge_item
from qa_engine.scoring.bulk.sheet import Sheet
from qa_engine.scoring.bulk.totals import band_of, fatal_of, judged_share, points_of, score_of
from qa_engine.scoring.bulk.verdicts import Verdicts

NOTHING_KNOWN: Mapping[str, bytes] = MappingProxyType({})


class BulkJudge:
    """One rubric made ready once. A language model is never asked: second opinions are for single interactions."""

    def __init__(self, rubric: Rubric, instruments: Instruments | None = None) -> None:
        self.rubric = rubric
        self.instruments = replace(instruments or Instruments(), judge=None, opinions=None)
        self._named = {(id(leaf), bar): key_of(leaf, bar, self.instruments) for leaf, bar in _leaves(rubric)}

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the columns that this rubric reads; what is kept under them may be given as ``known``."""
        return tuple(dict.fromkeys(self._named.values()))

    def judge(self, batch: Batch, known: Mapping[str, bytes] = NOTHING_KNOWN) -> Verdicts:
        """The verdicts on a batch; ``known`` are columns kept of this very batch."""
        sheet = Sheet(batch, self.instruments, FORMS, self._named, known)
        judged = [judge_item(item, self.rubric, sheet) for item in self.rubric.items]
        outcomes = np.array([outcome for outcome, _ in judged])
        points = points_of(outcomes, self.rubric)
        score = score_of(outcomes, points, self.rubric)
        band = band_of(score, self.rubric.pack.scoring.bands)
        fatal = fatal_of(outcomes, self.rubric)
        flags = flags_of(outcomes, fatal, band, self.rubric, sheet)
        ids = [item.id for item in self.rubric.items]
        return Verdicts(
            rubric=self.rubric,
            outcomes=outcomes,
            confidence=np.array([confidence for _, confidence in judged]),
            points=points,
            score=score,
            band=band,
            judged_share=judged_share(outcomes, self.rubric),
            fatal=tuple(named(list(zip(ids, fatal, strict=True)), len(batch))),
            flags=flags,
            columns=sheet.grown(),
        )


def _leaves(rubric: Rubric) -> Iterator[tuple[Leaf, float]]:
    """Every leaf with every bar that it may be asked at; those inside an operator are asked at the same bar."""
    seen: set[tuple[int, float]] = set()
    bar = rubric.pack.scoring.min_confidence
    open_: list[tuple[Node, float]] = [(flag.when, bar) for flag in rubric.pack.flags]
    open_ += [(rung.when, bar_of(item, rubric)) for item in rubric.items for rung in item.ladder]
    while open_:
        node, bar = open_.pop()
        if (id(node), bar) in seen:
            continue
        seen.add((id(node), bar))
        if isinstance(node, Leaf):
            yield node, bar
        open_ += [(part, bar) for part in parts_of(node)]
