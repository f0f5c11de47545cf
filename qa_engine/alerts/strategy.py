"""What a document of alert strategies consists of: conditions, whom each is about, limits, and each grade's path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qa_engine.alerts.domain import Grade, Per, Step
from qa_engine.domain import Band, Direction, Kind, Outcome, Role, Text

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPELLED = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CAUSES = ("threat_to_complain", "threat_to_leave", "unresolved", "repeated_asking", "earlier_contacts", "waiting",
          "tone", "wording")  # fmt: skip
"""The codes of ``qa_engine.risk.Cause`` (a test holds the two together); who reads strategies loads no risk model."""


class Wrong(ValueError):
    """What is written makes no sense, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.said = Text(zh, en)


def _duration(value: Any) -> Any:
    """``90s``, ``15m``, ``4h`` or ``3d``."""
    found = _SPELLED.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong("时长写作数字加 s、m、h 或 d，例如 15m", "a duration is a number with s, m, h or d, such as 15m")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | int | float | bool) else value


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise Wrong(
            "没有这个时区；请用 IANA 名称，例如 Asia/Shanghai",
            "no such time zone; use an IANA name such as Asia/Shanghai",
        )
    return name


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], BeforeValidator(_as_list)]
Group = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Groups = Annotated[tuple[Group, ...], BeforeValidator(_as_list)]


class Part(BaseModel):
    """Base of everything written in such a document: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bilingual(Part):
    """A title for people in both languages."""

    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class RiskIs(Part):
    """The customer's risk: at least so likely (0..1), at the model's alarm, or for one of these causes."""

    at_least: float = Field(0.0, ge=0, le=1)
    alarm: bool = False
    causes: Annotated[tuple[Literal[CAUSES], ...], BeforeValidator(_as_list)] = ()  # type: ignore[valid-type]


class EmotionIs(Part):
    """One side's level (0 calm to 4 outrage) stays at ``at_least`` or above for some turns of its own and some time.

    ``seconds`` run from the start of the first of these turns to the end of the last. ``at_end``: they must be the
    last that it said.
    """

    who: Literal[Role.CUSTOMER, Role.AGENT] = Role.CUSTOMER
    at_least: float = Field(ge=0, le=4)
    turns: int = Field(1, ge=1, le=1000)
    seconds: float = Field(0.0, ge=0)
    at_end: bool = False


class When(Part):
    """All that is named must hold; of ``any``, one branch."""

    any: tuple[When, ...] = ()
    fatal: Names = Field((), description="Ids of fatal items of which one was seen; `any` for whichever.")
    score_below: float | None = Field(None, gt=0, le=100)
    band: Annotated[tuple[Band, ...], BeforeValidator(_as_list)] = ()
    flags: Names = Field((), description="Codes of which the scorecard carries one.")
    items: Mapping[str, Annotated[tuple[Outcome, ...], BeforeValidator(_as_list)]] = Field(
        default_factory=dict, description="Outcomes by the id of an item."
    )
    risk: RiskIs | None = None
    emotion: EmotionIs | None = None
    metadata: Mapping[str, Annotated[tuple[str | int | float | bool, ...], BeforeValidator(_as_list)]] = Field(
        default_factory=dict, description="Values of which the interaction's metadata has one."
    )
    kind: Kind | None = None
    direction: Direction | None = None

    @model_validator(mode="after")
    def _asks(self) -> When:
        if not self.model_fields_set:
            raise Wrong("条件里至少要写一项", "a condition names at least one thing to look at")
        return self


class Count(Part):
    """Only the ``at_least``-th interaction within the strategy's window raises the alert."""

    at_least: int = Field(ge=2, le=1000)


class Limit(Part):
    """At most so many alerts of this strategy are sent out within a time; more are kept and shown, but not sent."""

    at_most: int = Field(ge=1)
    within: Duration
    per: Per = Per.TENANT


