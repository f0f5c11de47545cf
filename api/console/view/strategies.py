"""How strategies read: what each looks for, whom it is about, how often it fired; and how two texts differ."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.console.view.rubric_lives import DiffLine, marked
from qa_engine.alerts import Grade
from qa_engine.alerts.decide import spelled
from qa_engine.alerts.strategy import Document, GradePath, Strategies, Strategy
from qa_engine.domain import Lang
from qa_engine.rubric.source import Source

CONTEXT = 3
"""Lines around what differs."""


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """``asks`` are the fields of its condition; ``line`` is where it begins in the text."""

    told: Strategy
    title: str
    asks: tuple[str, ...]
    window: str
    fired: int
    line: int


@dataclass(frozen=True, slots=True)
class Path:
    """What a grade asks of people, in words: deadlines, and who is told after how long."""

    grade: Grade
    acknowledge: str
    resolve: str
    steps: tuple[tuple[str, str], ...]


def rows(strategies: Strategies, fired: Mapping[str, int], lang: Lang) -> Sequence[StrategyRow]:
    source = Source(strategies.text, "")
    lines = [int(source.where(row).rpartition(":")[2]) for row in source.data["strategies"]]
    return [
        StrategyRow(
            one, one.title.text.said_in(lang), asks(one), spelled(one.window).said_in(lang), fired.get(one.id, 0), line
        )
        for one, line in zip(strategies.document.strategies, lines, strict=True)
    ]


def asks(strategy: Strategy) -> tuple[str, ...]:
    """What its condition looks at, once each, in the order in which it is written."""
    branches = [strategy.when, *strategy.when.any]
    named = (name for branch in branches for name in branch.model_fields_set if name != "any")
    return tuple(dict.fromkeys(named))


def paths(document: Document, lang: Lang) -> Sequence[Path]:
    """The gravest first."""
    return [_path(grade, document.grades[grade], lang) for grade in reversed(Grade)]


def _path(grade: Grade, path: GradePath, lang: Lang) -> Path:
    steps = tuple((spelled(step.after).said_in(lang), " ".join(step.to)) for step in path.escalate)
    return Path(grade, spelled(path.acknowledge).said_in(lang), spelled(path.resolve).said_in(lang), steps)


def difference(before: str, after: str) -> Sequence[DiffLine]:
    return list(marked(list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT))))
