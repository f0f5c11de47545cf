"""Keeps our own emotion model: an ONNX file, its tokenizer, and a card with their SHA-256; others are never used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.emotion.labels import LABELS
from qa_engine.errors import WeightsMissing

NETWORK = "emotion.onnx"
TOKENIZER = "tokenizer.json"
CARD = "emotion.json"
NAME = "text-emotion-zh-en"
HOME = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Kept:
    """The model's bytes as its card tells them; ``longest`` is in pieces."""

    network: bytes
    tokenizer: str
    longest: int
    version: str


def load(folder: Path = HOME) -> Kept:
    """The model of a folder. Raises WeightsMissing when it is away, changed, or of other labels."""
    mend = "install the package again, or make it anew: qa-engine train emotion"
    try:
        told = card_of(folder)
        network, tokenizer = ((folder / name).read_bytes() for name in (NETWORK, TOKENIZER))
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"the emotion model cannot be read: {error}", where=str(folder), mend=mend) from error
    if told.get("sha256") != sha256_of(network) or told.get("tokenizer_sha256") != sha256_of(tokenizer):
        raise WeightsMissing("the emotion model is not that of its card", where=str(folder), mend=mend)
    if told.get("labels") != list(LABELS):
        raise WeightsMissing("the emotion model was trained on other labels", where=str(folder), mend=mend)
    return Kept(network, tokenizer.decode("utf-8"), int(told["longest"]), version_of(told))


def card_of(folder: Path = HOME) -> dict[str, Any]:
    """What the training told: data, options, figures."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    return card


def version_of(card: Mapping[str, Any]) -> str:
    return f"{NAME}@{card['sha256'][:12]}"


def save(network: bytes, tokenizer: str, card: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write model and card; returns the card as written."""
    told = {
        **card,
        "labels": list(LABELS),
        "bytes": len(network),
        "sha256": sha256_of(network),
        "tokenizer_sha256": sha256_of(tokenizer.encode("utf-8")),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NETWORK).write_bytes(network)
    (folder / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    (folder / CARD).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return told


def sha256_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
