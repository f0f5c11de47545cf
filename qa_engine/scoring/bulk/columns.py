"""Columns of numbers and texts, kept small: each is compressed by itself and opened only when it is read."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.errors import BadInput

Array = NDArray[Any]
MAGIC = b"QAB1"
"""Of the packed form; another form has another number."""
_SCALES = (1, 10, 100, 1000, 10_000)
_INTEGERS = (np.int8, np.int16, np.int32)
_ALIKE = 0xFFFF
"""The scale of an array of one value only."""
_STALE = "pack the dossiers again"


class Columns:
    """Arrays of float64 and lists of texts by path; ``of`` holds them as they are, ``unpack`` opens them lazily."""

    def __init__(self, sections: Mapping[str, bytes] | None = None) -> None:
        self._sections = sections or {}
        self._arrays: dict[str, Array] = {}
        self._joined: dict[str, tuple[str, Array]] = {}
        self._starts: dict[str, Array] = {}

    @classmethod
    def of(cls, arrays: Mapping[str, Array], texts: Mapping[str, Sequence[str]]) -> Columns:
        columns = cls()
        columns._arrays = dict(arrays)
        columns._joined = {path: _joined(said) for path, said in texts.items()}
        return columns

    @property
    def paths(self) -> frozenset[str]:
        """Of all arrays."""
        return frozenset(self._arrays) | {p for p in self._sections if "#" not in p}

    def array(self, path: str) -> Array:
        if path not in self._arrays:
            self._arrays[path] = grown(self._sections[path])
        return self._arrays[path]

    def codes(self, path: str) -> NDArray[np.int64]:
        """The array as whole numbers."""
        return self.array(path).astype(np.int64)

    def starts(self, path: str) -> NDArray[np.int64]:
        """Where each tuple of ``path`` begins among all their elements; one more, for the end of the last."""
        if path not in self._starts:
            lengths = np.maximum(self.codes(path), 0)
            self._starts[path] = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return self._starts[path]

    def joined(self, path: str) -> tuple[str, Array]:
        """(the distinct texts of a column one after another, the length of each)."""
        if path not in self._joined:
            lengths = grown(self._sections[path + _LENGTHS]).astype(np.int64)
            self._joined[path] = zlib.decompress(self._sections[path + _TEXT]).decode("utf-8", "surrogatepass"), lengths
        return self._joined[path]

    def texts(self, path: str) -> list[str]:
        """The distinct texts of a column."""
        joined, lengths = self.joined(path)
        ends = np.cumsum(lengths).tolist()
        return [joined[a:b] for a, b in zip([0, *ends], ends, strict=False)]

    def pack(self) -> bytes:
        sections = {path: shrunk(self.array(path)) for path in sorted(self.paths)}
        for path in self._text_paths:
            joined, lengths = self.joined(path)
            sections[path + _TEXT] = zlib.compress(joined.encode("utf-8", "surrogatepass"))
            sections[path + _LENGTHS] = shrunk(lengths.astype(np.float64))
        head = zlib.compress(json.dumps({path: len(section) for path, section in sections.items()}).encode())
        return b"".join([MAGIC, struct.pack("<I", len(head)), head, *sections.values()])

    @cached_property
    def _text_paths(self) -> list[str]:
        return sorted({*self._joined, *(p.removesuffix(_TEXT) for p in self._sections if p.endswith(_TEXT))})

    @classmethod
    def unpack(cls, packed: bytes) -> Columns:
        """Raises BadInput for what is damaged or was packed in another form."""
        if packed[: len(MAGIC)] != MAGIC:
            raise BadInput("this is no batch of dossiers, or one of another version", mend=_STALE)
        try:
            at = len(MAGIC) + 4
            (size,) = struct.unpack_from("<I", packed, len(MAGIC))
            sections: dict[str, bytes] = {}
            head, at = json.loads(zlib.decompress(packed[at : at + size])), at + size
            for path, length in head.items():
                sections[path], at = packed[at : at + length], at + length
        except (struct.error, zlib.error, ValueError) as e:
            raise BadInput(f"a damaged batch of dossiers: {e}", mend=_STALE) from e
        return cls(sections)


_TEXT, _LENGTHS = "#text", "#lengths"


def _joined(said: Sequence[str]) -> tuple[str, Array]:
    return "".join(said), np.array([len(s) for s in said], np.int64)


def shrunk(array: Array) -> bytes:
    """float64 without loss: as small whole numbers where they are some at a power of ten, high bytes apart from low."""
    values = np.ascontiguousarray(array, np.float64)
    if len(values) and (values == values[0]).all():
        return struct.pack("<H", _ALIKE) + struct.pack("<dI", values[0], len(values))
    absent = np.isnan(values)
    scale = 0
    kind: np.dtype[Any] = np.dtype(np.float64)
    small: Array = values
    for candidate in _SCALES:
        whole = np.rint(np.where(absent, 0, values) * candidate)
        if not np.array_equal(whole / candidate, np.where(absent, 0, values)):
            continue
        fitting = [k for k in _INTEGERS if not whole.size or np.abs(whole).max() < np.iinfo(k).max]
        if fitting:
            scale, kind = candidate, np.dtype(fitting[0])
            small = np.where(absent, np.iinfo(fitting[0]).min, whole).astype(kind)
            break
    planes = small.view(np.uint8).reshape(-1, kind.itemsize).T.tobytes()
    return struct.pack("<H", scale) + kind.str.encode() + zlib.compress(planes, 1)


def grown(section: bytes) -> Array:
    """The array that was shrunk."""
    (scale,) = struct.unpack_from("<H", section)
    if scale == _ALIKE:
        return np.full(struct.unpack("<dI", section[2:])[1], struct.unpack("<dI", section[2:])[0])
    kind = np.dtype(section[2:5].decode())
    planes = np.frombuffer(zlib.decompress(section[5:]), np.uint8)
    small: Array = np.ascontiguousarray(planes.reshape(kind.itemsize, -1).T).view(kind).reshape(-1)
    if not scale:
        return small
    values: Array = small / scale
    values[small == np.iinfo(kind).min] = np.nan
    return values
