"""Holds a rubric against what was really said: what never varies and what was never met in a sample of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qa_engine.checkers.base import Instruments, Truth
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Dossier, Outcome, Text
from qa_engine.rubric.finding import Finding, warning
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.scorecard import judge

LEAST = 30
"""With fewer interactions nothing can be said."""


@dataclass
class Tally:
    """What came of each item, and how often each fact and each rung held."""

    dossiers: int = 0
    outcomes: dict[str, Counter[Outcome]] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)


def archive_lint(rubric: Rubric, dossiers: Iterable[Dossier], instruments: Instruments | None = None) -> list[Finding]:
    """Warnings alone: what is seldom may be right all the same. Judges each dossier by the rubric."""
    tally = tallied(rubric, dossiers, instruments or Instruments())
    if tally.dossiers < LEAST:
        told = Text(
            f"只有 {tally.dossiers} 条可用的历史会话，不足以说明问题",
            f"{tally.dossiers} interactions are too few to tell anything",
        )
        return [warning(rubric.name, told, Text(f"至少 {LEAST} 条", f"have at least {LEAST}"))]
    return [*_steady(rubric, tally), *_never(rubric, tally)]


def tallied(rubric: Rubric, dossiers: Iterable[Dossier], instruments: Instruments) -> Tally:
    tally = Tally(outcomes={item.id: Counter() for item in rubric.items})
    for dossier in dossiers:
        tally.dossiers += 1
        for result in judge(dossier, rubric, instruments).items:
            tally.outcomes[result.id][result.outcome] += 1
        tally.held.update(_held(rubric, Bench(dossier, instruments)))
    return tally


def _held(rubric: Rubric, bench: Bench) -> Iterator[str]:
    """Keys of ``Rubric.lines`` whose condition is true here."""
    for name, node in rubric.pack.facts.items():
        if bench.ask(node).truth is Truth.TRUE:
            yield f"facts.{name}"
    for item in rubric.items:
        for n, rung in enumerate(item.ladder):
            if bench.ask(rung.when).truth is Truth.TRUE:
                yield f"{item.id}.ladder.{n}"


def _steady(rubric: Rubric, tally: Tally) -> Iterator[Finding]:
    """Fatal items are meant to be met nearly always."""
    for item in rubric.items:
        seen = tally.outcomes[item.id]
        if len(seen) == 1 and not item.fatal:
            outcome = next(iter(seen))
            told = Text(
                f"在 {tally.dossiers} 条历史会话中，`{item.id}` 的结论总是 {outcome}",
                f"in {tally.dossiers} interactions of the archive `{item.id}` is always {outcome}",
            )
            yield warning(rubric.lines[item.id], told, Text("核对其判定条件", "look at its ladder"))


def _never(rubric: Rubric, tally: Tally) -> Iterator[Finding]:
    facts = [f"facts.{name}" for name in rubric.pack.facts]
    rungs = [f"{item.id}.ladder.{n}" for item in rubric.items for n in range(len(item.ladder))]
    for key in (*facts, *rungs):
        if not tally.held[key]:
            told = Text(
                f"`{key}` 从未成立（{tally.dossiers} 条）", f"`{key}` never held in {tally.dossiers} interactions"
            )
            yield warning(rubric.lines[key], told, Text("核对条件与阈值", "look at its words and thresholds"))
    for name, users in rubric.written.thresholds.items():
        if not any(tally.held[key] for key in _keys(users, rubric)):
            told = Text(
                f"阈值 `{name}` 从未达到（{tally.dossiers} 条）",
                f"threshold `{name}` was never met in {tally.dossiers} interactions",
            )
            yield warning(rubric.lines[f"thresholds.{name}"], told, Text("核对其数值", "look at its value"))


def _keys(users: frozenset[str], rubric: Rubric) -> Iterator[str]:
    lengths: Mapping[str, int] = {item.id: len(item.ladder) for item in rubric.items}
    for user in users:
        yield f"facts.{user}"
        yield from (f"{user}.ladder.{n}" for n in range(lengths.get(user, 0)))
