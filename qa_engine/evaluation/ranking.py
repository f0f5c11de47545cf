"""How well chances rank what is so above what is not; equal chances are one step, so order of lines never helps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby


def auc(chances: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Area under the ROC curve: the share of pairs ranked rightly, ties half; None where one class is missing."""
    positives = sum(truth)
    negatives = len(truth) - positives
    if not positives or not negatives:
        return None
    right, below = 0.0, 0
    for hits, misses in reversed(list(_steps(chances, truth))):
        right += hits * (below + misses / 2)
        below += misses
    return right / (positives * negatives)


def average_precision(chances: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Precision at each step of recall, weighed by the step; None where nothing is true."""
    positives = sum(truth)
    if not positives:
        return None
    total, found, seen = 0.0, 0, 0
    for hits, misses in _steps(chances, truth):
        found, seen = found + hits, seen + hits + misses
        total += hits / positives * found / seen
    return total


def precision_at_recall(chances: Sequence[float], truth: Sequence[bool], recall: float) -> float | None:
    """Precision at the highest chance at which ``recall`` (0..1) of what is true is found."""
    wanted = math.ceil(recall * sum(truth))
    found, seen = 0, 0
    for hits, misses in _steps(chances, truth):
        found, seen = found + hits, seen + hits + misses
        if found >= wanted > 0:
            return found / seen
    return None


def _steps(chances: Sequence[float], truth: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(true, not true) at each distinct chance, from high to low."""
    ranked = sorted(zip(chances, truth, strict=True), key=lambda pair: -pair[0])
    for _, step in groupby(ranked, key=lambda pair: pair[0]):
        hits = [so for _, so in step]
        yield sum(hits), len(hits) - sum(hits)
