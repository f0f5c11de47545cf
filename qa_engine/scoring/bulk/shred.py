"""Frozen dataclasses as columns and back: each field of a tree of them is one array, whatever fields it has."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise
from math import isnan
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

Array = NDArray[Any]
Arrays = dict[str, Array]
Reader = Callable[[int, int], list[Any]]
"""The values of the rows [first, last)."""
NONE = -1
"""The code of an absent text, and the length of an absent tuple."""


class Source(Protocol):
    """Where the arrays of a packed tree are found; each is opened when it is asked for."""

    def array(self, path: str) -> Array: ...

    def texts(self, path: str) -> Sequence[str]: ...

    def starts(self, path: str) -> Array:
        """Where each tuple of ``path`` begins among all its elements."""


class Shape(Protocol):
    """How values of one type become columns under a path, and how the value of a row is read again."""

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None: ...

    def reader(self, path: str, source: Source) -> Reader: ...

    def paths(self, path: str) -> Iterable[str]:
        """The names of its columns: what is packed and what is read must agree on them."""


class Number:
    """``float``, ``int`` or ``bool``; None is nan."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        out[path] = np.array([np.nan if v is None else v for v in values], np.float64)

    def reader(self, path: str, source: Source) -> Reader:
        kind, column = self.kind, source.array(path)
        if kind is float:
            return lambda a, b: [None if isnan(value) else value for value in column[a:b].tolist()]
        return lambda a, b: [None if isnan(value) else kind(value) for value in column[a:b].tolist()]

    def paths(self, path: str) -> Iterable[str]:
        return (path,)


class Words:
    """A text, or what is written as one (enums, moments, JSON): a code into the distinct texts of the column."""

    def __init__(self, write: Callable[[Any], str], read: Callable[[str], Any]) -> None:
        self.said, self.meant = write, read

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        known: dict[str, int] = {}
        codes = [NONE if v is None else known.setdefault(self.said(v), len(known)) for v in values]
        out[path] = np.array(codes, np.float64)
        texts[path] = list(known)

    def reader(self, path: str, source: Source) -> Reader:
        codes, said, meant = source.array(path).astype(np.int64), source.texts(path), cache(self.meant)
        return lambda a, b: [None if code == NONE else meant(said[code]) for code in codes[a:b].tolist()]

    def paths(self, path: str) -> Iterable[str]:
        return (path,)


class Record:
    """A dataclass: its fields beneath its path."""

    def __init__(self, cls: type) -> None:
        self.cls = cls
        hints = get_type_hints(cls)
        self.shapes = {field.name: shape_of(hints[field.name]) for field in fields(cls)}

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        for name, shape in self.shapes.items():
            shape.write(f"{path}/{name}", [getattr(v, name) for v in values], out, texts)

    def reader(self, path: str, source: Source) -> Reader:
        parts = [shape.reader(f"{path}/{name}", source) for name, shape in self.shapes.items()]
        make, names = self.cls, tuple(self.shapes)

        def read(a: int, b: int) -> list[Any]:
            rows = zip(*(part(a, b) for part in parts), strict=True) if b > a else ()
            return [make(**dict(zip(names, row, strict=True))) for row in rows]

        return read

    def paths(self, path: str) -> Iterable[str]:
        return (p for name, shape in self.shapes.items() for p in shape.paths(f"{path}/{name}"))


class Many:
    """A tuple: its length in the row, its elements one after another beneath ``path[]``; None has length -1."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        out[path] = np.array([NONE if v is None else len(v) for v in values], np.float64)
        self.shape.write(f"{path}[]", [part for v in values if v is not None for part in v], out, texts)

    def reader(self, path: str, source: Source) -> Reader:
        lengths, starts = source.array(path), source.starts(path)
        elements = self.shape.reader(f"{path}[]", source)

        def read(a: int, b: int) -> list[Any]:
            edges = starts[a : b + 1].tolist()
            found = elements(edges[0], edges[-1])
            inside = [slice(i - edges[0], j - edges[0]) for i, j in pairwise(edges)]
            cuts = zip(inside, lengths[a:b].tolist(), strict=True)
            return [None if length == NONE else tuple(found[cut]) for cut, length in cuts]

        return read

    def paths(self, path: str) -> Iterable[str]:
        return (path, *self.shape.paths(f"{path}[]"))


class Pairs:
    """A mapping, as the tuple of its keys beside the tuple of its values."""

    def __init__(self, key: Shape, value: Shape) -> None:
        self.keys, self.values = Many(key), Many(value)

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        self.keys.write(f"{path}.keys", [tuple(v) for v in values], out, texts)
        self.values.write(f"{path}.values", [tuple(v.values()) for v in values], out, texts)

    def reader(self, path: str, source: Source) -> Reader:
        keys, values = self.keys.reader(f"{path}.keys", source), self.values.reader(f"{path}.values", source)
        return lambda a, b: [dict(zip(k, v, strict=True)) for k, v in zip(keys(a, b), values(a, b), strict=True)]

    def paths(self, path: str) -> Iterable[str]:
        return (*self.keys.paths(f"{path}.keys"), *self.values.paths(f"{path}.values"))


class Perhaps:
    """Anything else that may be None: a tuple of none or one."""

    def __init__(self, shape: Shape) -> None:
        self.one = Many(shape)

    def write(self, path: str, values: list[Any], out: Arrays, texts: dict[str, list[str]]) -> None:
        self.one.write(path, [None if v is None else (v,) for v in values], out, texts)

    def reader(self, path: str, source: Source) -> Reader:
        read = self.one.reader(path, source)
        return lambda a, b: [found and found[0] for found in read(a, b)]

    def paths(self, path: str) -> Iterable[str]:
        return self.one.paths(path)


@lru_cache(maxsize=256)
def shape_of(kind: Any) -> Shape:
    """The shape of a type. Raises TypeError for one that has no columns: write it above first."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        (inner,) = (a for a in args if a is not type(None))
        shape = shape_of(inner)
        return Perhaps(shape) if isinstance(shape, Record | Pairs) else shape
    if origin is tuple and args[1:] == (...,):
        return Many(shape_of(args[0]))
    if kind is Any or (isinstance(origin, type) and issubclass(origin, Mapping) and args[1] is Any):
        return Words(lambda v: to_json(v).decode(), json.loads)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Pairs(shape_of(args[0]), shape_of(args[1]))
    if kind in (float, int, bool):
        return Number(kind)
    if kind is datetime:
        return Words(datetime.isoformat, datetime.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Words(str, kind)
    if kind is str:
        return Words(str, str)
    if is_dataclass(kind) and isinstance(kind, type):
        return Record(kind)
    raise TypeError(f"{kind} has no columns")
