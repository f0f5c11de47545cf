"""How far two judges agree: F1 per outcome, Cohen's kappa, Gwet's AC1 with bootstrap intervals, confusion.

Sources: Cohen 1960; Gwet 2008 (AC1). Intervals are percentile bootstraps over cases, 95 %, with a fixed seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Pair = tuple[str, str]
"""(label, verdict)."""

ROUNDS = 500
SEED = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval; None where it is not defined (a single class)."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OutcomeScore:
    """Precision, recall and F1 of one outcome; ``support`` counts its labels."""

    precision: float
    recall: float
    f1: float
    support: int


def outcome_scores(pairs: Sequence[Pair]) -> dict[str, OutcomeScore]:
    """Of every outcome that occurs among the labels."""
    right = Counter(label for label, verdict in pairs if label == verdict)
    labels = Counter(label for label, _ in pairs)
    verdicts = Counter(verdict for _, verdict in pairs)
    scores = {}
    for outcome, support in sorted(labels.items()):
        precision = right[outcome] / verdicts[outcome] if verdicts[outcome] else 0.0
        recall = right[outcome] / support
        f1 = 2 * right[outcome] / (support + verdicts[outcome])
        scores[outcome] = OutcomeScore(precision, recall, f1, support)
    return scores


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa; None when chance alone explains everything (both judges used one class)."""
    observed, classes, left, right = _margins(pairs)
    chance = sum(left[c] * right[c] for c in classes)
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def ac1(pairs: Sequence[Pair]) -> float | None:
    """Gwet's AC1, which stays sound where one class is rare; 1.0 when both judges always used one class."""
    observed, classes, left, right = _margins(pairs)
    if len(classes) < 2:
        return 1.0
    means = [(left[c] + right[c]) / 2 for c in classes]
    chance = sum(p * (1 - p) for p in means) / (len(classes) - 1)
    return (observed - chance) / (1 - chance)


def interval(figure: Callable[[Sequence[Pair]], float | None], pairs: Sequence[Pair]) -> Interval:
    """The figure over all pairs, with its bootstrap interval."""
    rng = np.random.default_rng(SEED)
    draws = [figure([pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]) for _ in range(ROUNDS)]
    known = [draw for draw in draws if draw is not None]
    if not known:
        return Interval(figure(pairs), None, None)
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(figure(pairs), float(low), float(high))


def confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """``{label: {verdict: count}}``."""
    table: dict[str, dict[str, int]] = {}
    for (label, verdict), count in sorted(Counter(pairs).items()):
        table.setdefault(label, {})[verdict] = count
    return table


def _margins(pairs: Sequence[Pair]) -> tuple[float, list[str], dict[str, float], dict[str, float]]:
    total = len(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    classes = sorted(set(left) | set(right))
    observed = sum(a == b for a, b in pairs) / total
    return observed, classes, {c: left[c] / total for c in classes}, {c: right[c] / total for c in classes}
