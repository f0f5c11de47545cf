"""How incidents of each grade stand, and how soon they are taken on and resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from qa_engine.alerts import AlertState, Grade
from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import visible
from qa_engine.storage.alert_access import follows
from qa_engine.storage.alert_tables import alerts
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

SAMPLE = 5_000
"""The latest alerts that tell how long it takes."""


@dataclass(frozen=True, slots=True)
class Took:
    """Half of ``count`` durations are at most ``p50`` seconds, nine of ten at most ``p90`` (by the nearest rank)."""

    count: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeFigures:
    """``open``, ``acknowledged`` and ``overdue`` (of both) as it stands now; the rest of those raised since a moment.
    ``in_time``: the share (0..1) of those acknowledged or due that were acknowledged by their deadline."""

    grade: Grade
    open: int
    acknowledged: int
    overdue: int
    raised: int
    resolved: int
    acknowledge: Took | None
    resolve: Took | None
    in_time: float | None


class Incidents(Repository):
    def incidents(self, principal: Principal, since: datetime) -> Sequence[GradeFigures]:
        """By grade, the gravest first, of what the principal may see. Raises Forbidden."""
        follows(principal)
        mine = and_(alerts.c.tenant == principal.tenant, visible(principal))
        with self.db.read() as connection:
            now = clock.at(connection)
            standing = {row["grade"]: row for row in _standing(connection, mine, now)}
            recent = _recent(connection, and_(mine, alerts.c.raised_at >= since))
        return [_figures(grade, standing.get(grade), recent, now) for grade in reversed(Grade)]


def _standing(connection: Connection, mine: ColumnElement[bool], now: datetime) -> Iterable[Any]:
    is_open, taken = alerts.c.state == AlertState.OPEN, alerts.c.state == AlertState.ACKNOWLEDGED
    late = (is_open & (alerts.c.acknowledge_by < now)) | (taken & (alerts.c.resolve_by < now))
    told = {"open": is_open, "acknowledged": taken, "overdue": late}
    counts = [func.sum(case((which, 1), else_=0)).label(name) for name, which in told.items()]
    query = select(alerts.c.grade, *counts).join_from(alerts, interactions).where(mine, is_open | taken)
    return connection.execute(query.group_by(alerts.c.grade)).mappings()


def _recent(connection: Connection, which: ColumnElement[bool]) -> Sequence[Any]:
    told = [alerts.c[name] for name in ("grade", "raised_at", "acknowledge_by", "acknowledged_at", "resolved_at")]
    query = select(*told).join_from(alerts, interactions).where(which).order_by(alerts.c.id.desc()).limit(SAMPLE)
    return connection.execute(query).mappings().all()


def _figures(grade: Grade, standing: Any, recent: Sequence[Any], now: datetime) -> GradeFigures:
    own = [row for row in recent if row["grade"] == grade]
    due = [row for row in own if row["acknowledged_at"] or row["acknowledge_by"] < now]
    kept = [row for row in due if row["acknowledged_at"] and row["acknowledged_at"] <= row["acknowledge_by"]]
    counts = {name: int(standing[name]) if standing else 0 for name in ("open", "acknowledged", "overdue")}
    return GradeFigures(
        grade=grade,
        **counts,
        raised=len(own),
        resolved=sum(row["resolved_at"] is not None for row in own),
        acknowledge=_took(own, "acknowledged_at"),
        resolve=_took(own, "resolved_at"),
        in_time=round(len(kept) / len(due), 4) if due else None,
    )


def _took(rows: Sequence[Any], ended: str) -> Took | None:
    spans = sorted(max(0.0, (row[ended] - row["raised_at"]).total_seconds()) for row in rows if row[ended])
    if not spans:
        return None
    return Took(len(spans), *(spans[max(0, ceil(share * len(spans)) - 1)] for share in (0.5, 0.9)))
