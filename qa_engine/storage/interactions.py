"""Lists and looks up interactions, each for the one who asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select, tuple_

from qa_engine.domain import Principal
from qa_engine.errors import BadInput, NotFound
from qa_engine.storage.access import READ, require, visible
from qa_engine.storage.records import InteractionFilter, InteractionRow, JobStatus, Page, Stage, State
from qa_engine.storage.repository import Repository
from qa_engine.storage.rows import interaction_row, job_status
from qa_engine.storage.search import holding
from qa_engine.storage.tables import interaction_flags, interactions, jobs

MAX_PAGE = 500
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
        query = select(interactions).where(visible(principal), *_conditions(principal, wanted))
        query = _ordered(query, wanted, after).limit(limit + 1)
        with self.db.read() as connection:
            if wanted.q and wanted.q.strip():
                query = query.where(holding(connection, wanted.q))
            rows = connection.execute(query).mappings().all()
            running = [row["id"] for row in rows[:limit] if row["state"] != State.DONE]
            latest = latest_jobs(connection, running)
        shown = tuple(interaction_row(row, latest.get(row["id"])) for row in rows[:limit])
        return Page(shown, _cursor(wanted, rows[limit - 1]) if len(rows) > limit else None)

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
        within = _conditions(principal, InteractionFilter(received_from=received_from, received_to=received_to))
        counted: dict[str, dict[str, int]] = {}
        with self.db.read() as connection:
            for name in ("state", "band", "kind"):
                column = interactions.c[name]
                query = select(column, func.count()).where(visible(principal), *within).group_by(column)
                counted[name] = {key: count for key, count in connection.execute(query) if key is not None}
        return counted


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
    theirs = jobs.c.interaction_id.in_(ids) & (jobs.c.stage != Stage.DELIVER)
    newest = select(func.max(jobs.c.id)).where(theirs).group_by(jobs.c.interaction_id)
    found = connection.execute(select(jobs).where(jobs.c.id.in_(newest))).mappings()
    return {row["interaction_id"]: job_status(row) for row in found}


def _conditions(principal: Principal, wanted: InteractionFilter) -> list[ColumnElement[bool]]:
    table = interactions.c
    found: list[ColumnElement[bool]] = [
        table[name] == value for name in _SAME if (value := getattr(wanted, name)) is not None
    ]
    if wanted.fatal is not None:
        found.append(table.is_fatal == wanted.fatal)
    if wanted.flag is not None:
        flagged = select(interaction_flags.c.interaction_id).where(
            interaction_flags.c.tenant == principal.tenant, interaction_flags.c.flag == wanted.flag
        )
        found.append(table.id.in_(flagged))
    bounds = (
        (wanted.score_min, table.score.__ge__),
        (wanted.score_max, table.score.__le__),
        (wanted.received_from, table.received_at.__ge__),
        (wanted.received_to, table.received_at.__lt__),
    )
    found.extend(holds(bound) for bound, holds in bounds if bound is not None)
    return found


def _ordered(query: Select[Any], wanted: InteractionFilter, after: str | None) -> Select[Any]:
    place = _place(after, 2 if wanted.order == "score" else 1) if after else None
    table = interactions.c
    if wanted.order == "score":
        query = query.where(table.score.is_not(None)).order_by(table.score, table.id)
        return query if place is None else query.where(tuple_(table.score, table.id) > (float(place[0]), str(place[1])))
    query = query.order_by(table.id.desc())
    return query if place is None else query.where(and_(table.id < str(place[0])))


def _cursor(wanted: InteractionFilter, last: RowMapping) -> str:
    place = [last["score"], last["id"]] if wanted.order == "score" else [last["id"]]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(after: str, parts: int) -> list[Any]:
    try:
        place = json.loads(base64.urlsafe_b64decode(after.encode() + b"=" * (-len(after) % 4)))
        if isinstance(place, list) and len(place) == parts and (parts == 1 or isinstance(place[0], int | float)):
            return place
    except ValueError:
        pass
    raise BadInput("not the place of a page", where="after", mend="take `next` of the page before, as it is")
