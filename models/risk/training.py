"""Kernel ridge regression on satisfaction: nearness in words, figures and meaning, written out as plain numbers.

The target is tanh(SHARPNESS * (threshold - mean rating)): the ratings near the threshold decide, far ones hardly more.
A dialogue is the weighted mean of its windows in learning as it is in scoring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg, sparse

from qa_engine.risk.calibration import fit_logistic
from qa_engine.risk.facts import FIELDS, Facts
from qa_engine.risk.grams import Reals
from qa_engine.risk.model import Figures, Meaning, RiskModel, Tone, Words, shares

SHARPNESS = 1.5
RIDGE = 1.5
WIDTH = 0.2
SHARES = {"first": 1.0, "later": 1.5, "last": 1.0, "agent": 0.5}
LEAST_DIALOGUES = 2
"""Runs of characters seen in fewer dialogues are dropped."""
RELEVANCE_FLOOR = 0.3
TONE = 0.18
"""Weight of a standard deviation of the tone, in standard deviations of the target."""
Window = tuple[Facts, Any]
"""Facts and the embedding of their ``meaning``, None where that is empty."""


@dataclass(frozen=True, slots=True)
class Case:
    """One rated dialogue: its windows, oldest first; ``tone`` is None where no emotion model read it.

    ``weight`` is that of its error among the others'.
    """

    windows: tuple[Window, ...]
    rating: float
    tone: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Field:
    """A field's words as rows of length 1, with hash and scale of each column; scales hold rarity and relevance."""

    keys: Any
    scale: Reals
    rows: Any


def fit(cases: Sequence[Case], threshold: float) -> RiskModel:
    """All numbers but the calibration, which wants scores of dialogues left out (``calibrated``)."""
    target = np.tanh(SHARPNESS * (threshold - np.array([case.rating for case in cases])))
    windows = [window for case in cases for window in case.windows]
    parts = _parts(cases)
    fields = {name: _field([facts.words[name] for facts, _ in windows], (parts > 0).T @ target) for name in FIELDS}
    figures = _figures(windows)
    meaning, live = _meaning(windows)
    kernel = _figures_kernel(figures) + _meaning_kernel(meaning, live)
    for name, field in fields.items():
        kernel += SHARES[name] * (field.rows @ field.rows.T).toarray()
    weights = np.array([case.weight for case in cases])
    whole = parts @ (parts @ kernel).T + RIDGE * np.diag(1 / weights)
    bias = float(np.average(target, weights=weights))
    alpha = parts.T @ linalg.solve(whole, target - bias, assume_a="pos")
    return RiskModel(
        words={name: _words(field, SHARES[name] * (field.rows.T @ alpha)) for name, field in fields.items()},
        figures=Figures(figures.mean, figures.spread, figures.support, alpha, WIDTH),
        meaning=Meaning(meaning.centre, meaning.support, alpha[live], float(alpha[~live].sum())),
        bias=bias,
        tone=_tone(cases, TONE * float(target.std())),
    )


def calibrated(model: RiskModel, scores: Reals, at_risk: Reals) -> RiskModel:
    """With the probability of scores as they fall on dialogues left out, and the alarm at half of those at risk."""
    slope, offset = fit_logistic(scores, at_risk)
    told = replace(model, slope=slope, offset=offset)
    half = float(np.quantile(scores[at_risk > 0], 0.5, method="lower"))
    return replace(told, alarm=told.probability(half))


def _parts(cases: Sequence[Case]) -> Any:
    """Sparse (cases, windows): how much each window counts in its dialogue."""
    return sparse.block_diag([np.array([shares(len(case.windows))]) for case in cases], format="csr")


def _tone(cases: Sequence[Case], weight: float) -> Tone:
    heard = np.array([case.tone for case in cases if case.tone is not None])
    if not len(heard) or not heard.std():
        return Tone()
    return Tone(float(heard.mean()), float(heard.std()), weight)


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


def _figures(windows: Sequence[Window]) -> Figures:
    raw = np.stack([facts.figures for facts, _ in windows])
    spread = raw.std(axis=0)
    spread[spread == 0] = 1
    empty = Figures(raw.mean(axis=0), spread, raw, np.zeros(len(raw)), WIDTH)
    return Figures(empty.mean, spread, np.stack([empty.standard(row) for row in raw]), empty.weight, WIDTH)


def _figures_kernel(figures: Figures) -> Reals:
    z = figures.support
    squares = (z**2).sum(axis=1)
    return np.asarray(np.exp(-WIDTH * np.maximum(0, squares[:, None] + squares - 2 * z @ z.T) / z.shape[1]))


def _meaning(windows: Sequence[Window]) -> tuple[Meaning, Any]:
    live = np.array([vector is not None for _, vector in windows])
    raw = np.stack([vector for _, vector in windows if vector is not None])
    empty = Meaning(raw.mean(axis=0), raw, np.zeros(len(raw)), 0.0)
    return Meaning(empty.centre, np.stack([empty.standard(row) for row in raw]), empty.weight, 0.0), live


def _meaning_kernel(meaning: Meaning, live: Any) -> Reals:
    z = np.zeros((len(live), len(meaning.centre)))
    z[live] = meaning.support
    return np.asarray(np.exp(z @ z.T - 1))
