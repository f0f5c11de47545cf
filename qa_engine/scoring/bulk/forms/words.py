"""The words somebody says, and what excuses them, for a whole batch: ``Words.search`` by columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.bench import SOUND_CONFIDENCE
from qa_engine.checkers.phrases import phrases
from qa_engine.checkers.search import Entries, Words
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNKNOWN, Found, Places, no_places
from qa_engine.scoring.bulk.forms.excused import excused, excuses
from qa_engine.scoring.bulk.heard import confidence_of, how_well
from qa_engine.scoring.bulk.hits import Hits, by_line
from qa_engine.scoring.bulk.lines import Bools, Floats
from qa_engine.scoring.bulk.scope import Windows, windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def says(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    return _Search(sheet, cast(Words, operator), bar, cases).found()


def not_says(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    return says(sheet, operator, bar, cases).negated()


def said(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """The same answers; without places where it is enough to know the lines that hold a hit."""
    return _Search(sheet, cast(Words, operator), bar, cases, placed=False).found()


def not_said(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    return said(sheet, operator, bar, cases).negated()


@dataclass
class _Search:
    """One operator asked of some cases."""

    sheet: Sheet
    words: Words
    bar: float
    cases: Bools
    placed: bool = True

    def found(self) -> Found:
        count = self.sheet.cases
        if not all(by_line(entries) for entries in (self.words.words, *excuses(self.words))):
            return Found(np.zeros(count, np.uint8), np.zeros(count), no_places(count), self.cases)
        scope = windows(self.sheet, self.words, self.bar, self.cases)
        silent = self.cases & ~scope.blocked & self.sheet.edges.silent(self.words.who)
        open_ = self.cases & ~scope.blocked & ~silent & ~scope.left
        placed = self.placed or not self._lines_tell()
        told = self._decide(scope, open_, *(self._hits_in if placed else self._lines_in)(scope, open_))
        truth = np.where(open_, told.truth, np.where(silent, np.uint8(UNKNOWN), scope.truth))
        confidence = np.where(open_, told.confidence, np.where(silent, 0.0, scope.confidence))
        return Found(truth, confidence, told.places, scope.left & ~silent, placed)

    def _find(self, entries: Entries, within: Bools) -> tuple[Hits, Bools]:
        """(the hits in these lines, which of them are by sound)."""
        return self.sheet.finder.heard(entries, within, by_sound=self.words.by_sound)

    def _lines_tell(self) -> bool:
        """Whether one hit in a line tells as much as all of them, wherever in the line it is."""
        w, lines = self.words, self.sheet.lines
        anywhere = w.quoted and not any(excuses(w)) and w.after is None and w.before is None
        one = w.times == 1 and w.need == "any" and not lines.worded.any()
        return anywhere and one and not (w.by_sound and lines.acoustic.any() and phrases(w.words).sounding)

    def _lines_in(self, scope: Windows, cases: Bools) -> tuple[Hits, Floats]:
        """(the lines that hold a hit, how sure each is)."""
        lines = self.sheet.lines
        line = np.flatnonzero(self.sheet.finder.said(self.words.words, scope.lines & cases[lines.case]))
        hits = Hits(line, np.zeros(len(line), np.int64), lines.length[line])
        return hits, confidence_of(self.sheet, hits, self.words.who)

    def _hits_in(self, scope: Windows, cases: Bools) -> tuple[Hits, Floats]:
        """(the hits in the windows that nothing excuses, how sure each is)."""
        hits, by_sound = self._find(self.words.words, scope.lines & cases[self.sheet.lines.case])
        inside = (scope.low[hits.line] <= hits.start) & (hits.end <= scope.high[hits.line])
        hits, by_sound = hits.where(inside), by_sound[inside]
        kept = ~excused(self.sheet, self.words, hits)
        hits, by_sound = hits.where(kept), by_sound[kept]
        sure = confidence_of(self.sheet, hits.where(~by_sound), self.words.who)
        how_sure = SOUND_CONFIDENCE * self.sheet.lines.factor(self.words.who)[self.sheet.lines.case[hits.line]]
        how_sure[~by_sound] = sure
        return hits, how_sure

    def _decide(self, scope: Windows, open_: Bools, hits: Hits, how_sure: Floats) -> Found:
        lines, count = self.sheet.lines, self.sheet.cases
        case = lines.case[hits.line]
        sure = how_sure >= self.bar
        said = open_ & self._enough(hits.where(sure)) & self._spread(hits.where(sure), scope)
        unclear = open_ & ~said & (np.bincount(case[~sure], minlength=count) > 0)
        if unclear.any():
            unclear &= self._enough(hits)
        best = np.zeros(count)
        np.maximum.at(best, case, how_sure)
        heard = how_well(self.sheet, self.words, scope)
        truth = np.where(heard < self.bar, UNKNOWN, FALSE).astype(np.uint8)
        truth[said], truth[unclear] = TRUE, UNKNOWN
        confidence = np.where(said | unclear, best, heard)  # the surest hit of all is one of the sure ones
        kept = hits.where(sure & said[case])
        places = Places(kept.line, kept.start, kept.end, np.ones(len(kept), bool), np.zeros(count, bool))
        return Found(truth, confidence, places, np.zeros(count, bool))

    def _enough(self, hits: Hits) -> Bools:
        """Cases with as many hits as asked, and of as many different entries."""
        lines, w = self.sheet.lines, self.words
        enough: Bools = np.bincount(lines.case[hits.line], minlength=lines.cases) >= w.times
        if w.need == "any" or not enough.any():
            return enough
        within = np.zeros(len(lines), bool)
        within[hits.line[enough[lines.case[hits.line]]]] = True
        spots = lines.start[hits.line] + hits.start
        said = np.zeros(lines.cases, np.int64)
        for entry in w.words:
            alone, _ = self._find((entry,), within)
            here = np.isin(lines.start[alone.line] + alone.start, spots)
            said += np.bincount(lines.case[alone.line[here]], minlength=lines.cases) > 0
        return enough & (said >= (len(w.words) if w.need == "all" else w.need))

    def _spread(self, hits: Hits, scope: Windows) -> Bools:
        """Cases with hits in as large a share of the turns as asked."""
        lines = self.sheet.lines
        if not self.words.share:
            return np.ones(lines.cases, bool)
        told = scope.lines & lines.content
        hit = np.zeros(len(lines), bool)
        hit[hits.line] = True
        among = np.bincount(lines.case[told], minlength=lines.cases)
        return np.bincount(lines.case[told & hit], minlength=lines.cases) >= self.words.share * among
