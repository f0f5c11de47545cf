"""Which alerts the facts of one interaction raise now, given what was raised before: a pure function of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from qa_engine.alerts.conditions import Match, joined, match
from qa_engine.alerts.domain import AlertState, Facts, Per, Step
from qa_engine.alerts.strategy import Document, Duration, Strategy, ended
from qa_engine.domain import Text

_TOLD_BY = {
    Per.CUSTOMER: "customer_ref",
    Per.AGENT: "agent",
    Per.TEAM: "team",
    Per.VENDOR: "vendor",
    Per.TENANT: "tenant",
}


class Act(StrEnum):
    """MATCHED: noted for counting, no alert yet. RAISED: a new one. AGAIN: another interaction joins one that is there.
    RENEWED: what the same interaction raised before is brought up to date."""

    MATCHED = "matched"
    RAISED = "raised"
    AGAIN = "again"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The latest alert of a strategy about a subject. ``told_at``: when it was last sent out."""

    id: str
    state: AlertState
    last_at: datetime
    told_at: datetime | None


class History(Protocol):
    """What was there before, as kept; always of one tenant."""

    def raised_by(self, strategy: str, interaction_id: str) -> Before | None:
        """The alert that this interaction raised or joined."""
        ...

    def latest(self, strategy: str, subject: str) -> Before | None: ...

    def matched(self, strategy: str, subject: str, since: datetime) -> frozenset[str]:
        """The interactions about that subject that met the strategy's condition."""
        ...

    def sent(self, strategy: str, scope: str, since: datetime) -> int:
        """How many alerts of the strategy went out within a scope, such as ``team:T1``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done about one strategy. ``alert`` is the one that is joined or brought up to date.

    ``tell_at`` is when it may be sent to ``tell``; None when it is not sent: ``muted`` because of its limit, or
    because nothing new is to be said. Deadlines and ``steps`` are only those of a new one.
    """

    act: Act
    strategy: Strategy
    subject: str
    scope: str
    reason: Text
    match: Match
    alert: str | None = None
    tell_at: datetime | None = None
    muted: bool = False
    acknowledge_by: datetime
    resolve_by: datetime
    steps: tuple[Step, ...] = ()


def met(facts: Facts, document: Document, now: datetime) -> Sequence[tuple[Strategy, Match]]:
    """The strategies whose condition holds; costs no look into what was before, and mostly is the end of it."""
    began = facts.interaction.started_at or facts.received_at
    fresh = [one for one in document.strategies if one.enabled and now - began <= one.fresh]
    return [(strategy, found) for strategy in fresh if (found := match(strategy.when, facts))]


def decide(
    facts: Facts, document: Document, matches: Sequence[tuple[Strategy, Match]], history: History, now: datetime
) -> Iterator[Decision]:
    """One decision for each strategy that was met, in the order of the document. ``matches`` are those of ``met``."""
    ground = _Ground(facts, document, history, now)
    for strategy, found in matches:
        yield _decided(ground, strategy, found)


def subject_of(facts: Facts, per: Per) -> str:
    """``customer:K-17``; what does not tell of such a one is about itself alone."""
    name = _TOLD_BY.get(per)
    value = getattr(facts.interaction, name) if name else None
    return f"{per}:{value}" if value else f"{Per.INTERACTION}:{facts.interaction.id}"


@dataclass(frozen=True, slots=True)
class _Ground:
    """What one decision after another rests on."""

    facts: Facts
    document: Document
    history: History
    now: datetime


def _decided(on: _Ground, strategy: Strategy, found: Match) -> Decision:
    subject, path = subject_of(on.facts, strategy.per), on.document.path(strategy)
    scope = subject_of(on.facts, strategy.limit.per if strategy.limit else Per.TENANT)
    times = _times(on, strategy, subject)
    act, before = _act(on, strategy, subject, times)
    muted = act is Act.RAISED and _is_over(strategy, scope, on.history, on.now)
    speaks = act is Act.RAISED or (act is not Act.MATCHED and _speaks_again(strategy, before, on.now))
    quiet = on.document.quiet_for(strategy)
    sent_at = on.now if quiet is None else ended(quiet, strategy.grade, on.now)
    return Decision(
        act=act, strategy=strategy, subject=subject, scope=scope, reason=_reason(strategy, found, times), match=found,
        alert=before.id if before else None, tell_at=sent_at if speaks and not muted else None, muted=muted,
        acknowledge_by=on.now + path.acknowledge, resolve_by=on.now + path.resolve, steps=path.steps,
    )  # fmt: skip


def _times(on: _Ground, strategy: Strategy, subject: str) -> int:
    """How many interactions have met the condition within the window, this one included."""
    if strategy.count is None:
        return 1
    return len(on.history.matched(strategy.id, subject, on.now - strategy.window) | {on.facts.interaction.id})


def _act(on: _Ground, strategy: Strategy, subject: str, times: int) -> tuple[Act, Before | None]:
    """What to do, and the alert that it is done to."""
    own = on.history.raised_by(strategy.id, on.facts.interaction.id)
    if own is not None:
        return (Act.MATCHED, None) if own.state is AlertState.RESOLVED else (Act.RENEWED, own)
    before = on.history.latest(strategy.id, subject)
    if before and before.state is not AlertState.RESOLVED and on.now - before.last_at < strategy.window:
        return Act.AGAIN, before
    if strategy.count is not None and times < strategy.count.at_least:
        return Act.MATCHED, None
    return Act.RAISED, None


def _is_over(strategy: Strategy, scope: str, history: History, now: datetime) -> bool:
    limit = strategy.limit
    return limit is not None and history.sent(strategy.id, scope, now - limit.within) >= limit.at_most


def _speaks_again(strategy: Strategy, before: Before | None, now: datetime) -> bool:
    """Only of what nobody has taken on, and not too often."""
    if strategy.again is None or before is None or before.state is not AlertState.OPEN:
        return False
    return before.told_at is None or now - before.told_at >= strategy.again


def _reason(strategy: Strategy, found: Match, times: int) -> Text:
    if strategy.count is None:
        return found.reason
    span = spelled(strategy.window)
    return joined([Match(Text(f"{span.zh}内第 {times} 次", f"{times} within {span.en}")), found]).reason


def spelled(span: Duration) -> Text:
    """``4 小时``, ``4 h``: in the largest unit that fits."""
    seconds = int(span.total_seconds())
    for unit, zh, en in ((86_400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds % unit == 0:
            return Text(f"{seconds // unit} {zh}", f"{seconds // unit} {en}")
    return Text(f"{seconds} 秒", f"{seconds} s")
