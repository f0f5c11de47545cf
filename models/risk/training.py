"""Kernel ridge regression on satisfaction: nearness in words, figures and meaning, written out as plain numbers.

The target is tanh(SHARPNESS * (threshold - mean rating)): the ratings near the threshold decide, far ones hardly more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, sparse

from qa_engine.risk.calibration import fit_logistic
from qa_engine.risk.facts import FIELDS, Facts
from qa_engine.risk.grams import Reals
from qa_engine.risk.model import Figures, Meaning, RiskModel, Words

SHARPNESS = 1.5
RIDGE = 1.5
WIDTH = 0.2
SHARES = {"first": 1.0, "later": 1.5, "last": 1.0, "agent": 0.5}
LEAST_DIALOGUES = 2
"""Runs of characters seen in fewer dialogues are dropped."""
RELEVANCE_FLOOR = 0.3


@dataclass(frozen=True, slots=True)
class Case:
    """One rated dialogue: ``vector`` embeds ``facts.meaning``, None where that is empty."""

    facts: Facts
    vector: Any
    rating: float


@dataclass(frozen=True, slots=True)
class _Field:
    """A field's words as rows of length 1, with hash and scale of each column; scales hold rarity and relevance."""

    keys: Any
    scale: Reals
    rows: Any


def fit(cases: Sequence[Case], threshold: float) -> RiskModel:
    """All numbers but the calibration, which wants scores of dialogues left out (``calibrated``)."""
    target = np.tanh(SHARPNESS * (threshold - np.array([case.rating for case in cases])))
    fields = {name: _field([case.facts.words[name] for case in cases], target) for name in FIELDS}
    figures = _figures(cases)
    meaning, live = _meaning(cases)
    kernel = RIDGE * np.eye(len(cases)) + _figures_kernel(figures) + _meaning_kernel(meaning, live)
    for name, field in fields.items():
        kernel += SHARES[name] * (field.rows @ field.rows.T).toarray()
    bias = float(target.mean())
    alpha = linalg.solve(kernel, target - bias, assume_a="pos")
    return RiskModel(
        words={name: _words(field, SHARES[name] * (field.rows.T @ alpha)) for name, field in fields.items()},
        figures=Figures(figures.mean, figures.spread, figures.support, alpha, WIDTH),
        meaning=Meaning(meaning.centre, meaning.support, alpha[live], float(alpha[~live].sum())),
        bias=bias,
    )


def calibrated(model: RiskModel, scores: Reals, at_risk: Reals) -> RiskModel:
    """With the probability of scores as they fall on dialogues left out, and the alarm at half of those at risk."""
    slope, offset = fit_logistic(scores, at_risk)
    plain = RiskModel(model.words, model.figures, model.meaning, model.bias, slope, offset)
    half = float(np.quantile(scores[at_risk > 0], 0.5, method="lower"))
    return RiskModel(
        model.words, model.figures, model.meaning, model.bias, slope, offset, plain.probability(half), model.version
    )


def _field(found: Sequence[tuple[Any, Any]], target: Reals) -> _Field:
    lengths = [len(keys) for keys, _ in found]
    keys, columns = np.unique(np.concatenate([keys for keys, _ in found]), return_inverse=True)
    rows = np.repeat(np.arange(len(found)), lengths)
    counts = sparse.csr_matrix((np.concatenate([c for _, c in found]), (rows, columns)), (len(found), len(keys)))
    seen = np.bincount(columns, minlength=len(keys))
    kept = np.flatnonzero(seen >= LEAST_DIALOGUES)
    rarity = np.log((1 + len(found)) / (1 + seen[kept])) + 1
    weighed = _unit(counts[:, kept] @ sparse.diags(rarity))
    scale = np.sqrt(np.abs(_relevance(weighed, target))) + RELEVANCE_FLOOR
    return _Field(keys[kept], rarity * scale, _unit(weighed @ sparse.diags(scale)))


def _relevance(rows: Any, target: Reals) -> Reals:
    """How far each column goes with the target, in standard errors."""
    gap = target - target.mean()
    squares = np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
    return np.asarray(rows.T @ gap / np.sqrt(squares + 1e-9) / gap.std())


def _unit(rows: Any) -> Any:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    length[length == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / length) @ rows)


def _words(field: _Field, weight: Reals) -> Words:
    return Words(field.keys.astype(np.uint32), field.scale, weight)


def _figures(cases: Sequence[Case]) -> Figures:
    raw = np.stack([case.facts.figures for case in cases])
    spread = raw.std(axis=0)
    spread[spread == 0] = 1
    empty = Figures(raw.mean(axis=0), spread, raw, np.zeros(len(raw)), WIDTH)
    return Figures(empty.mean, spread, np.stack([empty.standard(row) for row in raw]), empty.weight, WIDTH)


def _figures_kernel(figures: Figures) -> Reals:
    z = figures.support
    squares = (z**2).sum(axis=1)
    return np.asarray(np.exp(-WIDTH * np.maximum(0, squares[:, None] + squares - 2 * z @ z.T) / z.shape[1]))


def _meaning(cases: Sequence[Case]) -> tuple[Meaning, Any]:
    live = np.array([case.vector is not None for case in cases])
    raw = np.stack([case.vector for case in cases if case.vector is not None])
    empty = Meaning(raw.mean(axis=0), raw, np.zeros(len(raw)), 0.0)
    return Meaning(empty.centre, np.stack([empty.standard(row) for row in raw]), empty.weight, 0.0), live


def _meaning_kernel(meaning: Meaning, live: Any) -> Reals:
    z = np.zeros((len(live), len(meaning.centre)))
    z[live] = meaning.support
    return np.asarray(np.exp(z @ z.T - 1))
