"""How alerts and what happened to them look from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Clean
from api.schemas.filters import Word
from qa_engine.alerts import Alert, AlertState, Grade
from qa_engine.domain import Evidence, Text
from qa_engine.storage import Page, Spread
from qa_engine.storage.alert_events import AlertEvent, AlertEventKind
from qa_engine.storage.alert_figures import AlertSummary
from qa_engine.storage.alerts import MAX_PAGE, AlertFilter, ResolutionCause
from qa_engine.storage.incidents import GradeFigures


class AlertQuery(BaseModel):
    """Filters join by AND."""

    model_config = ConfigDict(extra="forbid")

    state: AlertState | None = None
    unresolved: bool | None = Field(None, description="true: open and acknowledged ones")
    grade: Grade | None = None
    strategy: Word | None = None
    assignee: Word | None = None
    team: Word | None = None
    agent: Word | None = None
    customer_ref: Word | None = None
    interaction_id: Word | None = None
    after: str | None = Field(None, description="`next` of the page before", pattern=r"^[A-Za-z0-9_-]{1,120}$")
    limit: int = Field(50, ge=1, le=MAX_PAGE)

    def wanted(self) -> AlertFilter:
        return AlertFilter(**self.model_dump(exclude={"after", "limit"}))


class AlertOut(BaseModel):
    """One alert; ``interaction_id``, ``reason`` and ``evidence`` are those of the last time it was raised."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    strategy: str = Field(examples=["customer_at_risk"])
    title: Text
    grade: Grade
    subject: str = Field(description="whom it is about", examples=["customer:K-17"])
    interaction_id: str
    agent: str | None
    team: str | None
    vendor: str | None
    customer_ref: str | None
    state: AlertState
    count: int = Field(description="how often it was raised")
    reason: Text
    evidence: list[Evidence]
    raised_at: datetime
    last_at: datetime
    acknowledge_by: datetime
    resolve_by: datetime
    escalated: int = Field(description="steps of escalation taken")
    muted: bool = Field(description="kept and shown, but beyond what its strategy sends out")
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assignee: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    cause: ResolutionCause | None

    @classmethod
    def of(cls, alert: Alert) -> AlertOut:
        return cls.model_validate(alert)


class AlertPage(BaseModel):
    """One page, newest first. Follow `last_event` on `/v1/alerts/stream` to miss nothing that comes after it."""

    items: list[AlertOut]
    next: str | None = Field(None, description="give it back as `after` to read on; null at the end")
    last_event: int

    @classmethod
    def of(cls, page: Page[Alert], last_event: int) -> AlertPage:
        return cls(items=[AlertOut.of(alert) for alert in page.rows], next=page.next, last_event=last_event)


class AlertEventOut(BaseModel):
    """One thing that happened, as the stream sends it, with the alert as it stands when that is read."""

    id: int
    kind: AlertEventKind
    at: datetime
    actor: str
    detail: Mapping[str, Any]
    alert: AlertOut

    @classmethod
    def of(cls, event: AlertEvent) -> AlertEventOut:
        return cls(
            id=event.id, kind=event.kind, at=event.at, actor=event.actor, detail=event.detail,
            alert=AlertOut.of(event.alert),
        )  # fmt: skip


class StoryEvent(BaseModel):
    """One thing that happened to an alert."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: AlertEventKind
    at: datetime
    actor: str
    detail: Mapping[str, Any]


class AlertDetail(AlertOut):
    """With all that happened to it, from its beginning."""

    story: list[StoryEvent]


class AssignIn(BaseModel):
    """Who sees to it from now on."""

    model_config = ConfigDict(extra="forbid")

    assignee: Annotated[Clean, Field(min_length=1, max_length=200, examples=["mei"])]


class NoteIn(BaseModel):
    """Words for its story."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=1, max_length=2000)


class ResolveIn(BaseModel):
    """What it turned out to be."""

    model_config = ConfigDict(extra="forbid")

    cause: ResolutionCause
    note: str = Field("", max_length=2000)


class SummaryOut(BaseModel):
    """Of the alerts raised since then. Durations in seconds; null before there is one."""

    model_config = ConfigDict(from_attributes=True)

    since: datetime
    raised: int
    by_state: Mapping[str, int]
    by_grade: Mapping[str, int]
    by_strategy: Mapping[str, int]
    by_cause: Mapping[str, int]
    escalated: int
    acknowledge: Spread | None
    resolve: Spread | None
    in_time: float | None = Field(description="share of those due that were acknowledged by their deadline")

    @classmethod
    def of(cls, summary: AlertSummary) -> SummaryOut:
        return cls.model_validate(summary)


class TookOut(BaseModel):
    """Half of ``count`` took at most ``p50`` seconds, nine of ten at most ``p90``."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    p50: float
    p90: float


class GradeFiguresOut(BaseModel):
    """``open``, ``acknowledged`` and ``overdue`` as it stands now; the rest of those raised since then."""

    model_config = ConfigDict(from_attributes=True)

    grade: Grade
    open: int
    acknowledged: int
    overdue: int = Field(description="of both, those past their deadline")
    raised: int
    resolved: int
    acknowledge: TookOut | None
    resolve: TookOut | None
    in_time: float | None = Field(description="share of those due that were acknowledged by their deadline")


class IncidentsOut(BaseModel):
    """The gravest grade first."""

    since: datetime
    grades: list[GradeFiguresOut]

    @classmethod
    def of(cls, since: datetime, figures: Sequence[GradeFigures]) -> IncidentsOut:
        return cls(since=since, grades=[GradeFiguresOut.model_validate(one) for one in figures])
