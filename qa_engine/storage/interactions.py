"""Lists and looks up interactions, each for the one who asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.storage.access import READ, require, visible
from qa_engine.storage.grams import fold
from qa_engine.storage.paging import Order
from qa_engine.storage.records import InteractionFilter, InteractionRow, JobStatus, Page, Stage, State
from qa_engine.storage.repository import Repository
from qa_engine.storage.rows import interaction_row, job_status
from qa_engine.storage.search import found, heard_in, rare
from qa_engine.storage.tables import interaction_flags, interactions, jobs

MAX_PAGE = 500
STRETCH = 20_000
"""So many rows of a list are looked through for words that many texts hold."""
NEEDS_REVIEW = "needs_review"
COUNTED = ("state", "band", "kind")
_SAME = ("kind", "state", "band", "needs_review", "agent", "team", "vendor", "customer_ref", "ticket", "external_id")


class Interactions(Repository):
    def interactions(
        self,
        principal: Principal,
        wanted: InteractionFilter | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[InteractionRow]:
        """One page of what the principal may see; ``after`` is the ``next`` of the page before (BadInput if not)."""
        require(principal, READ)
        wanted, limit = wanted or InteractionFilter(), max(1, min(limit, MAX_PAGE))
        order = _order(wanted)
        query = _asked(principal, wanted)
        if after:
            query = query.where(order.beyond(order.place(after)))
        with self.db.read() as connection:
            rows = _rows(connection, query, order, wanted.q, limit + 1)
            running = [row["id"] for row in rows[:limit] if row["state"] != State.DONE]
            latest = latest_jobs(connection, running)
        shown = tuple(interaction_row(row, latest.get(row["id"])) for row in rows[:limit])
        return Page(shown, order.cursor(rows[limit - 1]) if len(rows) > limit else None)

    def interaction(self, principal: Principal, interaction_id: str) -> InteractionRow:
        """With its latest job. Raises NotFound."""
        with self.db.read() as connection:
            row = find(connection, principal, interaction_id)
            return interaction_row(row, latest_jobs(connection, [row["id"]]).get(row["id"]))

    def counts(
        self, principal: Principal, received_from: datetime | None = None, received_to: datetime | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """How many the principal may see: ``{"state": {...}, "band": {...}, "kind": {...}}``."""
        require(principal, READ)
        within = _conditions(InteractionFilter(received_from=received_from, received_to=received_to))
        columns = [interactions.c[name] for name in COUNTED]
        query = select(func.count(), *columns).where(visible(principal), *within).group_by(*columns)
        counted: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
        with self.db.read() as connection:
            for count, *values in connection.execute(query):
                for name, value in zip(COUNTED, values, strict=True):
                    counted[name][value] += count
        return {name: {value: n for value, n in found.items() if value is not None} for name, found in counted.items()}


def find(connection: Connection, principal: Principal, interaction_id: str) -> RowMapping:
    """The row, if the principal may see it. Raises NotFound otherwise, without telling which of the two it is."""
    require(principal, READ)
    query = select(interactions).where(interactions.c.id == interaction_id, visible(principal))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("no such interaction", where=interaction_id[:64])
    return row


def latest_jobs(connection: Connection, ids: Sequence[str]) -> dict[str, JobStatus]:
    """The newest job of each interaction that is part of its judgement."""
    if not ids:
        return {}
    theirs = jobs.c.interaction_id.in_(ids) & jobs.c.stage.in_([stage for stage in Stage if stage.judges])
    newest = select(func.max(jobs.c.id)).where(theirs).group_by(jobs.c.interaction_id)
    rows = connection.execute(select(jobs).where(jobs.c.id.in_(newest))).mappings()
    return {row["interaction_id"]: job_status(row) for row in rows}


def _conditions(wanted: InteractionFilter) -> list[ColumnElement[bool]]:
    table = interactions.c
    asked: list[ColumnElement[bool]] = [
        table[name] == value for name in _SAME if (value := getattr(wanted, name)) is not None
    ]
    if wanted.fatal is not None:
        asked.append(table.is_fatal == wanted.fatal)
    bounds = (
        (wanted.score_min, table.score.__ge__),
        (wanted.score_max, table.score.__le__),
        (wanted.risk_min, table.risk.__ge__),
        (wanted.received_from, table.received_at.__ge__),
        (wanted.received_to, table.received_at.__lt__),
    )
    asked.extend(holds(bound) for bound, holds in bounds if bound is not None)
    return asked


def _asked(principal: Principal, wanted: InteractionFilter) -> Select[Any]:
    query = select(interactions).where(visible(principal))
    if wanted.order != "newest":
        query = query.where(interactions.c[wanted.order].is_not(None))
    return filtered(query, principal.tenant, wanted)


def filtered(query: Select[Any], tenant: str, wanted: InteractionFilter) -> Select[Any]:
    """A query of the tenant's interactions, narrowed to what is asked; words and order are left to lists."""
    query, flag = query.where(*_conditions(wanted)), _flag(wanted)
    if flag is None:
        return query
    theirs = interaction_flags.c
    flagged = (theirs.tenant == tenant) & (theirs.flag == flag)
    return query.join(interaction_flags, theirs.interaction_id == interactions.c.id).where(flagged)


def _flag(wanted: InteractionFilter) -> str | None:
    """The flag whose list is read; what needs a review carries one, and may be rare."""
    return wanted.flag if wanted.flag is not None or not wanted.needs_review else NEEDS_REVIEW


def _rows(
    connection: Connection, query: Select[Any], order: Order, words: str | None, limit: int
) -> Sequence[RowMapping]:
    """What is said often is looked for in the list itself, a stretch of it; else, and beyond that, by the index."""

    def read(*conditions: ColumnElement[bool]) -> Sequence[RowMapping]:
        return connection.execute(order.of(query.where(*conditions)).limit(limit)).mappings().all()

    if not (words and fold(words)):
        return read()
    if not rare(connection, words):
        end = connection.execute(order.of(query).offset(STRETCH).limit(1)).mappings().one_or_none()
        if end is None:
            return read(heard_in(connection, words))
        rows = read(heard_in(connection, words), ~order.beyond(order.values(end)))
        if len(rows) == limit:
            return rows
    return read(found(connection, words))


def _order(wanted: InteractionFilter) -> Order:
    """One that an index gives, so that no list is sorted as a whole."""
    table = interactions.c
    if wanted.order == "score":
        return Order((table.score, table.id), descending=False)
    if wanted.order == "risk":
        return Order((table.risk, table.id))
    if wanted.received_from or wanted.received_to:
        return Order((table.received_at, table.id))
    if _flag(wanted) is not None:
        return Order((interaction_flags.c.interaction_id,), names=("id",))
    return Order((table.id,))
