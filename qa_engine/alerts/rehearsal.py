"""What a document of strategies would have raised on interactions that are over, one after another as they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from qa_engine.alerts.decide import Act, Before, Decision, decide, met
from qa_engine.alerts.domain import AlertState, Facts
from qa_engine.alerts.strategy import Document
from qa_engine.domain import Text

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    interaction_id: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Fired:
    """Of one strategy: how many interactions ``matched`` it, how many alerts it ``raised``, and how many of these were
    beyond what it sends out. ``examples`` raised one."""

    strategy: str
    matched: int
    raised: int
    muted: int
    examples: tuple[Example, ...]


def rehearse(document: Document, facts: Iterable[Facts]) -> Sequence[Fired]:
    """In the order of the document. Each is looked at as of the moment it came in; nobody resolves anything."""
    book = _Book()
    for one in sorted(facts, key=lambda known: known.received_at):
        now = one.received_at
        for decision in decide(one, document, met(one, document, now), book, now):
            book.note(decision, one.interaction.id, now)
    return [book.sum(strategy.id) for strategy in document.strategies]


@dataclass(slots=True)
class _Book:
    """What would have been kept (implements ``alerts.decide.History``)."""

    _alerts: list[tuple[Decision, datetime]] = field(default_factory=list)
    _last: dict[str, datetime] = field(default_factory=dict)
    _raised_by: dict[tuple[str, str], str] = field(default_factory=dict)
    _latest: dict[tuple[str, str], str] = field(default_factory=dict)
    _matches: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    _examples: dict[str, list[Example]] = field(default_factory=dict)

    def note(self, decision: Decision, interaction_id: str, now: datetime) -> None:
        name = decision.strategy.id
        self._matches.append((name, decision.subject, interaction_id, now))
        alert = decision.alert
        if decision.act is Act.RAISED:
            alert = str(len(self._alerts))
            self._alerts.append((decision, now))
            self._latest[name, decision.subject] = alert
            self._examples.setdefault(name, []).append(Example(interaction_id, decision.reason))
        if alert is not None:
            self._raised_by[name, interaction_id] = alert
            self._last[alert] = now

    def sum(self, strategy: str) -> Fired:
        raised = [decision for decision, _ in self._alerts if decision.strategy.id == strategy]
        return Fired(
            strategy=strategy,
            matched=len({one for name, _, one, _ in self._matches if name == strategy}),
            raised=len(raised),
            muted=sum(decision.muted for decision in raised),
            examples=tuple(self._examples.get(strategy, ())[-EXAMPLES:]),
        )

    def raised_by(self, strategy: str, interaction_id: str) -> Before | None:
        return self._before(self._raised_by.get((strategy, interaction_id)))

    def latest(self, strategy: str, subject: str) -> Before | None:
        return self._before(self._latest.get((strategy, subject)))

    def matched(self, strategy: str, subject: str, since: datetime) -> frozenset[str]:
        return frozenset(
            one for name, about, one, at in self._matches if (name, about) == (strategy, subject) and at >= since
        )

    def sent(self, strategy: str, scope: str, since: datetime) -> int:
        ours = ((d, at) for d, at in self._alerts if (d.strategy.id, d.scope) == (strategy, scope))
        return sum(1 for decision, at in ours if at >= since and not decision.muted)

    def _before(self, alert: str | None) -> Before | None:
        if alert is None:
            return None
        return Before(id=alert, state=AlertState.OPEN, last_at=self._last[alert], told_at=self._last[alert])
