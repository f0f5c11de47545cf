"""Many dossiers as one compact thing that can be kept: packed small, and read again without loss for judging."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable

from qa_engine.domain import Dossier
from qa_engine.domain.codec import dump, load
from qa_engine.errors import BadInput

VERSION = 0
"""Of the packed form. What was packed by another version is refused: pack the dossiers again."""


class Batch:
    """Dossiers in the order given; best of 1,000 to 4,096 at once."""

    def __init__(self, dossiers: tuple[Dossier, ...]) -> None:
        self._dossiers = dossiers

    @classmethod
    def of(cls, dossiers: Iterable[Dossier]) -> Batch:
        return cls(tuple(dossiers))

    def __len__(self) -> int:
        return len(self._dossiers)

    @property
    def ids(self) -> tuple[str, ...]:
        """The interactions' ids."""
        return tuple(d.interaction.id for d in self._dossiers)

    def dossier(self, index: int) -> Dossier:
        return self._dossiers[index]

    def pack(self) -> bytes:
        """The whole batch, compressed."""
        body = json.dumps([dump(d) for d in self._dossiers], ensure_ascii=True).encode()
        return bytes([VERSION]) + zlib.compress(body, 1)

    @classmethod
    def unpack(cls, packed: bytes) -> Batch:
        """Raises BadInput for what another version packed."""
        if not packed or packed[0] != VERSION:
            raise BadInput("this batch was packed by another version of QA Engine", mend="pack the dossiers again")
        return cls.of(load(Dossier, d) for d in json.loads(zlib.decompress(packed[1:])))
