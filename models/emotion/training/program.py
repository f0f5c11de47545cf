"""The whole training of the emotion model: read, tokenize, learn, calibrate, quantise, measure what ships, tell."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from models.emotion import store
from models.emotion.data import read_labelled
from models.emotion.labels import LABELS
from models.emotion.training.encoder import read
from models.emotion.training.export import as_onnx
from models.emotion.training.loop import Options, Told, best_device, learn, logits_of
from models.emotion.training.network import Classifier
from models.emotion.training.texts import Example, Floats, held_back, target_of
from qa_engine.errors import BadInput

LAYERS = 6
LONGEST = 64
SERVICE = (store.HOME / "service_zh.tsv", store.HOME / "service_en.tsv")
SERVICE_WEIGHT = 3.0
"""Our own sentences are few and of the very trade, so each counts as several."""
EVERYDAY = store.HOME / "everyday_zh.tsv"
FINISH = Options(passes=2, rate=5e-5, head_rate=3e-4)
FINISH_COPIES = 3
FINISH_SAMPLE = 8_000
"""At the end all our own sentences, each several times, among so many of the others, at a low rate."""
LEAST_TEXTS = 1000
_TEMPERATURES = np.geomspace(0.5, 3.0, 61)


@dataclass(frozen=True, slots=True)
class Trained:
    """The network as it ships, its tokenizer, and what its card says of data and run."""

    network: bytes
    tokenizer: str
    card: dict[str, Any]


def train(
    data: Sequence[Path],
    encoder: Path,
    tokenizer: str,
    *,
    options: Options,
    origin: str = "",
    work: Path | None = None,
    told: Told = lambda what, share: None,
) -> Trained:
    """Raises BadInput for data that cannot teach.

    ``work`` keeps checkpoints, from which the same run goes on; ``origin`` goes to the card: whose data, what licence.
    """
    learnt, held = _examples(
        [*((path, 1.0) for path in data), *((path, SERVICE_WEIGHT) for path in SERVICE)], tokenizer
    )
    own, own_held = _examples([(path, 1.0) for path in (*SERVICE, EVERYDAY)], tokenizer)
    counts = Counter(LABELS[int(np.argmax(example.target))] for example in learnt + own)
    if len(learnt) < LEAST_TEXTS or len(counts) < len(LABELS):
        mend = f"give at least {LEAST_TEXTS} texts with all of " + ", ".join(LABELS)
        raise BadInput(f"{len(learnt)} texts of {len(counts)} labels", where=", ".join(map(str, data)), mend=mend)
    run = {
        "data": [{"name": path.name, "sha256": store.sha256_of(path.read_bytes())} for path in (*data, *SERVICE)],
        "encoder_sha256": _file_sha256(encoder),
        "layers": LAYERS,
        "longest": LONGEST,
        "options": asdict(options),
    }
    model = _untrained(encoder, tokenizer, options)
    name = _name_of(run, tokenizer)
    learn(model, learnt, options, work and work / f"emotion-{name}.pt", told)
    dice = random.Random(options.seed)  # noqa: S311 - deals texts, keeps no secret
    others = dice.sample(learnt, min(FINISH_SAMPLE, len(learnt)))
    learn(model, others + own * FINISH_COPIES, FINISH, work and work / f"emotion-{name}-finish.pt", told)
    held += own_held
    temperature = fitted_temperature(logits_of(model, held), np.array([example.target for example in held]))
    card = {
        "origin": origin,
        **run,
        "everyday_sha256": store.sha256_of(EVERYDAY.read_bytes()),
        "finish": {**asdict(FINISH), "copies": FINISH_COPIES, "sample": FINISH_SAMPLE},
        "pieces": len(json.loads(tokenizer)["model"]["vocab"]),
        "texts": len(learnt) + len(own),
        "held_back": len(held),
        "texts_by_label": {label: counts[label] for label in LABELS},
        "device": best_device(),
        "temperature": round(temperature, 3),
    }
    return Trained(as_onnx(model, temperature), tokenizer, card)


def fitted_temperature(logits: Floats, target: Floats) -> float:
    """The divisor of logits under which the held-back labels are likeliest."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        grown = scaled - scaled.max(axis=1, keepdims=True)
        return -float((target * (grown - np.log(np.exp(grown).sum(axis=1, keepdims=True)))).sum())

    return float(min(_TEMPERATURES, key=loss))


def _examples(files: Sequence[tuple[Path, float]], tokenizer: str) -> tuple[list[Example], list[Example]]:
    """What is learnt from and what is held back to calibrate on, of files and how much their texts count."""
    pieces = Tokenizer.from_str(tokenizer)
    pieces.enable_truncation(LONGEST)
    learnt: list[Example] = []
    held: list[Example] = []
    for path, weight in files:
        for row in read_labelled(path):
            example = Example(tuple(pieces.encode(row.text).ids), target_of(row), weight)
            (held if held_back(row) else learnt).append(example)
    return learnt, held


def _untrained(encoder: Path, tokenizer: str, options: Options) -> Classifier:
    base = read(encoder)
    rows = base.rows_of([piece for piece, _score in json.loads(tokenizer)["model"]["vocab"]])
    torch.manual_seed(options.seed)
    return Classifier(base, rows, layers=LAYERS, longest=LONGEST, labels=len(LABELS))


def _name_of(run: dict[str, Any], tokenizer: str) -> str:
    """Tells runs apart: another file, option or tokenizer is another run."""
    return store.sha256_of((json.dumps(run, sort_keys=True) + tokenizer).encode())[:12]


def _file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
