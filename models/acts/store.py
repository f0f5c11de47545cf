"""Keeps the act model as plain numbers beside a JSON card with their SHA-256; other numbers are never used."""

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

from models.acts.model import LinearActs, Weights
from qa_engine.checkers.acts import ACTS
from qa_engine.errors import WeightsMissing

NUMBERS = "dialogue_acts.npz"
CARD = "dialogue_acts.json"
NAME = "dialogue-acts"
HOME = Path(__file__).resolve().parent
_PER_ACT = ("bias", "slope", "offset", "least")
_STEPS = 127


@cache
def load(folder: Path = HOME) -> LinearActs:
    """The model of a folder, once a process. Raises WeightsMissing when it is away, changed or of other acts."""
    numbers, card = folder / NUMBERS, folder / CARD
    mend = "install the package again, or make it anew: qa-engine train acts"
    try:
        told, raw = json.loads(card.read_text(encoding="utf-8")), numbers.read_bytes()
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"the act model cannot be read: {error}", where=str(folder), mend=mend) from error
    if hashlib.sha256(raw).hexdigest() != told.get("sha256"):
        raise WeightsMissing("the act model's numbers are not those of its card", where=str(numbers), mend=mend)
    if told.get("names") != list(ACTS):
        raise WeightsMissing("the act model was trained on other acts", where=str(card), mend=mend)
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        return LinearActs(_weights(arrays), f"{NAME}@{told['sha256'][:12]}")


def card_of(folder: Path = HOME) -> dict[str, Any]:
    """What the training told: data, options, figures."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    return card


def save(weights: Weights, card: Mapping[str, Any], folder: Path) -> LinearActs:
    """Write numbers and card; returns the model as it will be loaded: weights in 255 steps an act."""
    step = np.abs(weights.weight).max(axis=0) / _STEPS
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        keys=weights.keys,
        rarity=weights.rarity.astype(np.float16),
        weight=np.rint(weights.weight / np.maximum(step, 1e-9)).astype(np.int8),
        step=step.astype(np.float32),
        unseen=np.float32(weights.unseen),
        **{name: getattr(weights, name) for name in _PER_ACT},
    )
    raw = stream.getvalue()
    told = {**card, "sha256": hashlib.sha256(raw).hexdigest(), "names": list(ACTS)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NUMBERS).write_bytes(raw)
    (folder / CARD).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    load.cache_clear()
    return load(folder)


def _weights(arrays: Mapping[str, npt.NDArray[Any]]) -> Weights:
    return Weights(
        keys=arrays["keys"],
        rarity=arrays["rarity"].astype(np.float32),
        weight=arrays["weight"] * arrays["step"],
        unseen=float(arrays["unseen"]),
        **{name: arrays[name] for name in _PER_ACT},
    )
