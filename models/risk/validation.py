"""How well training does on dialogues left out: folds dealt by rating, near copies kept together, all steps inside."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np

from models.risk.training import Case, fit
from qa_engine.risk.grams import Reals
from qa_engine.risk.model import RiskModel

FOLDS = 5


def scores_left_out(
    cases: Sequence[Case],
    groups: Sequence[str],
    threshold: float,
    seed: int,
    seen: Callable[[RiskModel, Sequence[int]], None] = lambda model, held: None,
) -> Reals:
    """The score of every case by a model that saw none of its group; ``seen`` gets each model with those left out."""
    fold = deal(groups, [case.rating for case in cases], seed)
    scores = np.zeros(len(cases))
    for number in range(FOLDS):
        held = [i for i, f in enumerate(fold) if f == number]
        model = fit([case for case, f in zip(cases, fold, strict=True) if f != number], threshold)
        for i in held:
            scores[i] = model.whole(cases[i].windows, cases[i].tone)
        seen(model, held)
    return scores


def deal(groups: Sequence[str], ratings: Sequence[float], seed: int) -> list[int]:
    """The fold of each case: groups whole, shuffled, then dealt in order of rating so that folds are alike."""
    rating: dict[str, float] = {}
    for group, value in zip(groups, ratings, strict=True):
        rating.setdefault(group, value)
    names = sorted(rating)
    random.Random(seed).shuffle(names)  # noqa: S311 - no secret
    names.sort(key=lambda name: round(2 * rating[name]))
    fold = {name: number % FOLDS for number, name in zip(count(), names, strict=False)}
    return [fold[group] for group in groups]
