"""Decides by the day and the hour at which the interaction began: promotions, rules that are not yet or no longer in
force, night shifts."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from qa_engine.checkers.base import Checker, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _known(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone is called {name}")
    return name


class Began(Checker):
    """True when the interaction began on such a day and at such an hour; unknown where its start was not told. As the
    first rung of an item, `NOT_APPLICABLE: {not: {began: {since: 2026-11-01, until: 2026-11-11}}}` gives it a validity.
    """

    name: ClassVar[str] = "began"

    since: date | None = Field(None, description="First day.")
    until: date | None = Field(None, description="Last day, included.")
    weekdays: tuple[Weekday, ...] = Field((), description="Only on these: mon, tue, wed, thu, fri, sat, sun.")
    after: time | None = Field(None, description="From this time of day (22:00); later than `before`, over midnight.")
    before: time | None = Field(None, description="Before this time of day.")
    timezone: Annotated[str, AfterValidator(_known)] = Field("Asia/Shanghai", description="Whose days and hours.")

    @model_validator(mode="after")
    def _some(self) -> Began:
        if not (self.since or self.until or self.weekdays or self.after or self.before):
            raise ValueError("give at least one of since, until, weekdays, after, before")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"it ends ({self.until}) before it begins ({self.since})")
        return self

    def check(self, bench: Bench) -> Verdict:
        started = bench.view.interaction.started_at
        if started is None:
            return unknown(Text("没有提供开始时间", "the start was not told"))
        local = started.astimezone(ZoneInfo(self.timezone))
        told = Text(f"开始于 {local:%Y-%m-%d %H:%M}", f"it began at {local:%Y-%m-%d %H:%M}")
        fits = (
            (self.since is None or local.date() >= self.since)
            and (self.until is None or local.date() <= self.until)
            and (not self.weekdays or DAYS[local.weekday()] in self.weekdays)
            and self._within(local.time())
        )
        return yes(told) if fits else no(told)

    def _within(self, now: time) -> bool:
        late = self.after is None or now >= self.after
        early = self.before is None or now < self.before
        over_midnight = self.after is not None and self.before is not None and self.after > self.before
        return (late or early) if over_midnight else (late and early)
