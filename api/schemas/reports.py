"""Reports as JSON."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from qa_engine.domain import Outcome, Text
from qa_engine.emotion import Course, Level
from qa_engine.reports.emotion_day import Case, EmotionDay
from qa_engine.risk import Risk
from qa_engine.risk.domain import Cause
from qa_engine.risk.reasons import MESSAGES


class CountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    told: int = Field(description="interactions whose risk is known")
    at_risk: int
    share: float | None


class HourOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    hour: int = Field(description="by the clock on the wall")
    count: CountOut
    unusual: bool = Field(description="its share at risk stands out from the day's")


class MemberOut(BaseModel):
    name: str
    count: CountOut


class CustomerOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    ref: str
    contacts: int
    risk: float
    interaction: str = Field(description="the contact with the highest risk")


class CauseOut(BaseModel):
    code: Cause
    message: Text
    cases: int


class CaseOut(BaseModel):
    """``reasons`` from heavy to light, none where the risk was told before they were kept."""

    interaction: str
    received_at: datetime
    risk: float
    customer_ref: str | None
    team: str | None
    agent: str | None
    vendor: str | None
    reasons: list[Text]
    peak: Level | None = Field(description="the customer's worst: 0 calm to 4 outraged")
    recovered: bool | None

    @classmethod
    def of(cls, case: Case) -> CaseOut:
        contact = case.contact
        return cls(
            interaction=contact.id, received_at=contact.received_at, risk=contact.risk,
            customer_ref=contact.customer_ref, team=contact.team, agent=contact.agent, vendor=contact.vendor,
            reasons=_reasons(case.risk), peak=_peak(case.course),
            recovered=case.course.recovered if case.course else None,
        )  # fmt: skip


class EmotionDayOut(BaseModel):
    """``usual`` sums the seven days before; ``cases`` are the riskiest of the day."""

    day: date
    time_zone: str
    at_risk_from: float
    judged: int
    count: CountOut
    before: CountOut
    usual: CountOut
    hours: list[HourOut]
    teams: list[MemberOut]
    agents: list[MemberOut]
    vendors: list[MemberOut]
    customers: list[CustomerOut]
    causes: list[CauseOut]
    cases: list[CaseOut]

    @classmethod
    def of(cls, report: EmotionDay) -> EmotionDayOut:
        members = {
            group: [MemberOut(name=name, count=CountOut.model_validate(count)) for name, count in found]
            for group, found in report.groups.items()
        }
        return cls(
            day=report.day, time_zone=str(report.zone), at_risk_from=report.least, judged=report.judged,
            count=CountOut.model_validate(report.count), before=CountOut.model_validate(report.before),
            usual=CountOut.model_validate(report.usual), hours=[HourOut.model_validate(h) for h in report.hours],
            teams=members["team"], agents=members["agent"], vendors=members["vendor"],
            customers=[CustomerOut.model_validate(c) for c in report.customers],
            causes=[CauseOut(code=Cause(c), message=MESSAGES[Cause(c)], cases=n) for c, n in report.causes],
            cases=[CaseOut.of(case) for case in report.cases],
        )  # fmt: skip


class ItemCountOut(BaseModel):
    """``share`` of the interactions to which the item applied was left to a person; ``examples`` are such."""

    model_config = ConfigDict(from_attributes=True)

    item: str
    outcomes: dict[Outcome, int]
    applicable: int
    share: float | None
    examples: list[str]


class UndeterminedOut(BaseModel):
    items: list[ItemCountOut]


def _reasons(risk: Risk | None) -> list[Text]:
    return [reason.message for reason in risk.reasons] if risk else []


def _peak(course: Course | None) -> Level | None:
    return course.peak if course else None
