"""How well emotions of texts are told: macro F1, each class, confusion, against labels that people gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_engine.evaluation.agreement import outcome_scores


@dataclass(frozen=True, slots=True)
class Report:
    """Pairs of (label, told) in the order of the data; ``skipped`` rows had several labels."""

    pairs: tuple[tuple[str, str], ...]
    skipped: int = 0

    def as_json(self) -> dict[str, Any]:
        """``confusion`` has a row a label and in it how often each was told."""
        scores = outcome_scores(self.pairs)
        known = sorted({label for label, _ in self.pairs})
        confusion = {label: Counter(told for truth, told in self.pairs if truth == label) for label in known}
        f1 = {label: scores[label].f1 for label in known}
        return {
            "n": len(self.pairs),
            "skipped": self.skipped,
            "macro_f1": sum(f1.values()) / len(f1) if f1 else None,
            "accuracy": sum(a == b for a, b in self.pairs) / len(self.pairs) if self.pairs else None,
            "per_class": {
                label: {
                    "precision": scores[label].precision,
                    "recall": scores[label].recall,
                    "f1": scores[label].f1,
                    "n": sum(confusion[label].values()),
                }
                for label in known
            },
            "confusion": {label: {told: row.get(told, 0) for told in known} for label, row in confusion.items()},
        }


def evaluate(truth: Sequence[str], chances: npt.NDArray[np.float32], labels: Sequence[str], skipped: int = 0) -> Report:
    """Hold chances (texts, labels) against the truth; told is the likeliest of the labels that the set knows."""
    known = [index for index, label in enumerate(labels) if label in set(truth)]
    best = [labels[known[at]] for at in chances[:, known].argmax(axis=1)] if known else []
    return Report(tuple(zip(truth, best, strict=True)), skipped)
