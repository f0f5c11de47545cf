"""The whole training of the act model: read, measure on sentences left out, calibrate, fit on all, tell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from models.acts.data import groups, read
from models.acts.model import Weights
from models.acts.training import calibrated, fit, left_out, targets
from qa_engine.checkers.acts import ACTS
from qa_engine.errors import BadInput
from qa_engine.evaluation.acts import Score, score

FOLDS = 5
LEAST_SENTENCES = 3
"""Of every act: with fewer there is nothing to learn from and to measure by."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The numbers with what their card says of data, folds and figures."""

    weights: Weights
    card: dict[str, Any]


def train(files: Sequence[Path], seed: int) -> Trained:
    """Raises BadInput where a line cannot be read or an act has too few sentences."""
    sentences = read(files)
    does, may = targets(sentences)
    rare = [name for name, count in zip(ACTS, does.sum(axis=0), strict=True) if count < LEAST_SENTENCES]
    if not sentences or rare:
        mend = f"write at least {LEAST_SENTENCES} sentences of each act"
        raise BadInput(f"too few sentences: {', '.join(rare)}", where=", ".join(map(str, files)), mend=mend)
    group = groups(sentences)
    scores = left_out(sentences, deal(group, seed))
    weights = calibrated(fit(sentences), scores, does, may)
    chances = 1 / (1 + np.exp(-(weights.slope * scores + weights.offset)))
    told = chances >= weights.least
    figures = {name: score(does[may[:, i], i], told[may[:, i], i]) for i, name in enumerate(ACTS)}
    card = {
        "data": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
        "sentences": len(sentences),
        "groups": int(group.max()) + 1,
        "runs": len(weights.keys),
        "folds": FOLDS,
        "seed": seed,
        "macro_f1": round(fmean(figure.f1 for figure in figures.values()), 4),
        "brier": round(float(((chances - does) ** 2)[may].mean()), 4),
        "acts": {name: _told(figure, weights.least[i]) for i, (name, figure) in enumerate(figures.items())},
    }
    return Trained(weights, card)


def deal(group: npt.NDArray[np.int32], seed: int) -> npt.NDArray[np.int64]:
    """The fold of each sentence; groups stay whole."""
    return np.random.default_rng(seed).integers(0, FOLDS, int(group.max()) + 1)[group]


def _told(figure: Score, least: float) -> dict[str, Any]:
    rounded = {name: round(value, 4) for name, value in figure.as_json().items() if name != "sentences"}
    return {"sentences": figure.sentences, "least": round(float(least), 2), **rounded}
