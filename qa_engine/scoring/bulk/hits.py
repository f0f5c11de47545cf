"""Where vocabularies are said: hits in order, and what can be asked of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_engine.checkers.phrases import is_pattern
from qa_engine.scoring.bulk.lines import Bools, Ints

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


def merged(one: Hits, other: Hits) -> Hits:
    """Of two that have no line in common, in order of lines."""
    if not len(one) or not len(other):
        return one if len(one) else other
    joined = together([one, other])
    order = np.argsort(joined.line, kind="stable")
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
