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
        rarest = [min(range(a, b), key=counts.__getitem__) for a, b in pairwise(words.edges.tolist())]
        first, last = first[rarest], last[rarest]
        word, at = np.repeat(np.arange(len(rarest)), last - first), _numbers(first, last)
        long = np.flatnonzero(words.length[word] > 2)  # the others are what is indexed
        before = np.array(rarest, np.int64) - words.edges[:-1]
        said = np.ones(len(at), bool)
        said[long] = self._said(words, word[long], self._places[at[long]] - before[word[long]])
        found = np.zeros(self.count, bool)
        found[self._lines[at[said]]] = True
        return found

    def _said(self, words: Words, word: Ints, begin: Ints) -> Bools:
        """Of each word whether it is said from a character on."""
        said = begin >= 0
        for place in range(words.codes.shape[1]):
            left = np.flatnonzero(said)
            there = self._codes[np.minimum(begin[left] + place, len(self._codes) - 1)]
            said[left] = (there == words.codes[word[left], place]) | (place >= words.length[word[left]])
        return said

    def _met(self, ranges: Ints) -> Ints:
        """(where the places of each range of pairs begin, where they end)."""
        return self._edges[np.searchsorted(self._pairs, ranges)]

    def lines(self, first: Ints, last: Ints) -> Ints:
        """The lines of some ranges of places."""
        return self._lines[_numbers(first, last)]


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
            cuts = [slice(self._edges[leaf], self._edges[leaf + 1]) for leaf in leaves]
            first, last = (np.concatenate([ends[cut] for cut in cuts]) for ends in (self._first, self._last))
            found[self._index.lines(first, last)] = True
        return found

    def _some(self, tree: Tree, leaves: list[int], found: Bools) -> None:
        """Adds the lines to ``found``, or demands that tell of them to ``leaves``."""
        if isinstance(tree, int):
            leaves.append(tree)
        elif not tree.every:
            for part in tree.parts:
                self._some(part, leaves, found)
        else:
            (count, rarest), second, *_ = sorted((self._count(part), place) for place, part in enumerate(tree.parts))
            if count <= SELDOM:
                self._some(tree.parts[rarest], leaves, found)
            else:
                found |= self.holding(tree.parts[rarest]) & self.holding(tree.parts[second[1]])

    def _count(self, tree: Tree) -> int:
        """At most so often it is met."""
        if isinstance(tree, int):
            return self._counts[tree]
        counts = [self._count(part) for part in tree.parts]
        return min(counts) if tree.every else sum(counts)


def _numbers(first: Ints, last: Ints) -> Ints:
    """Every number in some ranges."""
    count = last - first
    moved = np.repeat(first - np.cumsum(count) + count, count)
    return moved + np.arange(len(moved))
