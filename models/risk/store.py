"""Keeps a risk model as plain numbers beside their card."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from models.numbers import Arrays, Shelf
from qa_engine.risk.facts import FIELDS, FIGURES
from qa_engine.risk.model import Figures, Meaning, RiskModel, Tone, Words

HOME = Path(__file__).resolve().parent
SHELF = Shelf(
    model="risk",
    name="customer-risk-zh",
    numbers="customer_risk.npz",
    card="customer_risk.json",
    key="figures",
    of="figures",
    names=tuple(FIGURES),
    mend="install the package again, or make it anew: qa-engine train risk",
)
_SCALARS = ("width", "silent", "bias", "tone_mean", "tone_spread", "tone_weight", "slope", "offset", "alarm")


@cache
def load(folder: Path = HOME) -> RiskModel:
    """The model of a folder, once a process. Raises WeightsMissing when it is away, changed or of other figures."""
    return _model(*SHELF.load(folder))


def save(model: RiskModel, card: Mapping[str, Any], folder: Path) -> RiskModel:
    """Write numbers and card; returns the model as it will be loaded."""
    SHELF.save(_arrays(model), card, folder)
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
    tone = (model.tone.mean, model.tone.spread, model.tone.weight)
    told = (model.slope, model.offset, model.alarm)
    scalars = (model.figures.width, model.meaning.silent, model.bias, *tone, *told)
    return arrays | {"scalars": np.array(scalars)}


def _model(arrays: Arrays, version: str) -> RiskModel:
    scalar = dict(zip(_SCALARS, (float(x) for x in arrays["scalars"]), strict=True))
    single = {name: arrays[name].astype(np.float32) for name in ("figures_support", "meaning_support")}
    return RiskModel(
        words={name: _words(arrays, name) for name in FIELDS},
        figures=Figures(
            arrays["mean"], arrays["spread"], single["figures_support"], arrays["figures_weight"], scalar["width"]
        ),
        meaning=Meaning(arrays["centre"], single["meaning_support"], arrays["meaning_weight"], scalar["silent"]),
        bias=scalar["bias"],
        tone=Tone(scalar["tone_mean"], scalar["tone_spread"], scalar["tone_weight"]),
        slope=scalar["slope"],
        offset=scalar["offset"],
        alarm=scalar["alarm"],
        version=version,
    )


def _words(arrays: Arrays, name: str) -> Words:
    scale, weight = (arrays[f"{name}_{part}"].astype(np.float32) for part in ("scale", "weight"))
    return Words(arrays[f"{name}_keys"], scale, weight)
