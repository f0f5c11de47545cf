"""Many dossiers as columns: small to keep, quick to open, and each dossier to be had again as it was."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from qa_engine.domain import Dossier
from qa_engine.errors import BadInput
from qa_engine.scoring.bulk.columns import Columns
from qa_engine.scoring.bulk.shred import Arrays, Reader, shape_of


class Batch:
    """Dossiers in the order given; best some 1,000 to 4,096 at once."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, dossiers: Iterable[Dossier]) -> Batch:
        arrays: Arrays = {}
        texts: dict[str, list[str]] = {}
        shape_of(Dossier).write("", list(dossiers), arrays, texts)
        return cls(Columns.of(arrays, texts))

    def __len__(self) -> int:
        return len(self.columns.array("/interaction/id"))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The interactions' ids."""
        said = self.columns.texts("/interaction/id")
        return tuple(said[code] for code in self.columns.codes("/interaction/id").tolist())

    def dossier(self, index: int) -> Dossier:
        """One of them, equal to the one it was made of."""
        found: list[Dossier] = self._reader(index, index + 1)
        return found[0]

    @cached_property
    def _reader(self) -> Reader:
        return shape_of(Dossier).reader("", self.columns)

    def pack(self) -> bytes:
        """The whole batch, compressed."""
        return self.columns.pack()

    @classmethod
    def unpack(cls, packed: bytes) -> Batch:
        """Raises BadInput for what is damaged, or was packed when dossiers had other fields."""
        columns = Columns.unpack(packed)
        if columns.paths != set(shape_of(Dossier).paths("")):
            raise BadInput("this batch was packed by another version of QA Engine", mend="pack the dossiers again")
        return cls(columns)
