"""What a vocabulary demands of a line, made ready once to be looked up in any index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_engine.scoring.bulk.lines import Ints
from qa_engine.scoring.bulk.needs import AnyOf, Every, Need
from qa_engine.scoring.bulk.required import required

LAST = 0xFFFF
"""Stands for itself and for all characters after it, of which so more lines may be told than hold them."""


@dataclass(frozen=True, slots=True)
class Branch:
    """``every`` or one of the parts; a whole number is the place of a demand."""

    every: bool
    parts: tuple[Tree, ...]


Tree = int | Branch


@dataclass(frozen=True, slots=True)
class Plan:
    """All demands of a vocabulary one after another: ``ranges`` (2, n) of pairs that their grams take.

    ``edges`` is where those of each demand begin, and n.
    """

    tree: Tree
    ranges: Ints
    edges: Ints


@lru_cache(maxsize=4096)
def plan_of(entries: tuple[str, ...]) -> Plan | None:
    """None where nothing is demanded."""
    leaves: dict[AnyOf, int] = {}
    tree = _planted(required(entries), leaves)
    if not leaves:
        return None
    ranges = ranges_of(gram for leaf in leaves for gram in sorted(leaf.grams))
    return Plan(tree, ranges, np.cumsum([0, *(len(leaf.grams) for leaf in leaves)]))


def _planted(need: Need, leaves: dict[AnyOf, int]) -> Tree:
    if isinstance(need, AnyOf):
        return leaves.setdefault(need, len(leaves))
    return Branch(isinstance(need, Every), tuple(_planted(part, leaves) for part in need.parts))


def ranges_of(grams: Iterable[str]) -> Ints:
    """(first, end) of the pairs of each gram: of a single character, all that begin with it."""
    found = []
    for gram in grams:
        first, *second = (min(ord(sign), LAST) for sign in gram)
        pair = first << 16 | sum(second)
        found.append((pair, pair + (1 if second else 1 << 16)))
    return np.array(found, np.int64).reshape(-1, 2).T
