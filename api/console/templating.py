"""How a template becomes a page: one environment, filters, and the words of the visitor's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.console.view import format as shown
from api.console.words import Words
from qa_engine.storage import InteractionRow

TEMPLATES = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Everything that is put into a template is escaped; an unknown name is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    plain = (shown.clock, shown.number, shown.percent, shown.iso_duration)
    env.filters.update({f.__name__: f for f in plain})
    env.filters.update({"moment": _moment, "full_moment": _full_moment, "span": _span})
    env.filters.update({"beside": _beside, "bytes": shown.size, "blanks": shown.blanks})
    return env


def render(template: str, context: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(context)


@pass_context
def _moment(context: Context, at: datetime | None) -> str:
    """Today and yesterday by name, other days by date."""
    zone, now, t = context["zone"], context["now"], context["t"]
    day = shown.day_name(at, zone, now)
    if at is None or day is None:
        return shown.moment(at, zone, now=now)
    return f"{t(f'day.{day}')} {shown.time_of_day(at, zone)}"


@pass_context
def _full_moment(context: Context, at: datetime | None) -> str:
    return shown.full_moment(at, context["zone"])


def _beside(row: InteractionRow, t: Words) -> str:
    """The small line under an interaction's name: its source where that is not the name, its ticket."""
    told = row.interaction
    source = told.source if told.external_id and told.source != told.external_id else ""
    return " · ".join(part for part in (source, f"{t('field.ticket')} {told.ticket}" if told.ticket else "") if part)


def _span(seconds: float, t: Words) -> str:
    """A length of time in words: seconds, from two minutes on minutes."""
    if seconds < 120:
        return t("unit.seconds", n=shown.number(seconds))
    minutes, rest = divmod(round(seconds), 60)
    return t("unit.minutes", m=minutes, s=rest) if seconds < 7200 else t("unit.hours", n=shown.number(seconds / 3600))
