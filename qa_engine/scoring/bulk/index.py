"""Which lines of a text hold which grams: tells, for a whole vocabulary at once, where it can be said at all."""

from __future__ import annotations

from functools import cached_property, lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.scoring.bulk.lines import Bools, Codes, Ints
from qa_engine.scoring.bulk.pieces import Written
from qa_engine.scoring.bulk.required import NOTHING, AnyOf, Every, Need

Bits = NDArray[np.uint8]
_FOLDED = (0x17F, 0x212A)
"""Signs beyond ASCII that RE2 takes for an s and a k."""


_MASK = 0xFFFF


class Index:
    """The grams of one or two characters of every line."""

    def __init__(self, text: Written) -> None:
        self._written = text
        self._lines = len(text)
        self._known: dict[Need, Bits] = {}

    def possible(self, need: Need) -> Bools | None:
        """The lines that hold what is needed; None for all."""
        if need == NOTHING:
            return None
        bits = self._bits(need) | self._folded
        return np.unpackbits(bits, count=self._lines).astype(bool)

    def _bits(self, need: Need) -> Bits:
        found = self._known.get(need)
        if found is None:
            if isinstance(need, AnyOf):
                found = self._packed(self._places(need))
            else:
                join = np.bitwise_and if isinstance(need, Every) else np.bitwise_or
                found = reduce(join, map(self._bits, need.parts))
            self._known[need] = found
        return found

    def _places(self, need: AnyOf) -> Ints:
        """Where one of the grams begins."""
        codes = self._written.codes
        singles, ones, others = _coded(need)
        found: list[Ints] = []
        if len(singles):
            at, which = _slices(*self._singles, singles & _MASK)
            found.append(at[codes[at] == singles[which]])
        if len(ones):
            at, which = _slices(*self._pairs, _hashed(ones, others))
            found.append(at[(codes[at] == ones[which]) & (codes[at + 1] == others[which])])
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _packed(self, at: Ints) -> Bits:
        held = np.zeros(self._lines, bool)
        held[self._row[at]] = True
        return np.packbits(held)

    @cached_property
    def _row(self) -> Ints:
        return np.repeat(np.arange(self._lines), self._written.length + 1)

    @cached_property
    def _singles(self) -> tuple[Ints, Ints]:
        """(places of the characters in order of their buckets, where each bucket begins)."""
        return _buckets(self._written.codes)

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        codes = self._written.codes
        return _buckets(_hashed(codes[:-1], codes[1:]))

    @cached_property
    def _folded(self) -> Bits:
        return self._packed(np.flatnonzero(np.isin(self._written.codes, _FOLDED)))


def _hashed(one: Any, other: Any) -> Any:
    """One of 65,536 buckets for two neighbours."""
    return (one * 31 + other) & _MASK


@lru_cache(maxsize=16384)
def _coded(need: AnyOf) -> tuple[Codes, Codes, Codes]:
    """(the single characters, the first characters of the pairs, the second ones)."""
    singles = sorted(ord(gram) for gram in need.grams if len(gram) == 1)
    pairs = np.array(sorted([ord(gram[0]), ord(gram[1])] for gram in need.grams if len(gram) == 2), np.uint32)
    return np.array(singles, np.uint32), *pairs.reshape(-1, 2).T


def _slices(order: Ints, edges: Ints, buckets: NDArray[Any]) -> tuple[Ints, Ints]:
    """(what is in the buckets one after another, the place in ``buckets`` that each came from)."""
    start, count = edges[buckets], edges[buckets + 1] - edges[buckets]
    which = np.repeat(np.arange(len(buckets)), count)
    return order[np.arange(len(which)) + (start - np.cumsum(count) + count)[which]], which


def _buckets(keys: Codes) -> tuple[Ints, Ints]:
    small = keys.astype(np.uint16)
    edges = np.cumsum(np.bincount(small, minlength=_MASK + 1))
    return np.argsort(small, kind="stable").astype(np.int32), np.append(0, edges)
