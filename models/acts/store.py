"""Keeps the act model as plain numbers beside their card."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from models.acts.model import LinearActs, Weights
from models.numbers import Arrays, Shelf
from qa_engine.checkers.acts import ACTS

HOME = Path(__file__).resolve().parent
SHELF = Shelf(
    model="act",
    name="dialogue-acts",
    numbers="dialogue_acts.npz",
    card="dialogue_acts.json",
    key="names",
    of="acts",
    names=tuple(ACTS),
    mend="install the package again, or make it anew: qa-engine train acts",
)
_PER_ACT = ("bias", "slope", "offset", "least")
_STEPS = 127


@cache
def load(folder: Path = HOME) -> LinearActs:
    """The model of a folder, once a process. Raises WeightsMissing when it is away, changed or of other acts."""
    arrays, version = SHELF.load(folder)
    return LinearActs(_weights(arrays), version)


def save(weights: Weights, card: Mapping[str, Any], folder: Path) -> LinearActs:
    """Write numbers and card; returns the model as it will be loaded: weights in 255 steps an act."""
    step = np.abs(weights.weight).max(axis=0) / _STEPS
    arrays = {
        "keys": weights.keys,
        "rarity": weights.rarity.astype(np.float16),
        "weight": np.rint(weights.weight / np.maximum(step, 1e-9)).astype(np.int8),
        "step": step.astype(np.float32),
        "unseen": np.float32(weights.unseen),
        **{name: getattr(weights, name) for name in _PER_ACT},
    }
    SHELF.save(arrays, card, folder)
    load.cache_clear()
    return load(folder)


def _weights(arrays: Arrays) -> Weights:
    return Weights(
        keys=arrays["keys"],
        rarity=arrays["rarity"].astype(np.float32),
        weight=arrays["weight"] * arrays["step"],
        unseen=float(arrays["unseen"]),
        **{name: arrays[name] for name in _PER_ACT},
    )
