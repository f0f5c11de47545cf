"""Says that an item comes out so by the conditions of its own ladder, so that another item can rest on it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from qa_engine.rubric.nodes import All, AnyOf, Node, Not

Step = tuple[str, Node | None]
"""An outcome with its condition; the end of a ladder has none."""


def comes_out(steps: Sequence[Step], wanted: Set[str]) -> Node:
    """One rung that leads to a wanted outcome holds, and none before it that leads elsewhere does."""
    ways: list[Node] = []
    elsewhere: list[Node] = []
    for outcome, node in steps:
        if outcome in wanted:
            ways.append(All((*elsewhere, *([node] if node else []))))
        elif node:
            elsewhere.append(Not(node))
    return AnyOf(tuple(ways))
