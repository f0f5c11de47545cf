"""The arithmetic of the act model: every run of characters that was learnt has a weight for every act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.acts.grams import Keys, Owners, grams
from qa_engine.checkers.acts import ACTS, told_by
from qa_engine.domain import Role
from qa_engine.ports import Floats

_BATCH = 256
_MEMORY = 50_000
"""Set phrases repeat; 50,000 rows of 40 floats are 8 MB."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``keys`` rise; of each its ``rarity`` and a row of ``weight`` (keys, acts); ``unseen`` is the rarity of others.

    A score is ``bias`` + the weighed runs over the length of their rarities; its logistic with ``slope`` and
    ``offset``, learnt on sentences left out, is the probability. ``least`` tells an act from its probability.
    """

    keys: Keys
    rarity: Floats
    weight: Floats
    unseen: float
    bias: Floats
    slope: Floats
    offset: Floats
    least: Floats

    def scores(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), acts); every text has at least its start and its end."""
        keys, owners = grams(texts)
        at, known = self.find(keys)
        rarity = np.where(known, self.rarity[at], self.unseen)
        squares = np.bincount(owners, rarity * rarity, len(texts))
        rows = self.weight[at] * (rarity * known)[:, None]
        sums = np.add.reduceat(rows, _firsts(owners, len(texts)))
        return np.asarray(sums / np.sqrt(squares)[:, None] + self.bias, np.float32)

    def find(self, keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where each key stands, and whether it was learnt."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return at, self.keys[at] == keys


def _firsts(owners: Owners, count: int) -> npt.NDArray[np.intp]:
    return np.searchsorted(owners, np.arange(count))


class LinearActs:
    """ports.ActModel: exact sentences are told once. Safe to share between threads."""

    def __init__(self, weights: Weights, version: str) -> None:
        self.weights = weights
        self.version = version
        self.least = dict(zip(ACTS, map(float, weights.least), strict=True))
        self._masks = {role: np.array([told_by(name, role) for name in ACTS]) for role in Role}
        self._known: dict[tuple[Role, str], Floats] = {}

    def probabilities(self, texts: Sequence[str], role: Role) -> Floats:
        """float32 (len(texts), acts); 0 for the acts that are not that side's."""
        if not texts:
            return np.zeros((0, len(ACTS)), np.float32)
        found = {text: self._known.get((role, text)) for text in texts}
        fresh = [text for text, row in found.items() if row is None]
        for start in range(0, len(fresh), _BATCH):
            part = fresh[start : start + _BATCH]
            found.update(zip(part, self._told(part, role), strict=True))
        self._keep({(role, text): row for text in fresh if (row := found[text]) is not None})
        return np.stack([row for text in texts if (row := found[text]) is not None])

    def _told(self, texts: Sequence[str], role: Role) -> Floats:
        w = self.weights
        chances = 1 / (1 + np.exp(-(w.slope * w.scores(texts) + w.offset)))
        return np.asarray(chances * self._masks[role], np.float32)

    def _keep(self, fresh: dict[tuple[Role, str], Floats]) -> None:
        if len(self._known) + len(fresh) > _MEMORY:
            self._known = {}
        self._known.update(fresh)
