"""Which lines of a text hold which pairs of characters: tells, for a whole vocabulary, where it can be said at all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from qa_engine.scoring.bulk.lines import Bools, Ints
from qa_engine.scoring.bulk.literals import Words
from qa_engine.scoring.bulk.pieces import Written
from qa_engine.scoring.bulk.plan import LAST, Plan, Tree, ranges_of

_FOLDED = "ſ\u212a"
"""Signs beyond ASCII that RE2 takes for an s and a k."""
_PLACE = 31
"""Bits of the place of a pair in the text, beneath those of the pair."""
SELDOM = 1000
"""What is met no more often is not narrowed down: to read these lines is quicker."""


class Index:
    """The places of every pair; the last character of a line is paired with the newline after it."""

    def __init__(self, text: Written) -> None:
        self.count = len(text)
        self._codes = text.codes
        codes = np.minimum(text.codes, LAST)
        held = (codes[:-1] << 16 | codes[1:]).astype(np.int64) << _PLACE | np.arange(len(codes[1:]))
        held.sort()
        pairs = held >> _PLACE
        first = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
        self._pairs: Ints = pairs[first]
        self._edges: Ints = np.append(np.flatnonzero(first), len(pairs))
        self._places: Ints = held & (1 << _PLACE) - 1
        self._lines: Ints = np.repeat(np.arange(len(text)), text.length + 1)[self._places]
        self._always = np.zeros(len(text), bool)
        self._always[self.lines(*self._met(ranges_of(_FOLDED)))] = True

    def possible(self, plan: Plan) -> Bools:
        """The lines that may hold what is planned for; no other holds it."""
        first, last = self._met(plan.ranges)
        return self._always | _Lookup(self, plan, first, last).holding(plan.tree)

    def holding(self, words: Words) -> Bools:
        """The lines that hold one of some words."""
        first, last = self._met(words.ranges)
        counts = (last - first).tolist()
        rarest = [min(range(a, b), key=counts.__getitem__) for a, b in pairwise(words.edges)]
        word, at = _spread(first[rarest], last[rarest])
        begin = self._places[at] - (np.array(rarest, np.int64) - np.array(words.edges[:-1]))[word]
        found = np.zeros(self.count, bool)
        found[self._lines[at[self._said(words, word, begin)]]] = True
        return found

    def _said(self, words: Words, word: Ints, begin: Ints) -> Ints:
        """Which of the words that may begin at some characters do so."""
        left = np.flatnonzero(begin >= 0)
        for place in range(words.codes.shape[1]):
            there = self._codes[np.minimum(begin[left] + place, len(self._codes) - 1)]
            left = left[(there == words.codes[word[left], place]) | (place >= words.length[word[left]])]
        return left

    def _met(self, ranges: Ints) -> Ints:
        """(where the places of each range of pairs begin, where they end)."""
        return self._edges[np.searchsorted(self._pairs, ranges)]

    def lines(self, first: Ints, last: Ints) -> Ints:
        """The lines of some ranges of places."""
        return self._lines[_spread(first, last)[1]]


class _Lookup:
    """One plan looked up: where the places of each of its ranges begin and end is known."""

    def __init__(self, index: Index, plan: Plan, first: Ints, last: Ints) -> None:
        self._index, self._edges = index, plan.edges.tolist()
        self._first, self._last = first, last
        self._counts: list[int] = np.add.reduceat(last - first, plan.edges[:-1]).tolist()

    def holding(self, tree: Tree) -> Bools:
        """The lines that hold what is demanded."""
        found = np.zeros(self._index.count, bool)
        leaves: list[int] = []
        self._some(tree, leaves, found)
        if leaves:
            ranges = np.concatenate([np.arange(self._edges[leaf], self._edges[leaf + 1]) for leaf in leaves])
            found[self._index.lines(self._first[ranges], self._last[ranges])] = True
        return found

    def _some(self, tree: Tree, leaves: list[int], found: Bools) -> None:
        """Adds the lines to ``found``, or demands that tell of them to ``leaves``."""
        if isinstance(tree, int):
            leaves.append(tree)
        elif not tree.every:
            for part in tree.parts:
                self._some(part, leaves, found)
        else:
            counts = [self._count(part) for part in tree.parts]
            least = min(counts)
            if least <= SELDOM:
                self._some(tree.parts[counts.index(least)], leaves, found)
            else:
                found |= np.logical_and.reduce([self.holding(part) for part in tree.parts])

    def _count(self, tree: Tree) -> int:
        """At most so often it is met."""
        if isinstance(tree, int):
            return self._counts[tree]
        counts = [self._count(part) for part in tree.parts]
        return min(counts) if tree.every else sum(counts)


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """(which range it is of, the number) of every number in some ranges."""
    count = last - first
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) + (first - np.cumsum(count) + count)[which]
