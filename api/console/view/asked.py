"""What a list page was asked for: query parameters to a filter, and back to links that keep the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from api.console.shown import SHOWN
from qa_engine.domain import Band, Kind
from qa_engine.storage import InteractionFilter, State

PLAIN = ("q", "flag", "agent", "team", "vendor")
CHIPS: tuple[tuple[str, str, str], ...] = (
    ("q", "filter.q_short", ""),
    ("kind", "field.kind", "kind."),
    ("band", "field.band", "band."),
    ("state", "field.state", "state."),
    ("fatal", "filter.only", "filter.fatal_"),
    ("review", "filter.only", "filter.review_"),
    ("risk", "filter.only", "filter.risk_"),
    ("flag", "field.flag", "flag."),
    ("agent", "field.agent", ""),
    ("team", "field.team", ""),
    ("vendor", "field.vendor", ""),
    ("from", "filter.from", ""),
    ("to", "filter.to", ""),
    ("order", "filter.order", "filter.order_"),
)
"""Parameter, label and prefix of the words for its values, in the order shown."""
MORE = ("flag", "agent", "team", "vendor", "from", "to", "order")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was asked, with the link that no longer asks it."""

    label: str
    prefix: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Clean parameters; what is not understood was dropped, so that an old link still opens the list."""

    said: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        return cls({name: value for name, raw in query.items() if (value := _clean(name, raw.strip()))})

    def __getattr__(self, name: str) -> str:
        return self.said.get(name, "")

    @property
    def day_from(self) -> str:
        return self.said.get("from", "")

    @property
    def day_to(self) -> str:
        return self.said.get("to", "")

    @property
    def more(self) -> bool:
        return any(name in self.said for name in MORE)

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(label, prefix, self.said[name], self.link(**{name: None}))
            for name, label, prefix in CHIPS
            if name in self.said
        ]

    def link(self, **changed: str | None) -> str:
        """The list with some parameters changed (None drops one)."""
        said = {**self.said, **changed}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"/interactions?{query}" if query else "/interactions"

    def wanted(self, zone: str) -> InteractionFilter:
        """The filter for the store; days begin and end in the console's time zone."""
        said: dict[str, Any] = {name: self.said.get(name) for name in PLAIN}
        return InteractionFilter(
            kind=Kind(self.said["kind"]) if "kind" in self.said else None,
            band=Band(self.said["band"]) if "band" in self.said else None,
            state=State(self.said["state"]) if "state" in self.said else None,
            fatal=True if "fatal" in self.said else None,
            needs_review=True if "review" in self.said else None,
            received_from=_midnight(self.said.get("from"), zone, 0),
            received_to=_midnight(self.said.get("to"), zone, 1),
            risk_min=SHOWN.risk_from if "risk" in self.said else None,
            order=_ORDERS.get(self.said.get("order", ""), "newest"),
            **said,
        )


_ORDERS: dict[str, Literal["score", "risk"]] = {"score": "score", "risk": "risk"}
_CHOICES: dict[str, frozenset[str]] = {
    "kind": frozenset(Kind),
    "band": frozenset(Band),
    "state": frozenset(State),
    "fatal": frozenset({"1"}),
    "review": frozenset({"1"}),
    "risk": frozenset({"1"}),
    "order": frozenset(_ORDERS),
}


def _clean(name: str, value: str) -> str | None:
    """The value, or None when the parameter is unknown or its value cannot be meant."""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else None
    if name in ("from", "to"):
        return value if _day(value) else None
    return value[:200] if name in PLAIN and value.isprintable() else None


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


def _midnight(value: str | None, zone: str, days: int) -> datetime | None:
    day = _day(value) if value else None
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone))
