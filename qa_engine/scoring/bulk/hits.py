"""Where a batch says the entries of vocabularies: each searched once, and only in lines where it matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from qa_engine.checkers.phrases import is_pattern, phrases
from qa_engine.checkers.sound import sounds
from qa_engine.scoring.bulk.index import Index
from qa_engine.scoring.bulk.lines import Bools, Ints, Lines
from qa_engine.scoring.bulk.pieces import Cut, Written
from qa_engine.scoring.bulk.required import demands, required
from qa_engine.scoring.bulk.utf8 import Joined, Utf8

_OF_THE_WHOLE = re.compile(r"\\[AzZCQ]|\(\?[^:P]")
"""What in a pattern looks at the whole text, or turns the ways of matching: it cannot be asked line by line."""


@lru_cache(maxsize=16384)
def by_line(entries: tuple[str, ...]) -> bool:
    """Whether the hits in a text are those in each of its lines."""
    return not any(is_pattern(e) and _OF_THE_WHOLE.search(e) for e in entries)


@dataclass(frozen=True, slots=True)
class Hits:
    """``line``, characters [``start``, ``end``) of it; in order of lines and starts."""

    line: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.line)

    def where(self, kept: Bools | Ints) -> Hits:
        return Hits(self.line[kept], self.start[kept], self.end[kept])


NONE = Hits(*(np.zeros(0, np.int64) for _ in range(3)))


LINES_A_DEMAND = 400
"""How many lines RE2 reads in the time in which one demand is looked up."""


class Search:
    """The search over the lines of one text. Remembers what it found."""

    def __init__(self, text: Written) -> None:
        self.written = text
        self._searched: dict[tuple[str, ...], Bools] = {}
        self._found: dict[tuple[str, ...], Hits] = {}
        self._said: dict[tuple[str, ...], tuple[Bools, Bools]] = {}

    def find(self, entries: tuple[str, ...], within: Bools) -> Hits:
        """The hits in the lines ``within``; as ``Phrases.find`` gives them of each."""
        if not entries:
            return NONE
        searched = self._searched.setdefault(entries, np.zeros(len(self.written), bool))
        found = self._found.get(entries, NONE)
        new = within & ~searched
        if new.any():
            searched |= new
            lines = self._possible(entries, np.flatnonzero(new))
            found = self._found[entries] = _merged(found, self._search(entries, lines))
        return found.where(within[found.line])

    def said(self, entries: tuple[str, ...], within: Bools) -> Bools:
        """Which of the lines ``within`` hold a hit: sooner told than where all their hits are."""
        none = np.zeros(len(self.written), bool)
        if not entries:
            return none
        searched, found = self._said.setdefault(entries, (none, none.copy()))
        new = within & ~searched
        if new.any():
            searched |= new
            text = self._joined(self._possible(entries, np.flatnonzero(new)))
            found[text.lines(np.array(phrases(entries).said_at(text.said), np.int64))] = True
        return found & within

    def _possible(self, entries: tuple[str, ...], lines: Ints) -> Ints:
        """Those of the lines that may hold a hit; of few lines all, for to read them is quicker than to look up."""
        need = required(entries)
        if len(lines) < LINES_A_DEMAND * demands(need):
            return lines
        possible = self._index.possible(need)
        return lines if possible is None else lines[possible[lines]]

    def _search(self, entries: tuple[str, ...], lines: Ints) -> Hits:
        text = self._joined(lines)
        spans = phrases(entries).spans(text.said)
        if not spans:
            return NONE
        found = np.array(spans, np.int64).reshape(-1, 2)
        hits = Hits(*text.spans(found[:, 0], found[:, 1]))
        return hits if (hits.line[1:] >= hits.line[:-1]).all() else hits.where(np.argsort(hits.line, kind="stable"))

    @cached_property
    def _index(self) -> Index:
        return Index(self.written)

    def _joined(self, lines: Ints) -> Joined:
        """Some lines as one text."""
        begin = self.written.start[lines]
        return Utf8(Cut(self.written.codes, begin, begin + self.written.length[lines])).whole(lines)


class Finder(Search):
    """The search over the judged turns of a batch, which in calls also finds words by their sound."""

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self.lines = lines

    def _joined(self, lines: Ints) -> Joined:
        return self._utf8.joined(lines)

    @cached_property
    def _utf8(self) -> Utf8:
        """Made once: in lines of their own most are asked for. Those of one side stand together."""
        return Utf8(self.lines, np.argsort(self.lines.role, kind="stable"))

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


def _merged(one: Hits, other: Hits) -> Hits:
    if not len(one) or not len(other):
        return one if len(one) else other
    joined = together([one, other])
    order = np.argsort(joined.line, kind="stable")  # no line is in both
    return joined.where(order)


def together(parts: Sequence[Hits]) -> Hits:
    """Of several, one after another."""
    if not parts:
        return NONE
    return Hits(
        np.concatenate([p.line for p in parts]),
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
    )


def overlapped(start: Ints, end: Ints, others: tuple[Ints, Ints]) -> Bools:
    """Of each span [start, end) whether one of the others, sorted by their starts, overlaps it."""
    begins, ends = others
    if not len(begins):
        return np.zeros(len(start), bool)
    before = np.searchsorted(begins, end, side="left")
    furthest = np.concatenate([[np.iinfo(np.int64).min], np.maximum.accumulate(ends)])
    return furthest[before] > start