class Quiet(Part):
    """Hours in which nothing is sent (local time, over midnight where ``until`` is earlier); the board shows it."""

    since: time = Field(alias="from")
    until: time = Field(alias="to")
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    days: Annotated[tuple[Literal[DAYS], ...], BeforeValidator(_as_list)] = Field(  # type: ignore[valid-type]
        DAYS, description="Days on which such a quiet time begins."
    )
    least: Grade = Field(Grade.MAJOR, alias="except", description="From this grade on it is sent all the same.")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class StepIs(Part):
    """So long after the alert, unless it was acknowledged, these groups are told."""

    after: Duration
    to: Groups = Field(min_length=1)


class GradePath(Part):
    """What one grade asks of people: the deadlines from the alert on, and who is told when nobody acknowledges."""

    title: Bilingual
    acknowledge: Duration
    resolve: Duration
    escalate: tuple[StepIs, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> GradePath:
        waits = [step.after for step in self.escalate]
        if waits != sorted(set(waits)):
            raise Wrong("升级的每一步都要晚于前一步", "each step of an escalation comes later than the one before")
        return self

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(after_s=step.after.total_seconds(), to=step.to) for step in self.escalate)


class Strategy(Part):
    """One reason for an alert. Repetitions about the same subject within ``window`` are one alert."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", description="Stable: alerts and reports name it.")
    title: Bilingual
    grade: Grade
    when: When
    per: Per = Per.INTERACTION
    count: Count | None = None
    window: Duration = timedelta(days=1)
    fresh: Duration = Field(timedelta(days=1), description="Interactions that began longer ago raise nothing.")
    again: Duration | None = Field(None, description="Raised again, it is sent again after this long; else not.")
    limit: Limit | None = None
    quiet: Quiet | None = Field(None, description="In place of the document's quiet hours.")
    tell: Groups = ("duty",)
    enabled: bool = True

    @model_validator(mode="after")
    def _counts_somebody(self) -> Strategy:
        if self.count is not None and self.per is Per.INTERACTION:
            raise Wrong(
                "`count` 针对多条会话：`per` 请写 customer、agent、team、vendor 或 tenant",
                "`count` is over several interactions: name a customer, agent, team, vendor or tenant",
            )
        return self


class Document(Part):
    """A whole document of strategies as written in YAML."""

    version: Literal[1]
    quiet: Quiet | None = None
    grades: Mapping[Grade, GradePath]
    strategies: tuple[Strategy, ...]

    @model_validator(mode="after")
    def _whole(self) -> Document:
        if missing := [grade for grade in Grade if grade not in self.grades]:
            raise Wrong(f"级别 `{missing[0]}` 没有写时限和升级", f"no path for the grade `{missing[0]}`")
        ids = [strategy.id for strategy in self.strategies]
        if twice := next((name for name in ids if ids.count(name) > 1), None):
            raise Wrong(f"有两条策略都叫 `{twice}`", f"two strategies are called `{twice}`")
        return self

    def path(self, strategy: Strategy) -> GradePath:
        return self.grades[strategy.grade]

    def quiet_for(self, strategy: Strategy) -> Quiet | None:
        return strategy.quiet if "quiet" in strategy.model_fields_set else self.quiet


@dataclass(frozen=True, slots=True)
class Strategies:
    """A document that was read, its exact text and the SHA-256 of it."""

    document: Document
    text: str
    sha256: str

    @property
    def enabled(self) -> tuple[Strategy, ...]:
        return tuple(strategy for strategy in self.document.strategies if strategy.enabled)


def ended(quiet: Quiet, grade: Grade, now: datetime) -> datetime:
    """When something of that grade may be sent: ``now``, or the end of the quiet time that holds ``now``."""
    if grade.rank >= quiet.least.rank:
        return now
    local = now.astimezone(quiet.zone)
    for began in (local.date() - timedelta(days=1), local.date()):
        over = began + timedelta(days=1) if quiet.until <= quiet.since else began
        since = datetime.combine(began, quiet.since, quiet.zone)
        until = datetime.combine(over, quiet.until, quiet.zone)
        if DAYS[began.weekday()] in quiet.days and since <= now < until:
            return until.astimezone(now.tzinfo)
    return now
