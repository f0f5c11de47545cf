"""Keeps a risk model as plain numbers beside a JSON card with their SHA-256; other numbers are never used."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_engine.errors import WeightsMissing
from qa_engine.risk.facts import FIELDS, FIGURES
from qa_engine.risk.model import Figures, Meaning, RiskModel, Words

NUMBERS = "customer_risk.npz"
CARD = "customer_risk.json"
NAME = "customer-risk-zh"
HOME = Path(__file__).resolve().parent
_SCALARS = ("width", "silent", "bias", "slope", "offset", "alarm")
_Arrays = Mapping[str, npt.NDArray[Any]]


@cache
def load(folder: Path = HOME) -> RiskModel:
    """The model of a folder, once a process. Raises WeightsMissing when it is away, changed or of other figures."""
    numbers, card = folder / NUMBERS, folder / CARD
    mend = "install the package again, or make it anew: qa-engine train risk"
    try:
        told, raw = json.loads(card.read_text(encoding="utf-8")), numbers.read_bytes()
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"the risk model cannot be read: {error}", where=str(folder), mend=mend) from error
    if hashlib.sha256(raw).hexdigest() != told.get("sha256"):
        raise WeightsMissing("the risk model's numbers are not those of its card", where=str(numbers), mend=mend)
    if told.get("figures") != list(FIGURES):
        raise WeightsMissing("the risk model was trained on other figures", where=str(card), mend=mend)
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        return _model(arrays, f"{NAME}@{told['sha256'][:12]}")


def card_of(folder: Path = HOME) -> dict[str, Any]:
    """What the training told: data, options, figures."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    return card


def save(model: RiskModel, card: Mapping[str, Any], folder: Path) -> RiskModel:
    """Write numbers and card; returns the model as it will be loaded."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **_arrays(model))
    raw = stream.getvalue()
    told = {**card, "sha256": hashlib.sha256(raw).hexdigest(), "figures": list(FIGURES)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NUMBERS).write_bytes(raw)
    (folder / CARD).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    load.cache_clear()
    return load(folder)


def _arrays(model: RiskModel) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for name, field in model.words.items():
        arrays |= {
            f"{name}_keys": field.keys,
            f"{name}_scale": field.scale.astype(np.float16),
            f"{name}_weight": field.weight.astype(np.float16),
        }
    for name, part in (("figures", model.figures), ("meaning", model.meaning)):
        arrays |= {f"{name}_support": part.support.astype(np.float16), f"{name}_weight": part.weight.astype(np.float32)}
    arrays |= {"mean": model.figures.mean, "spread": model.figures.spread, "centre": model.meaning.centre}
    scalars = (model.figures.width, model.meaning.silent, model.bias, model.slope, model.offset, model.alarm)
    return arrays | {"scalars": np.array(scalars)}


def _model(arrays: _Arrays, version: str) -> RiskModel:
    scalar = dict(zip(_SCALARS, (float(x) for x in arrays["scalars"]), strict=True))
    single = {name: arrays[name].astype(np.float32) for name in ("figures_support", "meaning_support")}
    return RiskModel(
        words={name: _words(arrays, name) for name in FIELDS},
        figures=Figures(
            arrays["mean"], arrays["spread"], single["figures_support"], arrays["figures_weight"], scalar["width"]
        ),
        meaning=Meaning(arrays["centre"], single["meaning_support"], arrays["meaning_weight"], scalar["silent"]),
        bias=scalar["bias"],
        slope=scalar["slope"],
        offset=scalar["offset"],
        alarm=scalar["alarm"],
        version=version,
    )


def _words(arrays: _Arrays, name: str) -> Words:
    scale, weight = (arrays[f"{name}_{part}"].astype(np.float32) for part in ("scale", "weight"))
    return Words(arrays[f"{name}_keys"], scale, weight)
