"""Turns scores into probabilities: a logistic of two numbers, fitted on scores of dialogues that were left out."""

from __future__ import annotations

import numpy as np

from qa_engine.risk.grams import Reals

ROUNDS = 50
RIDGE = 1e-6


def fit_logistic(scores: Reals, at_risk: Reals) -> tuple[float, float]:
    """(slope, offset) of greatest likelihood by Newton's method; Platt's targets keep it finite for few cases."""
    positives = float(at_risk.sum())
    negatives = len(at_risk) - positives
    target = np.where(at_risk > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    x = np.stack([scores, np.ones_like(scores)], axis=1)
    beta = np.zeros(2)
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -50, 50)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(2), x.T @ (target - p))
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    return float(beta[0]), float(beta[1])
