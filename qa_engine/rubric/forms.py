"""Compares conditions by what they ask, wherever they are written: equal ones, contrary ones, one inside another."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from pydantic import BaseModel

from qa_engine.rubric.nodes import All, AnyOf, AtLeast, Fact, Leaf, Node, Not


@lru_cache(maxsize=4096)
def form(node: Node) -> Hashable:
    """Equal for conditions that ask the same, however they are named; the order inside all and any does not matter."""
    match node:
        case Fact():
            return form(node.node)
        case Leaf():
            return (node.operator.name, _value(node.operator))
        case Not(part=Not(part=inner)):
            return form(inner)
        case Not():
            return ("not", form(node.part))
        case AtLeast():
            return ("at_least", node.n, frozenset(map(form, node.parts)))
        case All():
            return ("all", frozenset(map(form, node.parts)))
        case AnyOf():
            return ("any", frozenset(map(form, node.parts)))


def follows(node: Node, other: Node) -> bool:
    """Whether ``other`` surely holds where ``node`` does, by their form alone."""
    node, other = _bare(node), _bare(other)
    if form(node) == form(other):
        return True
    if isinstance(node, AnyOf):
        return all(follows(part, other) for part in node.parts)
    if isinstance(other, All):
        return all(follows(node, part) for part in other.parts)
    if isinstance(node, All) and any(follows(part, other) for part in node.parts):
        return True
    return isinstance(other, AnyOf) and any(follows(node, part) for part in other.parts)


def constant(node: Node) -> bool | None:
    """True or False for what can have no other answer (a condition or its contrary); None for all else."""
    node = _bare(node)
    match node:
        case All():
            known = [constant(part) for part in node.parts]
            if False in known or _contrary(node.parts):
                return False
            return True if all(known) else None
        case AnyOf():
            known = [constant(part) for part in node.parts]
            if True in known or _contrary(node.parts):
                return True
            return False if all(k is False for k in known) else None
        case Not():
            inner = constant(node.part)
            return None if inner is None else not inner
        case AtLeast():
            return True if node.n <= 0 else False if node.n > len(node.parts) else None
        case _:
            return None


def _contrary(parts: tuple[Node, ...]) -> bool:
    asked = {form(part) for part in parts}
    return any(isinstance(p := _bare(part), Not) and form(p.part) in asked for part in parts)


def _bare(node: Node) -> Node:
    while isinstance(node, Fact):
        node = node.node
    return node


def _value(value: object) -> Hashable:
    if isinstance(value, Node):
        return form(value)
    if isinstance(value, BaseModel):
        return tuple((name, _value(getattr(value, name))) for name in type(value).model_fields)
    if isinstance(value, dict):
        return tuple(sorted((str(k), _value(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return tuple(map(_value, value))
    return value if isinstance(value, Hashable) else repr(value)
