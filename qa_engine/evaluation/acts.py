"""How well the acts of sentences are told: precision and recall of each act on labelled sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_engine.checkers.acts import ACTS, pieces, told_by
from qa_engine.checkers.normal import normalise, without_marks
from qa_engine.domain import Role
from qa_engine.errors import BadInput
from qa_engine.evaluation.lines import numbered
from qa_engine.ports import ActModel

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence or turn with all the acts that it does."""

    role: Role
    text: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one act: how many sentences do it, and how right and complete the telling is."""

    sentences: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_json(self) -> dict[str, float]:
        return {"sentences": self.sentences, "precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of the acts that occur; ``sentences`` is how many were read."""

    sentences: int
    scores: Mapping[str, Score]

    @property
    def macro_f1(self) -> float | None:
        return fmean(score.f1 for score in self.scores.values()) if self.scores else None

    def as_json(self) -> dict[str, Any]:
        acts = {name: score.as_json() for name, score in self.scores.items()}
        return {"sentences": self.sentences, "macro_f1": self.macro_f1, "acts": acts}


def evaluate(data: Path, model: ActModel) -> Report:
    """Tell the acts of every line (the likeliest of its pieces) and hold them against its labels. Raises BadInput."""
    lines = list(read(data))
    does = np.array([[name in line.acts for name in ACTS] for line in lines]).reshape(-1, len(ACTS))
    told = np.array([_told(line, model) for line in lines]).reshape(-1, len(ACTS))
    may = np.array([[told_by(name, line.role) for name in ACTS] for line in lines]).reshape(-1, len(ACTS))
    scores = {name: score(does[may[:, i], i], told[may[:, i], i]) for i, name in enumerate(ACTS) if does[:, i].any()}
    return Report(len(lines), scores)


def score(does: Flags, told: Flags) -> Score:
    right = float((does & told).sum())
    return Score(int(does.sum()), right / max(1, int(told.sum())), right / max(1, int(does.sum())))


def read(data: Path) -> Iterator[Labelled]:
    """Lines with ``role``, ``text`` and ``acts``. Raises BadSetting for the file, BadInput for a line."""
    for number, raw in numbered(data):
        yield _labelled(raw, f"{data.name}:{number}")


def _labelled(raw: str, where: str) -> Labelled:
    mend = 'write {"role": "agent", "text": "...", "acts": ["greet"]}'
    try:
        line = json.loads(raw)
        found = Labelled(Role(line["role"]), str(line["text"]), frozenset(line["acts"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"not a labelled sentence: {error!r}", where=where, mend=mend) from None
    if strange := sorted(found.acts - ACTS.keys()):
        raise BadInput(f"no such act: {', '.join(strange)}", where=where, mend=mend)
    return found


def _told(line: Labelled, model: ActModel) -> Flags:
    text = without_marks(normalise(line.text))
    parts = [text[start:end].strip() for start, end in pieces(text)]
    chances = model.probabilities(parts, line.role)
    return np.asarray((chances >= list(model.least.values())).any(axis=0))
