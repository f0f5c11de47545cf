"""Labelled texts as ids and targets, dealt to batches of texts of like length."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.emotion.data import Labelled
from models.emotion.labels import LABELS

POOL = 40
"""Batches that are sorted by length together: enough to fill them evenly, few enough to stay mixed."""
HELD_BACK = 20
"""One group in so many is held back from learning, to calibrate on."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """Ids of one text's pieces, the share of each label, and how much it counts."""

    ids: tuple[int, ...]
    target: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Ids and mask (texts, pieces), targets (texts, labels), weights (texts,)."""

    ids: npt.NDArray[np.int64]
    mask: npt.NDArray[np.int64]
    target: Floats
    weight: Floats


def target_of(labelled: Labelled) -> tuple[float, ...]:
    """Equal shares to all labels told."""
    return tuple((label in labelled.labels) / len(labelled.labels) for label in LABELS)


def held_back(labelled: Labelled) -> bool:
    """By a hash of the group, so that the same texts are held back in every run and on every machine."""
    return int(hashlib.sha256(labelled.group.encode()).hexdigest()[:8], 16) % HELD_BACK == 0


def batches(examples: Sequence[Example], size: int, dice: random.Random | None = None) -> Iterator[Batch]:
    """All examples once; mixed by ``dice``, in their own order without."""
    order = list(range(len(examples)))
    if dice is None:
        yield from (stacked([examples[i] for i in order[at : at + size]]) for at in range(0, len(order), size))
        return
    dice.shuffle(order)
    dealt = []
    for at in range(0, len(order), POOL * size):
        pool = sorted(order[at : at + POOL * size], key=lambda i: len(examples[i].ids))
        dealt += [pool[k : k + size] for k in range(0, len(pool), size)]
    dice.shuffle(dealt)
    yield from (stacked([examples[i] for i in batch]) for batch in dealt)


def stacked(examples: Sequence[Example]) -> Batch:
    longest = max(len(example.ids) for example in examples)
    ids = np.ones((len(examples), longest), np.int64)
    mask = np.zeros_like(ids)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
    target = np.array([example.target for example in examples], np.float32)
    return Batch(ids, mask, target, np.array([example.weight for example in examples], np.float32))
