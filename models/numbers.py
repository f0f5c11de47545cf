"""Plain numbers beside a JSON card that tells their SHA-256; numbers of another card are never used."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_engine.errors import WeightsMissing

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a model's numbers and card lie in a folder, and what the card must tell for them to fit this program.

    ``key`` is the card's entry that names what the numbers are of, ``names`` what stands there, and ``of`` the word
    for them in errors.
    """

    model: str
    name: str
    numbers: str
    card: str
    key: str
    of: str
    names: tuple[str, ...]
    mend: str

    def load(self, folder: Path) -> tuple[dict[str, npt.NDArray[Any]], str]:
        """The arrays and the version. Raises WeightsMissing when they are away, changed or of other names."""
        numbers, card = folder / self.numbers, folder / self.card
        try:
            told, raw = self.card_of(folder), numbers.read_bytes()
        except (OSError, ValueError) as error:
            raise self._missing(f"the {self.model} model cannot be read: {error}", folder) from error
        if _sha256(raw) != told.get("sha256"):
            raise self._missing(f"the {self.model} model's numbers are not those of its card", numbers)
        if told.get(self.key) != list(self.names):
            raise self._missing(f"the {self.model} model was trained on other {self.of}", card)
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return dict(arrays), f"{self.name}@{told['sha256'][:12]}"

    def save(self, arrays: Mapping[str, Any], card: Mapping[str, Any], folder: Path) -> None:
        """Write the arrays, compressed, and the card with their SHA-256."""
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)
        told = {**card, "sha256": _sha256(stream.getvalue()), self.key: list(self.names)}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.numbers).write_bytes(stream.getvalue())
        (folder / self.card).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def card_of(self, folder: Path) -> dict[str, Any]:
        """What the training told: data, options, figures."""
        card: dict[str, Any] = json.loads((folder / self.card).read_text(encoding="utf-8"))
        return card

    def size(self, folder: Path) -> int:
        """Bytes of the numbers."""
        return (folder / self.numbers).stat().st_size

    def _missing(self, what: str, where: Path) -> WeightsMissing:
        return WeightsMissing(what, where=str(where), mend=self.mend)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
