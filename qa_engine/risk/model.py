"""The arithmetic of a trained model: words are weighed, figures and meaning compared with what was learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa_engine.ports import Floats
from qa_engine.risk.facts import Facts
from qa_engine.risk.grams import Keys, Reals

Array = npt.NDArray[np.floating]
LIMIT = 4.0
"""Standard deviations at which a figure is cut: one odd message must not decide."""
NOW = 0.5
"""Weight of the last window beside the mean of all; a dialogue of one window is that window."""


@dataclass(frozen=True, slots=True)
class Words:
    """One field: sorted hashes with the scale of each and its weight in the scaled vector of length 1."""

    keys: Keys
    scale: Array
    weight: Array

    def score(self, found: tuple[Keys, Reals]) -> float:
        keys, counts = found
        if not len(keys) or not len(self.keys):
            return 0.0
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[at] == keys
        x = counts[known] * self.scale[at[known]]
        length = float(np.sqrt(x @ x))
        return float(x @ self.weight[at[known]]) / length if length else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Nearness exp(-width * mean squared difference) to each of ``support`` (rows in standard deviations)."""

    mean: Array
    spread: Array
    support: Array
    weight: Array
    width: float

    def standard(self, figures: Reals) -> Reals:
        return np.asarray(np.clip((figures - self.mean) / self.spread, -LIMIT, LIMIT), np.float64)

    def score(self, figures: Reals) -> float:
        gaps = self.support - self.standard(figures)
        return float(np.exp(-self.width * np.einsum("ij,ij->i", gaps, gaps) / gaps.shape[1]) @ self.weight)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Nearness exp(cosine - 1) of centred embeddings; ``silent`` sums the weights of dialogues without one."""

    centre: Array
    support: Array
    weight: Array
    silent: float

    def standard(self, vector: Floats | None) -> Reals:
        """Centred, of length 1; zeros where nothing was said."""
        if vector is None:
            return np.zeros(len(self.centre))
        gap = np.asarray(vector - self.centre, np.float64)
        length = float(np.linalg.norm(gap))
        return gap / length if length else gap

    def score(self, vector: Floats | None) -> float:
        near = np.exp(self.support @ self.standard(vector) - 1)
        return float(near @ self.weight) + math.exp(-1) * self.silent


@dataclass(frozen=True, slots=True)
class Tone:
    """``weight`` is added for each standard deviation by which the customer sounds worse than usual."""

    mean: float = 0.0
    spread: float = 1.0
    weight: float = 0.0

    def score(self, tone: float | None) -> float:
        """Nothing is added where no emotion model read the words."""
        return 0.0 if tone is None else self.weight * (tone - self.mean) / self.spread


@dataclass(frozen=True, slots=True)
class RiskModel:
    """All trained numbers. The probability is the logistic of ``slope`` * score + ``offset``, learnt on folds left out.

    ``alarm`` is the probability at which half of the dissatisfied were found on the material learnt from (folds left
    out); ``version`` is its name with the start of its SHA-256.
    """

    words: Mapping[str, Words]
    figures: Figures
    meaning: Meaning
    bias: float
    tone: Tone = Tone()
    slope: float = 1.0
    offset: float = 0.0
    alarm: float = 0.5
    version: str = "untrained"

    def score(self, facts: Facts, vector: Floats | None) -> float:
        """Of one window, higher is riskier; ``vector`` embeds ``facts.meaning``, None where that is empty."""
        words = sum(field.score(facts.words[name]) for name, field in self.words.items())
        return self.bias + words + self.figures.score(facts.figures) + self.meaning.score(vector)

    def whole(self, windows: Sequence[tuple[Facts, Floats | None]], tone: float | None) -> float:
        """Of a dialogue: its windows, oldest first, each with its vector, and its tone (tone.py)."""
        scores = [self.score(facts, vector) for facts, vector in windows]
        return sum(share * score for share, score in zip(shares(len(scores)), scores, strict=True)) + self.tone.score(
            tone
        )

    def log_odds(self, score: float) -> float:
        return max(-50.0, min(50.0, self.slope * score + self.offset))

    def probability(self, score: float) -> float:
        return chance(self.log_odds(score))


def shares(windows: int) -> tuple[float, ...]:
    """How much each window counts, oldest first; together 1."""
    each = (1 - NOW) / windows
    return (*[each] * (windows - 1), each + NOW)


def chance(log_odds: float) -> float:
    """Probability 0..1 of log-odds."""
    return 1 / (1 + math.exp(-log_odds))
