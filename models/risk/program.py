"""The whole training of the risk model: read, embed, measure on folds left out, calibrate, fit on all, tell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from models.risk.material import Material, Readers, Told, gather
from models.risk.training import calibrated, fit
from models.risk.validation import FOLDS, scores_left_out
from qa_engine.errors import BadInput
from qa_engine.evaluation import ranking
from qa_engine.evaluation.risk import CLEAR, LIKELY
from qa_engine.ports import Embedder, EmotionModel
from qa_engine.risk.calibration import fit_logistic
from qa_engine.risk.grams import Reals
from qa_engine.risk.model import RiskModel

LEAST_CASES = 100


@dataclass(frozen=True, slots=True)
class Trained:
    """The model with what its card says of data, folds and figures."""

    model: RiskModel
    card: dict[str, Any]


def train(
    data: Path,
    embedder: Embedder,
    *,
    label: str,
    threshold: float,
    seed: int,
    repeats: int,
    also: Sequence[Path] = (),
    emotion: EmotionModel | None = None,
    origin: str = "",
    told: Told = lambda what, share: None,
) -> Trained:
    """Raises BadInput for data that cannot teach: too few rated dialogues, or all of one kind.

    ``also`` are more rated dialogues to learn from, of which no figures are told but how well they are ranked.
    ``origin`` goes to the card: where the data come from and under which licence.
    """
    material = gather(data, also, label, Readers(embedder, emotion), told)
    measured = slice(material.measured)
    ratings = np.array([case.rating for case in material.cases])
    truth = ratings <= threshold
    answered = sum(case.windows[-1][1] is not None for case in material.cases)
    if answered < LEAST_CASES or truth.all() or not truth.any():
        mend = f"give at least {LEAST_CASES} in which the customer answers, with ratings on both sides of the threshold"
        raise BadInput(f"{len(truth)} rated dialogues, {int(truth.sum())} at risk", where=str(data), mend=mend)
    runs, after = _left_out(material, threshold, seed, repeats, told)
    told("fit", 0.0)
    model = calibrated(fit(material.cases, threshold), np.concatenate(runs), np.tile(truth, repeats).astype(float))
    figures = [_figures(_chances(scores, truth)[measured], ratings[measured], threshold) for scores in runs]
    card = {
        "label": label,
        "threshold": threshold,
        "seed": seed,
        "origin": origin,
        "data": {"name": data.name, "sha256": hashlib.sha256(data.read_bytes()).hexdigest()},
        "dialogues": material.measured,
        "at_risk": int(truth[measured].sum()),
        "groups": len(set(material.groups[measured])),
        "also": _also(also, material, runs, truth),
        "embedder": embedder.version,
        "emotion": emotion.version if emotion else None,
        "folds": FOLDS,
        "repeats": repeats,
        "left_out": {name: [round(figure[name], 4) for figure in figures] for name in figures[0]},
        "left_out_open": after,
        "alarm": round(model.alarm, 4),
    }
    return Trained(model, card)


def _left_out(
    material: Material, threshold: float, seed: int, repeats: int, told: Told
) -> tuple[list[Reals], dict[str, Any]]:
    """Scores by dialogue of each repeat, and the ranking of unfinished dialogues in the first one, by turns heard."""
    open_: dict[int, list[tuple[float, bool]]] = {}

    def look(model: RiskModel, held: Sequence[int]) -> None:
        for i in (i for i in held if i < material.measured):
            for turns, case in material.unfinished[i].items():
                open_.setdefault(turns, []).append((model.whole(case.windows, case.tone), case.rating <= threshold))

    runs = []
    for repeat in range(repeats):
        seen = look if repeat == 0 else lambda model, held: None
        runs.append(scores_left_out(material.cases, material.groups, threshold, seed + repeat, seen))
        told("folds", (repeat + 1) / repeats)
    return runs, {str(turns): _ranking_json(pairs) for turns, pairs in sorted(open_.items())}


def _also(also: Sequence[Path], material: Material, runs: Sequence[Reals], truth: Any) -> dict[str, Any] | None:
    """What else was learnt from, with the mean AUC when left out; None where there is nothing else."""
    if not also:
        return None
    rest = truth[material.measured :]
    areas = [ranking.auc(scores[material.measured :].tolist(), rest.tolist()) or 0.0 for scores in runs]
    files = [{"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in also]
    return {"data": files, "dialogues": len(rest), "at_risk": int(rest.sum()), "auc": round(fmean(areas), 4)}


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
