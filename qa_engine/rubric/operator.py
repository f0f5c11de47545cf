"""The one table of operators: what a condition may be called and which parameters it takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

PACKAGES = ("qa_engine.checkers.operators",)
"""Every module of these packages is read once; each operator class found in it is registered by its name."""


class Operator(BaseModel):
    """A behaviour that can be asked of a dossier: its fields are its YAML parameters, its docstring is for users."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: ClassVar[str] = ""
    shorthand: ClassVar[str | None] = None
    """The field that a bare value stands for: ``duration: 30`` is ``duration: {at_least: 30}`` where it is at_least."""

    by_meaning: ClassVar[bool] = False
    """Whether it has no answer without a model of sentences."""

    def doubts(self) -> list[str]:
        """What is allowed but probably not meant; shown by ``rubric check``."""
        return []


@lru_cache(maxsize=1)
def operators() -> Mapping[str, type[Operator]]:
    """All operators by name, in alphabetical order."""
    found: dict[str, type[Operator]] = {}
    for package in PACKAGES:
        for module in pkgutil.iter_modules(import_module(package).__path__):
            for value in vars(import_module(f"{package}.{module.name}")).values():
                if isinstance(value, type) and issubclass(value, Operator) and value.name:
                    _register(found, value)
    return MappingProxyType(dict(sorted(found.items())))


def _register(found: dict[str, type[Operator]], operator: type[Operator]) -> None:
    other = found.setdefault(operator.name, operator)
    if other is not operator:
        raise RuntimeError(f"two operators are called {operator.name}: {other} and {operator}")
