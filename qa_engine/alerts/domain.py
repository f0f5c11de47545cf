"""What alerts are made of and what becomes of them: the facts they rest on, their grades, and each as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from qa_engine.domain import Evidence, Interaction, Role, Scorecard, Text

if TYPE_CHECKING:  # who only reads alerts needs no risk model
    from qa_engine.risk.domain import Risk


class Grade(StrEnum):
    """How grave an incident is: 一般, 严重, 重大."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for the lightest."""
        return list(Grade).index(self)


class AlertState(StrEnum):
    """OPEN until someone takes it on; RESOLVED ends it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Per(StrEnum):
    """Whom one alert is about: repetitions within its window are the same alert."""

    INTERACTION = "interaction"
    CUSTOMER = "customer"
    AGENT = "agent"
    TEAM = "team"
    VENDOR = "vendor"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How one side felt in one turn: ``level`` from 0 (calm) to 4 (outrage); ``evidence`` is that turn."""

    role: Role
    level: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that strategies may look at, of one interaction as it stands now.

    ``card`` is None before it was judged, ``risk`` where it was not assessed, ``moods`` (in order of the turns) empty
    where no emotion is known. ``open``: it still goes on, and the facts may change with its next turn.
    """

    interaction: Interaction
    received_at: datetime
    card: Scorecard | None = None
    risk: Risk | None = None
    moods: tuple[Mood, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of an escalation: so many seconds after the alert, unless it was acknowledged, these are told."""

    after_s: float
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One kept alert. ``interaction_id``, ``reason`` and ``evidence`` are those of the last time it was raised.

    ``subject`` names whom it is about (``customer:K-17``); ``count`` is how often it was raised. ``escalated`` counts
    the ``steps`` of escalation taken; ``muted`` tells that more came than its strategy sends out. Moments are UTC.
    """

    id: str
    strategy: str
    title: Text
    grade: Grade
    subject: str
    interaction_id: str
    agent: str | None
    team: str | None
    vendor: str | None
    customer_ref: str | None
    state: AlertState
    count: int
    reason: Text
    evidence: tuple[Evidence, ...]
    raised_at: datetime
    last_at: datetime
    acknowledge_by: datetime
    resolve_by: datetime
    steps: tuple[Step, ...] = ()
    escalated: int = 0
    muted: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    assignee: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    cause: str | None = None
