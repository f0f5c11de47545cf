"""Domain types to versioned JSON and back; older versions are migrated on read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from qa_engine.errors import BadInput

T = TypeVar("T")

VERSION = 1
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From version N to N+1, on the plain JSON object."""


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(cls: Any) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def dump(value: object) -> dict[str, Any]:
    """A JSON object with its format version under ``v``."""
    body: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return {"v": VERSION, **body}


def load(cls: type[T], data: dict[str, Any]) -> T:
    """The domain object again. Raises BadInput for a version from the future."""
    body = dict(data)
    version = int(body.pop("v", VERSION))
    if version > VERSION:
        raise BadInput(f"kept by a newer version of QA Engine (format {version})", mend="upgrade this installation")
    while version < VERSION:
        body, version = MIGRATIONS[version](body), version + 1
    value: T = _adapter(cls).validate_python(body)
    return value


def load_text(cls: type[T], text: bytes) -> T:
    """The same from JSON text as storage spells it, read in one go: twice as quick where very many are read."""
    if not text.endswith(b',"v":%d}' % VERSION):  # names are sorted; a longer tail is read the patient way
        return load(cls, json.loads(text))
    value: T = _adapter(cls).validate_json(text)
    return value
