"""How well alerts are seen to: how many there are, how soon they were taken on, and what they turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from qa_engine.alerts import AlertState, Grade
from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import visible
from qa_engine.storage.alert_access import follows
from qa_engine.storage.alert_tables import alerts
from qa_engine.storage.figures import spread
from qa_engine.storage.records import Spread
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

SAMPLE = 5_000
"""The latest acknowledged alerts that tell how long it takes."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSummary:
    """Of the alerts raised since a moment. ``acknowledge`` and ``resolve``: seconds it took, None before the first;
    ``in_time``: the share (0..1) of those acknowledged or overdue that were acknowledged by their deadline."""

    since: datetime
    raised: int
    by_state: Mapping[str, int]
    by_grade: Mapping[str, int]
    by_strategy: Mapping[str, int]
    by_cause: Mapping[str, int]
    escalated: int
    acknowledge: Spread | None
    resolve: Spread | None
    in_time: float | None


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Of the whole installation, for /metrics: alerts that nobody has taken on, by grade; seconds to acknowledgement,
    of those acknowledged within a day."""

    open: Mapping[str, int]
    acknowledge: Spread | None


class AlertMeasures(Repository):
    def alert_figures(self) -> AlertFigures:
        """Counted anew with every call."""
        query = select(alerts.c.grade, func.count()).where(alerts.c.state == AlertState.OPEN).group_by(alerts.c.grade)
        with self.db.read() as connection:
            found: dict[str, int] = {grade: many for grade, many in connection.execute(query)}  # noqa: C416
            recent = alerts.c.acknowledged_at > clock.at(connection) - DAY
            took = _took(connection, recent, "acknowledged_at")
        return AlertFigures({grade: found.get(grade, 0) for grade in Grade}, took)

    def alert_summary(self, principal: Principal, since: datetime) -> AlertSummary:
        """Of what the principal may see. Raises Forbidden."""
        follows(principal)
        mine = and_(alerts.c.tenant == principal.tenant, visible(principal), alerts.c.raised_at >= since)
        with self.db.read() as connection:
            now = clock.at(connection)
            by = {name: _by(connection, mine, name) for name in ("state", "grade", "strategy", "cause")}
            escalated = _count(connection, and_(mine, alerts.c.escalated > 0))
            taken = _count(connection, and_(mine, alerts.c.acknowledged_at <= alerts.c.acknowledge_by))
            ended = alerts.c.acknowledged_at.is_not(None) | (alerts.c.acknowledge_by < now)
            due = _count(connection, and_(mine, ended))
            return AlertSummary(
                since=since, raised=sum(by["state"].values()), by_state=by["state"], by_grade=by["grade"],
                by_strategy=by["strategy"], by_cause=by["cause"], escalated=escalated,
                acknowledge=_took(connection, mine, "acknowledged_at"), resolve=_took(connection, mine, "resolved_at"),
                in_time=round(taken / due, 4) if due else None,
            )  # fmt: skip


def _by(connection: Connection, which: ColumnElement[bool], name: str) -> dict[str, int]:
    column = alerts.c[name]
    query = select(column, func.count()).join_from(alerts, interactions).where(which, column.is_not(None))
    return {value: many for value, many in connection.execute(query.group_by(column))}  # noqa: C416


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(alerts).join(interactions).where(which)
    return connection.execute(query).scalar_one()


def _took(connection: Connection, which: ColumnElement[bool], ended: str) -> Spread | None:
    told: Any = select(alerts.c.raised_at, alerts.c[ended]).join_from(alerts, interactions)
    query = told.where(which, alerts.c[ended].is_not(None)).order_by(alerts.c[ended].desc()).limit(SAMPLE)
    return spread([max(0.0, (end - began).total_seconds()) for began, end in connection.execute(query)])
