"""Words of a text as pairs of Hanzi and as Latin words or numbers: the coin in which likeness is counted."""

from __future__ import annotations

import re
from functools import lru_cache

from qa_engine.checkers.normal import normalise

_RUNS = re.compile(r"[㐀-鿿]+|[a-z0-9](?:[a-z0-9'.\-]*[a-z0-9])?")


@lru_cache(maxsize=4096)
def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring Hanzi, whole Latin words and numbers."""
    found: set[str] = set()
    for run in _RUNS.findall(normalise(text)):
        if run[0] > "㐀":
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.add(run)
    return frozenset(found)


def likeness(a: str, b: str) -> float:
    """Dice of the two texts' grams, 0..1; 0 of nothing."""
    one, two = grams(a), grams(b)
    return 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0
