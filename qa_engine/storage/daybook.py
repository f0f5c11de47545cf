"""Reads what many interactions of a stretch of time were told to be, for reports: counts, and rows without payloads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from qa_engine.domain import Principal
from qa_engine.storage.access import READ, require, visible
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

_TOLD = ("id", "received_at", "risk", "team", "agent", "vendor", "customer_ref")
RiskRow = tuple[str, datetime, float, str | None, str | None, str | None, str | None]
"""id, received_at, risk, team, agent, vendor, customer."""


class Daybook(Repository):
    def risk_rows(self, principal: Principal, since: datetime, until: datetime) -> Sequence[RiskRow]:
        """Of every interaction received in [since, until) whose risk is known, that the principal may see."""
        require(principal, READ)
        columns = [interactions.c[name] for name in _TOLD]
        query = select(*columns).where(visible(principal), *_within(since, until), interactions.c.risk.is_not(None))
        with self.db.read() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def risk_counts(self, principal: Principal, since: datetime, until: datetime, least: float) -> tuple[int, int, int]:
        """Interactions received in [since, until): all that were judged, those whose risk is known, those at risk."""
        require(principal, READ)
        table = interactions.c
        counted = (func.count(table.scored_at), func.count(table.risk), func.count().filter(table.risk >= least))
        with self.db.read() as connection:
            row = connection.execute(select(*counted).where(visible(principal), *_within(since, until))).one()
        return int(row[0]), int(row[1]), int(row[2])


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return interactions.c.received_at >= since, interactions.c.received_at < until
