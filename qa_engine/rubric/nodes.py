"""The form of a condition once it is read: operators at the leaves, joined by all, any, not and at_least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, PlainValidator, ValidationInfo, WithJsonSchema

from qa_engine.rubric.operator import Operator


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One operator with its parameters."""

    operator: Operator
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    part: Node


@dataclass(frozen=True, slots=True, eq=False)
class AtLeast:
    """True when ``n`` of the parts are."""

    n: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """A named condition of the pack; judged once however often it is used."""

    name: str
    node: Node


Node = Leaf | All | AnyOf | Not | AtLeast | Fact


def _parse(value: Any, info: ValidationInfo) -> Node:
    if isinstance(value, Node):
        return value
    if info.context is None or "reader" not in info.context:
        raise ValueError("a condition can be read only as part of a pack")
    node: Node = info.context["reader"].condition(value)
    return node


Condition = Annotated[Any, PlainValidator(_parse), WithJsonSchema({"title": "Condition"})]
"""The type of an operator's or a rung's field that is itself a condition."""


def parts_of(node: Node) -> tuple[Node, ...]:
    """The conditions directly inside a condition, those in an operator's parameters included."""
    match node:
        case Leaf():
            return tuple(_inside(node.operator))
        case All() | AnyOf() | AtLeast():
            return node.parts
        case Not():
            return (node.part,)
        case Fact():
            return (node.node,)


def _inside(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _inside(getattr(value, name))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _inside(part)


def walk(node: Node) -> Iterator[Node]:
    """The condition and everything inside it."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
