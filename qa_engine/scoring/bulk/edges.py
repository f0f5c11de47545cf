"""The lines that scopes without anchors take in: ``Scoped._edges`` for a whole batch, of equal scopes once."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from qa_engine.checkers.scope import Scoped
from qa_engine.checkers.view import Who
from qa_engine.scoring.bulk.heard import mean_confidence
from qa_engine.scoring.bulk.lines import SIDES, Bools, Floats, Ints, Lines, distinct

Key = tuple[Who, bool, int | None, int | None, float | None, float | None]


class Edges:
    """What equal scopes have in common; ``duration`` (seconds, nan if unknown) is that of each case."""

    def __init__(self, lines: Lines, duration: Floats) -> None:
        self._all = lines
        self._duration = duration
        self._lines: dict[Key, Bools] = {}
        self._heard: dict[Key, Floats] = {}
        self._silent: dict[Who, Bools] = {}

    @cached_property
    def begin(self) -> Ints:
        """Of each line its first character."""
        return np.zeros(len(self._all), np.int64)

    def lines(self, scoped: Scoped) -> Bools:
        """The lines of that side within the first and last turns and seconds."""
        key = _key(scoped)
        if key not in self._lines:
            self._lines[key] = self._find(scoped)
        return self._lines[key]

    def heard(self, scoped: Scoped) -> Floats:
        """Of each case how well these lines were heard."""
        key = _key(scoped)
        if key not in self._heard:
            self._heard[key] = mean_confidence(self._all, self.lines(scoped))
        return self._heard[key]

    def silent(self, who: Who) -> Bools:
        """Cases in which that side was never heard; a customer who typed nothing simply said nothing."""
        if who not in self._silent:
            lines = self._all
            heard = np.zeros(lines.cases, bool)
            heard[lines.case[lines.lane(who) & lines.content]] = True
            self._silent[who] = ~heard & (lines.acoustic if who == "customer" else np.ones(lines.cases, bool))
        return self._silent[who]

    def _find(self, scoped: Scoped) -> Bools:
        lines = self._all
        kept = lines.lane(scoped.who).copy()
        if scoped.final:
            others = lines.content & (lines.role != SIDES.get(scoped.who, -1))
            last = np.full(lines.cases, -1, np.int64)
            last[lines.case[others]] = lines.seq[others]  # in order, so the last one stays
            kept &= lines.seq > last[lines.case]
        if scoped.first_turns is not None or scoped.last_turns is not None:
            kept &= _outer(lines, kept & lines.content, scoped.first_turns, scoped.last_turns)
        if scoped.first_seconds is not None:
            kept &= lines.since < scoped.first_seconds
        if scoped.last_seconds is not None:
            duration = self._duration[lines.case]
            kept &= np.isnan(duration) | (lines.until > duration - scoped.last_seconds)
        return kept


def _key(scoped: Scoped) -> Key:
    s = scoped
    return s.who, s.final, s.first_turns, s.last_turns, s.first_seconds, s.last_seconds


def _outer(lines: Lines, told: Bools, first: int | None, last: int | None) -> Bools:
    """The lines in the first and the last so many stretches that have ``told`` lines."""
    stretches = distinct(lines.stretch[told])
    case = lines.case[np.searchsorted(lines.stretch, stretches)]
    begin, end = np.searchsorted(case, case), np.searchsorted(case, case, side="right")
    rank = np.arange(len(stretches))
    kept = np.ones(len(stretches), bool)
    if first is not None:
        kept &= rank - begin < first
    if last is not None:
        kept &= end - rank <= last
    return np.isin(lines.stretch, stretches[kept])
