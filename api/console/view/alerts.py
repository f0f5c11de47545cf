"""How alerts read on the board: in lanes by grade, each with its reason, where to listen, and what is due when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.console.view.format import clock
from qa_engine.alerts import Alert, AlertState, Grade
from qa_engine.domain import Evidence, Lang
from qa_engine.storage.alert_events import AlertEvent


@dataclass(frozen=True, slots=True)
class Place:
    """A quote, who said it, and the address that shows and plays it."""

    href: str
    at: str
    quote: str
    role: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of escalation: ``taken``, or due ``at`` while nobody has acknowledged; else it is not needed."""

    to: str
    taken: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertCard:
    """``due`` is the next deadline, None once it is resolved; ``overdue``: it has passed."""

    told: Alert
    title: str
    reason: str
    places: tuple[Place, ...]
    due: datetime | None
    overdue: bool
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    grade: Grade
    cards: tuple[AlertCard, ...]


def card(alert: Alert, lang: Lang, now: datetime) -> AlertCard:
    due = {AlertState.OPEN: alert.acknowledge_by, AlertState.ACKNOWLEDGED: alert.resolve_by}.get(alert.state)
    places = tuple(_place(alert, evidence) for evidence in alert.evidence)
    said = alert.title.said_in(lang), alert.reason.said_in(lang)
    return AlertCard(alert, *said, places, due, due is not None and due < now, tuple(_rungs(alert)))


def lanes(alerts: Sequence[Alert], lang: Lang, now: datetime) -> list[Lane]:
    """The gravest first; in each, what nobody has taken on comes first, then by what is due next."""
    cards = sorted((card(alert, lang, now) for alert in alerts), key=_urgency)
    return [Lane(grade, tuple(one for one in cards if one.told.grade is grade)) for grade in reversed(Grade)]


def told(event: AlertEvent) -> str:
    """What an event adds in words of its own: a note, a name, the channel that took it."""
    names = ("note", "assignee", "channel")
    return str(next((event.detail[name] for name in names if event.detail.get(name)), ""))


def _rungs(alert: Alert) -> Iterator[Rung]:
    for n, step in enumerate(alert.steps):
        waits = alert.state is AlertState.OPEN and n >= alert.escalated
        at = alert.raised_at + timedelta(seconds=step.after_s) if waits else None
        yield Rung(" ".join(step.to), n < alert.escalated, at)


def _urgency(one: AlertCard) -> tuple[bool, float]:
    return one.told.state is not AlertState.OPEN, one.due.timestamp() if one.due else -one.told.last_at.timestamp()


def _place(alert: Alert, evidence: Evidence) -> Place:
    href = f"/interactions/{alert.interaction_id}"
    if evidence.turn is not None:
        href += f"#turn-{evidence.turn}" + ("" if evidence.start is None else f",at={evidence.start:g}")
    at = "" if evidence.start is None else clock(evidence.start)
    return Place(href, at, evidence.quote, str(evidence.role or ""))
