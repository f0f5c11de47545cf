"""Looks for what makes a readable pack a bad rubric: wrong sums, names used twice, rungs that can never decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa_engine.domain import Outcome
from qa_engine.rubric.nodes import Fact, Leaf, Node, walk
from qa_engine.rubric.spec import Item, Rubric

TOTAL = 100.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a pack: an ``error`` must be mended, a ``warning`` should be looked at."""

    level: Literal["error", "warning"]
    where: str
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.message}{f' ({self.mend})' if self.mend else ''}"


def lint(rubric: Rubric) -> list[Finding]:
    """Everything wrong with a pack that could be read; what cannot be read at all raises BadRubric before this."""
    findings = [*_sums(rubric), *_bands(rubric), *_twice(rubric), *_unused(rubric)]
    for item in rubric.items:
        findings += _item(rubric, item)
    return findings


def _sums(rubric: Rubric) -> Iterator[Finding]:
    total = sum(i.points for i in rubric.items if not i.fatal)
    if abs(total - TOTAL) > 1e-6:
        yield Finding(
            "error", rubric.name, f"the points of the items sum to {total:g}, not 100", "change the points of an item"
        )


def _bands(rubric: Rubric) -> Iterator[Finding]:
    bands = rubric.pack.scoring.bands
    if bands.passed <= bands.coach:
        yield Finding(
            "error", rubric.name, f"band pass ({bands.passed:g}) is not above coach ({bands.coach:g})", "raise pass"
        )


def _twice(rubric: Rubric) -> Iterator[Finding]:
    for name, count in Counter(i.id for i in rubric.items).items():
        if count > 1:
            yield Finding("error", rubric.lines[name], f"{count} items have the id `{name}`", "rename all but one")


def _unused(rubric: Rubric) -> Iterator[Finding]:
    for key in rubric.lines:
        if key.startswith("unused."):
            name = key.removeprefix("unused.")
            yield Finding("warning", rubric.lines[name], f"`{name}` is never used", "remove it or use it")


def _item(rubric: Rubric, item: Item) -> Iterator[Finding]:
    where = rubric.lines[item.id]
    if item.fatal and item.points:
        yield Finding("error", where, f"fatal item `{item.id}` has points", "set points to 0")
    if not item.fatal and not item.points:
        yield Finding("error", where, f"item `{item.id}` has no points", "give it points or make it fatal")
    if item.section and item.section not in {s.id for s in rubric.pack.sections}:
        yield Finding("error", where, f"item `{item.id}` names no known section: {item.section}", "define it")
    if not item.tests:
        yield Finding(
            "warning", where, f"item `{item.id}` has no test dialogues", "add one it meets and one it does not"
        )
    yield from _ladder(item, where)
    yield from _language(item, where)


def _ladder(item: Item, where: str) -> Iterator[Finding]:
    """A rung is unreachable when an earlier one asks the same, and idle when nothing could come out differently."""
    seen: list[Node] = []
    for rung in item.ladder:
        node = _bare(rung.when)
        if any(node is earlier for earlier in seen):
            yield Finding(
                "error",
                where,
                f"in `{item.id}` the rung {rung.outcome} can never be reached",
                "remove it or move it up",
            )
        seen.append(node)
    outcomes = {rung.outcome for rung in item.ladder} | {item.otherwise.outcome}
    if len(outcomes - {Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED}) < 2 and not item.fatal:
        yield Finding("warning", where, f"`{item.id}` can have only one judged outcome", "add a rung")


def _bare(node: Node) -> Node:
    while isinstance(node, Fact):
        node = node.node
    return node


def _language(item: Item, where: str) -> Iterator[Finding]:
    for rung in item.ladder:
        for node in walk(rung.when):
            if isinstance(node, Leaf):
                yield from _leaf(item, node)
    if item.fatal and any(r.outcome is Outcome.NOT_APPLICABLE for r in item.ladder):
        yield Finding("warning", where, f"fatal item `{item.id}` can be NOT_APPLICABLE", "MET means no violation seen")


def _leaf(item: Item, leaf: Leaf) -> Iterator[Finding]:
    for message in leaf.operator.doubts():
        yield Finding("warning", leaf.where, f"in `{item.id}`, {leaf.operator.name}: {message}")
