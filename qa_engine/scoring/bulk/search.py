"""Where a batch says the entries of vocabularies: each searched once, and only in lines where it matters."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from qa_engine.checkers.phrases import phrases
from qa_engine.checkers.sound import sounds
from qa_engine.scoring.bulk.hits import NONE, Hits, merged, together
from qa_engine.scoring.bulk.index import Index
from qa_engine.scoring.bulk.lines import Bools, Ints, Lines
from qa_engine.scoring.bulk.literals import parted
from qa_engine.scoring.bulk.pieces import Pieces
from qa_engine.scoring.bulk.plan import plan_of
from qa_engine.scoring.bulk.utf8 import Utf8

FEW = 400
"""How many lines RE2 reads in the time in which a vocabulary is looked up in the index."""


class Source:
    """The text of a batch, made ready to be searched."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._possible: dict[tuple[str, ...], Bools] = {}

    @cached_property
    def utf8(self) -> Utf8:
        return Utf8(self.lines)

    @cached_property
    def index(self) -> Index:
        return Index(self.lines)

    def possible(self, entries: tuple[str, ...]) -> Bools | None:
        """The lines that may hold a hit; None for all."""
        if entries not in self._possible:
            plan = plan_of(entries)
            if plan is None:
                return None
            self._possible[entries] = self.index.possible(plan)
        return self._possible[entries]


class Search:
    """The search over spans of a text, each read as a line of its own. Remembers what it found."""

    def __init__(self, source: Source, spans: Pieces) -> None:
        self._source = source
        self._begin, self._end, self._line = spans.begin, spans.end, spans.line
        self._searched: dict[tuple[str, ...], Bools] = {}
        self._found: dict[tuple[str, ...], Hits] = {}
        self._said: dict[tuple[str, ...], tuple[Bools, Bools]] = {}

    def find(self, entries: tuple[str, ...], within: Bools) -> Hits:
        """The hits in the spans ``within``; as ``Phrases.find`` gives them of each."""
        if not entries:
            return NONE
        searched = self._searched.setdefault(entries, np.zeros(len(within), bool))
        found = self._found.get(entries, NONE)
        new = within & ~searched
        if new.any():
            searched |= new
            found = self._found[entries] = merged(found, self._search(entries, np.flatnonzero(new)))
        return found.where(within[found.line])

    def said(self, entries: tuple[str, ...], within: Bools) -> Bools:
        """Which of the spans ``within`` hold a hit: sooner told than where all their hits are."""
        none = np.zeros(len(within), bool)
        if not entries:
            return none
        searched, found = self._said.setdefault(entries, (none, none.copy()))
        new = within & ~searched
        if new.any():
            searched |= new
            self._read(entries, new, found)
        return found & within

    def _read(self, entries: tuple[str, ...], spans: Bools, found: Bools) -> None:
        """Adds to ``found`` those of the spans that hold a hit."""
        rows = self._possible(entries, np.flatnonzero(spans))
        if not len(rows):
            return
        text = self._source.utf8.joined(self._begin[rows], self._end[rows])
        found[rows[text.span_of(np.array(phrases(entries).said_at(text.said), np.int64))]] = True

    def _search(self, entries: tuple[str, ...], spans: Ints) -> Hits:
        rows = self._possible(entries, spans)
        if not len(rows):
            return NONE
        text = self._source.utf8.joined(self._begin[rows], self._end[rows])
        found = np.array(phrases(entries).spans(text.said), np.int64).reshape(-1, 2)
        span, start, end = text.places(found[:, 0], found[:, 1])
        return Hits(rows[span], start, end)

    def _possible(self, entries: tuple[str, ...], spans: Ints) -> Ints:
        """Those of the spans that may hold a hit; of few spans all, for to read them is quicker than to look up."""
        if len(spans) < FEW:
            return spans
        possible = self._source.possible(entries)
        return spans if possible is None else spans[possible[self._line[spans]]]


class Finder(Search):
    """The search over the judged turns of a batch, which in calls also finds words by their sound."""

    def __init__(self, source: Source) -> None:
        self.lines = source.lines
        super().__init__(source, Pieces(self.lines, self.lines.start, self.lines.start + self.lines.length))

    def _read(self, entries: tuple[str, ...], spans: Bools, found: Bools) -> None:
        """What is nothing but words is found by the index."""
        words, rest = parted(entries)
        if words is None or np.count_nonzero(spans) < FEW:
            super()._read(entries, spans, found)
            return
        found |= spans & self._source.index.holding(words)
        if rest:
            super()._read(rest, spans & ~found, found)

    def heard(self, entries: tuple[str, ...], within: Bools, *, by_sound: bool) -> tuple[Hits, Bools]:
        """(the hits with those by sound, which are by sound); as ``Bench.hits`` gives them."""
        hits = self.find(entries, within)
        if not by_sound or not entries or not phrases(entries).sounding:
            return hits, np.zeros(len(hits), bool)
        alike = self._alike(entries, within)
        known = self.lines.start[hits.line] + hits.start
        alike = alike.where(~np.isin(self.lines.start[alike.line] + alike.start, known))
        if not len(alike):
            return hits, np.zeros(len(hits), bool)
        joined = together([hits, alike])
        order = np.argsort(self.lines.start[joined.line] + joined.start, kind="stable")
        return joined.where(order), (order >= len(hits))

    def _alike(self, entries: tuple[str, ...], within: Bools) -> Hits:
        """Words that sound like the entries, in speech."""
        lines = self.lines
        spoken = np.flatnonzero(within & lines.spoken & lines.acoustic[lines.case]).tolist()
        found = [(line, a, b) for line in spoken for a, b in phrases(entries).find_by_sound(sounds(lines.said(line)))]
        table = np.array(found, np.int64).reshape(-1, 3)
        return Hits(table[:, 0], table[:, 1], table[:, 2])
