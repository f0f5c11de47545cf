"""What a leaf's answers depend on, as one short name: equal names give equal answers to equal dossiers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel

from qa_engine.checkers.base import Instruments
from qa_engine.rubric.nodes import Fact, Leaf


def key_of(leaf: Leaf, bar: float, instruments: Instruments) -> str:
    """Operator, parameters, everything inside them, bar, models and the checkers' code, hashed."""
    model = [tool.version if tool else None for tool in (instruments.embedder, instruments.acts)]
    content = json.dumps([_plain(leaf), bar, model, checkers_version()], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """The content as JSON has it; names and places in the file do not count."""
    if isinstance(value, Leaf):
        return [value.operator.name, _plain(value.operator)]
    if isinstance(value, Fact):
        return _plain(value.node)
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, f.name)) for f in fields(value))]
    if isinstance(value, Mapping):
        return [[_plain(k), _plain(v)] for k, v in value.items()]
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return [type(value).__name__, str(value)]


@cache
def checkers_version() -> str:
    """A hash of the checkers' code and of the packages whose data they read."""
    found = hashlib.sha256()
    for name, body in sorted(_sources(files("qa_engine.checkers"), "")):
        found.update(f"{name}\n".encode() + body)
    for package in ("pypinyin", "google-re2"):
        found.update(metadata.version(package).encode())
    return found.hexdigest()


def _sources(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _sources(entry, name)
        elif entry.name.endswith(".py"):
            found.append((name, entry.read_bytes()))
    return found
