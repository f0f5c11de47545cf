"""The whole training of the risk model: read, embed, measure on folds left out, calibrate, fit on all, tell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.risk.training import Case, calibrated, fit
from models.risk.validation import FOLDS, scores_left_out
from qa_engine.errors import BadInput
from qa_engine.evaluation import ranking
from qa_engine.evaluation.risk import CLEAR, LIKELY, Dialogue, read_dialogues
from qa_engine.ports import Embedder
from qa_engine.risk.calibration import fit_logistic
from qa_engine.risk.dialogue import dialogue_of, plain
from qa_engine.risk.facts import facts_of
from qa_engine.risk.grams import Reals
from qa_engine.risk.model import RiskModel

LEAST_CASES = 100
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """The model with what its card says of data, folds and figures."""

    model: RiskModel
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Material:
    """Whole cases with the group each belongs to (near copies share one), and each case's unfinished states."""

    cases: list[Case]
    groups: list[str]
    unfinished: list[dict[int, Case]]


def train(
    data: Path,
    embedder: Embedder,
    *,
    label: str,
    threshold: float,
    seed: int,
    repeats: int,
    origin: str = "",
    told: Told = lambda what, share: None,
) -> Trained:
    """Raises BadInput for data that cannot teach: too few rated dialogues, or all of one kind.

    ``origin`` goes to the card: where the data come from and under which licence.
    """
    dialogues = [d for d in read_dialogues(data, label) if d.rating is not None]
    material = _material(dialogues, embedder, told)
    truth = np.array([case.rating <= threshold for case in material.cases])
    answered = sum(case.vector is not None for case in material.cases)
    if answered < LEAST_CASES or truth.all() or not truth.any():
        mend = f"give at least {LEAST_CASES} in which the customer answers, with ratings on both sides of the threshold"
        raise BadInput(f"{len(truth)} rated dialogues, {int(truth.sum())} at risk", where=str(data), mend=mend)
    runs, after = _left_out(material, threshold, seed, repeats, told)
    told("fit", 0.0)
    model = calibrated(fit(material.cases, threshold), np.concatenate(runs), np.tile(truth, repeats).astype(float))
    ratings = np.array([case.rating for case in material.cases])
    figures = [_figures(_chances(scores, truth), ratings, threshold) for scores in runs]
    card = {
        "label": label,
        "threshold": threshold,
        "seed": seed,
        "origin": origin,
        "data": {"name": data.name, "sha256": hashlib.sha256(data.read_bytes()).hexdigest()},
        "dialogues": len(truth),
        "at_risk": int(truth.sum()),
        "groups": len(set(material.groups)),
        "embedder": embedder.version,
        "folds": FOLDS,
        "repeats": repeats,
        "left_out": {name: [round(figure[name], 4) for figure in figures] for name in figures[0]},
        "left_out_open": after,
        "alarm": round(model.alarm, 4),
    }
    return Trained(model, card)


def _material(dialogues: Sequence[Dialogue], embedder: Embedder, told: Told) -> _Material:
    cases, groups, unfinished = [], [], []
    for done, dialogue in enumerate(dialogues, 1):
        states: dict[int, Case] = {}
        turns = dialogue.transcript.turns
        for end in range(1, len(turns) + 1):
            looked = dialogue_of(replace(dialogue.transcript, turns=turns[:end]))
            if looked is None:
                continue
            facts = facts_of(looked)
            vector = embedder.embed([facts.meaning])[0] if facts.meaning else None
            states[end] = Case(facts, vector, float(dialogue.rating or 0.0))
            if end == len(turns):
                groups.append(plain(looked.customer[0]))
                cases.append(states.pop(end))
                unfinished.append(states)
        told("embed", done / len(dialogues))
    return _Material(cases, groups, unfinished)


def _left_out(
    material: _Material, threshold: float, seed: int, repeats: int, told: Told
) -> tuple[list[Reals], dict[str, Any]]:
    """Scores by dialogue of each repeat, and the ranking of unfinished dialogues in the first one, by turns heard."""
    open_: dict[int, list[tuple[float, bool]]] = {}

    def look(model: RiskModel, held: Sequence[int]) -> None:
        for i in held:
            for turns, case in material.unfinished[i].items():
                open_.setdefault(turns, []).append((model.score(case.facts, case.vector), case.rating <= threshold))

    runs = []
    for repeat in range(repeats):
        seen = look if repeat == 0 else lambda model, held: None
        runs.append(scores_left_out(material.cases, material.groups, threshold, seed + repeat, seen))
        told("folds", (repeat + 1) / repeats)
    return runs, {str(turns): _ranking_json(pairs) for turns, pairs in sorted(open_.items())}


def _ranking_json(pairs: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    area = ranking.auc(*zip(*pairs, strict=True))
    return {"dialogues": len(pairs), "auc": None if area is None else round(area, 4)}


def _chances(scores: Reals, truth: Any) -> Reals:
    """Probabilities whose calibration saw none of the dialogues it is used on: halves calibrate each other."""
    chances = np.zeros(len(scores))
    odd = np.arange(len(scores)) % 2 == 1
    for half in (odd, ~odd):
        slope, offset = fit_logistic(scores[~half], truth[~half].astype(float))
        chances[half] = 1 / (1 + np.exp(-(slope * scores[half] + offset)))
    return chances


def _figures(chances: Reals, ratings: Reals, threshold: float) -> dict[str, float]:
    truth = ratings <= threshold
    right = (chances >= LIKELY) == truth
    known = chances.tolist(), truth.tolist()
    return {
        "auc": ranking.auc(*known) or 0.0,
        "ap": ranking.average_precision(*known) or 0.0,
        "precision_at_recall_50": ranking.precision_at_recall(*known, 0.5) or 0.0,
        "accuracy": float(right.mean()),
        "accuracy_clear": float(right[np.abs(ratings - threshold) >= CLEAR].mean()),
        "brier": float(((chances - truth) ** 2).mean()),
    }
