"""Ridge regression of every act on runs of characters, solved over sentences and written out as weights of runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from models.acts.data import Sentence
from models.acts.grams import grams
from models.acts.model import Weights
from qa_engine.checkers.acts import ACTS, told_by
from qa_engine.ports import Floats
from qa_engine.risk.calibration import fit_logistic

RIDGE = 0.3
COSTLY, FAIR = 0.5, 1.0
"""The beta of F by which an act's threshold is set: what costs points wants to be right before it wants to be found."""
LEAST, MOST = 0.2, 0.9

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def targets(sentences: Sequence[Sentence]) -> tuple[Flags, Flags]:
    """(does, may do) of shape (sentences, acts): the labels, and whether the act is that side's."""
    does = np.array([[name in s.acts for name in ACTS] for s in sentences])
    may = np.array([[told_by(name, s.role) for name in ACTS] for s in sentences])
    return does, may


def fit(sentences: Sequence[Sentence]) -> Weights:
    """All numbers but calibration and thresholds, which want scores of sentences left out (``calibrated``)."""
    keys, owners = grams([s.text for s in sentences])
    known, columns = np.unique(keys, return_inverse=True)
    counts = sparse.csr_matrix((np.ones(len(keys)), (owners, columns)), (len(sentences), len(known)))
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + len(sentences)) / (1 + seen)) + 1
    lengths = np.sqrt(np.bincount(owners, rarity[columns] ** 2, len(sentences)))
    rows = sparse.csr_matrix(sparse.diags(1 / lengths) @ counts @ sparse.diags(rarity))
    weight, bias = _solve(rows, *targets(sentences))
    plain = np.ones(len(ACTS), np.float32)
    return Weights(
        keys=known,
        rarity=rarity.astype(np.float32),
        weight=weight.astype(np.float32),
        unseen=float(np.log(1 + len(sentences)) + 1),
        bias=bias.astype(np.float32),
        slope=plain,
        offset=plain * 0,
        least=plain * 0.5,
    )


def _solve(rows: sparse.csr_matrix, does: Flags, may: Flags) -> tuple[Reals, Reals]:
    """Acts that the same sentences can do share one solution."""
    weight, bias = np.zeros((rows.shape[1], len(ACTS))), np.zeros(len(ACTS))
    for side in np.unique(may.T, axis=0):
        acts = np.flatnonzero((side == may.T).all(axis=1))
        part = rows[np.flatnonzero(side)]
        target = 2.0 * does[np.ix_(side, acts)] - 1
        bias[acts] = target.mean(axis=0)
        kernel = (part @ part.T).toarray() + RIDGE * np.eye(part.shape[0])
        weight[:, acts] = part.T @ linalg.solve(kernel, target - bias[acts], assume_a="pos")
    return weight, bias


def left_out(sentences: Sequence[Sentence], fold: npt.NDArray[np.int64]) -> Floats:
    """The scores of every sentence by weights that saw none of its fold: float32 (sentences, acts)."""
    scores = np.zeros((len(sentences), len(ACTS)), np.float32)
    for number in np.unique(fold):
        weights = fit([s for s, f in zip(sentences, fold, strict=True) if f != number])
        scores[fold == number] = weights.scores([s.text for s, f in zip(sentences, fold, strict=True) if f == number])
    return scores


def calibrated(weights: Weights, scores: Floats, does: Flags, may: Flags) -> Weights:
    """With probability and threshold of each act from scores as they fall on sentences left out."""
    slope, offset, least = (np.zeros(len(ACTS), np.float32) for _ in range(3))
    for i, act in enumerate(ACTS.values()):
        mine, truth = scores[may[:, i], i].astype(np.float64), does[may[:, i], i]
        slope[i], offset[i] = fit_logistic(mine, truth.astype(np.float64))
        chances = 1 / (1 + np.exp(-(slope[i] * mine + offset[i])))
        least[i] = threshold(chances, truth, COSTLY if act.costly else FAIR)
    return Weights(weights.keys, weights.rarity, weights.weight, weights.unseen, weights.bias, slope, offset, least)


def threshold(chances: Reals, truth: Flags, beta: float) -> float:
    """The probability from LEAST to MOST at which F-beta is greatest."""
    steps = np.arange(LEAST, MOST + 1e-9, 0.01)
    told = chances[:, None] >= steps
    right = (told & truth[:, None]).sum(axis=0)
    f = (1 + beta**2) * right / np.maximum(1, told.sum(axis=0) + beta**2 * truth.sum())
    return float(steps[int(np.argmax(f))])
