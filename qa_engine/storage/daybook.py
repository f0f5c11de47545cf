"""Reads what many interactions of a stretch of time were told to be, for reports: counts, and rows without payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from qa_engine.domain import Outcome, Principal
from qa_engine.scoring.bulk import OUTCOMES
from qa_engine.storage.access import READ, require, visible
from qa_engine.storage.blocks import Stretch
from qa_engine.storage.interactions import filtered
from qa_engine.storage.latest import Latest, latest
from qa_engine.storage.records import InteractionFilter
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

CHUNK = 500
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

    def latest_outcomes(
        self, principal: Principal, wanted: InteractionFilter, most: int
    ) -> Iterator[tuple[str, Mapping[str, Outcome]]]:
        """Of the newest interactions that fit (words and order are not asked), each with the outcome of every item of
        its latest scorecard that counts. At most ``most`` of them."""
        require(principal, READ)
        query = filtered(select(interactions.c.id).where(visible(principal)), principal.tenant, wanted)
        with self.db.read() as connection:
            newest = query.where(interactions.c.scored_at.is_not(None)).order_by(interactions.c.id.desc())
            ids = list(connection.execute(newest.limit(most)).scalars())
            for start in range(0, len(ids), CHUNK):
                part = ids[start : start + CHUNK]
                cards = latest(connection, Stretch(principal.tenant, part[-1], part[0], len(part)), set(part), {})
                yield from ((one, _outcomes(cards[one])) for one in part if one in cards)


def _outcomes(card: Latest) -> Mapping[str, Outcome]:
    return {item: OUTCOMES[int(code)] for item, code in zip(card.items, card.outcomes, strict=True)}


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return interactions.c.received_at >= since, interactions.c.received_at < until
