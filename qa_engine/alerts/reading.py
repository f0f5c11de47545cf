"""Reads a document of strategies from YAML; every fault is told with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from qa_engine.alerts.strategy import Document, Strategies
from qa_engine.errors import BadInput, BadRubric
from qa_engine.rubric.source import Source

SHIPPED = "strategies.yaml"


class BadStrategies(BadInput):
    """A document of alert strategies that cannot be used; ``where`` is file:line."""

    code = "bad_strategies"


@lru_cache(maxsize=32)
def read_strategies(text: str, name: str = SHIPPED) -> Strategies:
    """Raises BadStrategies."""
    try:
        source = Source(text, name)
    except BadRubric as fault:  # the reader of YAML with its lines is the rubrics'
        raise BadStrategies(fault.message, where=fault.where, mend=fault.mend) from None
    try:
        document = Document.model_validate(source.data)
    except ValidationError as fault:
        raise _told(fault, source) from None
    return Strategies(document, text, hashlib.sha256(text.encode()).hexdigest())


@lru_cache(maxsize=1)
def shipped() -> Strategies:
    """Those that come with the product."""
    return read_strategies(files("qa_engine.alerts").joinpath(SHIPPED).read_text("utf-8"))


def _told(fault: ValidationError, source: Source) -> BadStrategies:
    first = fault.errors()[0]
    path = ".".join(str(part) for part in first["loc"])
    reason = "no such field" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    return BadStrategies(f"`{path}`: {reason}" if path else reason, where=place(source, first["loc"]))


def place(source: Source, loc: Sequence[int | str]) -> str:
    """The line of the deepest part on the way that was written."""
    parent: Any = source.data
    where = source.where(parent)
    for step in loc:
        there = isinstance(parent, dict) and step in parent
        there = there or (isinstance(parent, list) and isinstance(step, int) and step < len(parent))
        if not there:
            break
        where, parent = source.where(parent, step), parent[step]
    return where
