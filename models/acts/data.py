"""Sentences with the acts they do: tab-separated lines of side, acts and sentence, written for this model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.acts.grams import grams
from qa_engine.checkers.acts import ACTS, told_by
from qa_engine.domain import Role
from qa_engine.errors import BadInput

HOME = Path(__file__).resolve().parent / "data"
NONE = "-"
"""Written for a sentence that does none of the acts."""
ALIKE = 0.5
"""Share of common runs of characters from which two sentences are near copies."""


@dataclass(frozen=True, slots=True)
class Sentence:
    role: Role
    acts: frozenset[str]
    text: str


def read(files: Sequence[Path]) -> list[Sentence]:
    """All sentences of the files. Raises BadInput that names the line."""
    return [sentence for file in files for sentence in _of(file)]


def files_of(folder: Path = HOME) -> list[Path]:
    return sorted(folder.glob("*.tsv"))


def _of(file: Path) -> Iterator[Sentence]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            yield _sentence(line, f"{file.name}:{number}")


def _sentence(line: str, where: str) -> Sentence:
    mend = "write side, acts with commas between (or -), and the sentence, with tabs between"
    try:
        side, named, text = line.split("\t")
        role = Role(side)
    except ValueError as error:
        raise BadInput(f"not a sentence with its acts: {error}", where=where, mend=mend) from None
    acts = frozenset(() if named == NONE else named.split(","))
    if strange := sorted(act for act in acts if act not in ACTS or not told_by(act, role)):
        raise BadInput(f"no act of the {side}: {', '.join(strange)}", where=where, mend=mend)
    return Sentence(role, acts, text)


def groups(sentences: Sequence[Sentence]) -> npt.NDArray[np.int32]:
    """The group of each sentence: near copies, and copies of those, share one, so that folds cannot tell tales."""
    keys, owners = grams([sentence.text for sentence in sentences])
    columns = np.unique(keys, return_inverse=True)[1]
    rows = sparse.csr_matrix((np.ones(len(keys), np.float32), (owners, columns)))
    rows.data[:] = 1
    common = (rows @ rows.T).tocoo()
    sizes = np.asarray(rows.sum(axis=1)).ravel()
    alike = common.data / (sizes[common.row] + sizes[common.col] - common.data) >= ALIKE
    edges = (np.ones(int(alike.sum())), (common.row[alike], common.col[alike]))
    return np.asarray(connected_components(sparse.coo_matrix(edges, common.shape), directed=False)[1])
