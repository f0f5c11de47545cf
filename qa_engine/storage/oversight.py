"""What those who run the house see of single jobs: who works on what, what has stopped and why; and how it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select, type_coerce

from qa_engine.domain import Principal
from qa_engine.errors import Conflict, Forbidden, NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import TENANT_WIDE, WRITE, require
from qa_engine.storage.audit import append
from qa_engine.storage.db import Database
from qa_engine.storage.jobs import requeue
from qa_engine.storage.records import Failure, JobState, Queue, Stage, State
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions, jobs

MOST_SHOWN = 100
MOST_COUNTED = 10_000
RELEASED_AT_ONCE = 500
"""Jobs put back in one transaction, so that intake and workers get their turn in between."""
_STOPPED = (JobState.PARKED, JobState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A job in a worker's hands. ``alive``: the worker has told of itself within its lease.

    ``run`` instead of an interaction: it rescores a part of the archive.
    """

    worker: str
    queue: Queue
    stage: Stage
    interaction_id: str | None
    run: str | None
    name: str
    step: str | None
    fraction: float
    attempts: int
    since: datetime
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A parked or failed job; ``name`` is what people call its interaction, or the rubric of its run."""

    job_id: str
    interaction_id: str | None
    run: str | None
    name: str
    queue: Queue
    stage: Stage
    state: JobState
    error: Failure | None
    attempts: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """So many jobs have stopped for this; ``count`` is at most MOST_COUNTED over all reasons."""

    code: str
    count: int


class Oversight(Repository):
    """For those who see the whole tenant; everyone else gets Forbidden."""

    def at_work(self, principal: Principal) -> Sequence[AtWork]:
        """Those at work longest first."""
        held = and_(jobs.c.tenant == oversees(principal), jobs.c.state == JobState.LEASED)
        with self.db.read() as connection:
            now = clock.at(connection)
            rows = connection.execute(_with_name(held).order_by(jobs.c.started_at).limit(MOST_SHOWN)).mappings()
            return [_at_work(row, now) for row in rows]

    def stopped(self, principal: Principal) -> Sequence[Stopped]:
        """The latest, newest first."""
        tenant = oversees(principal)
        with self.db.read() as connection:
            found = [
                _stopped(row)
                for stage in Stage
                for state in _STOPPED
                for row in connection.execute(_latest(tenant, stage, state)).mappings()
            ]
        found.sort(key=lambda one: one.job_id, reverse=True)
        found.sort(key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True)
        return found[:MOST_SHOWN]

    def reasons(self, principal: Principal) -> Sequence[Reason]:
        """Why jobs have stopped, the most frequent first."""
        some = select(_code(self.db).label("code")).select_from(_JOINED).where(_stuck(oversees(principal)))
        within = some.limit(MOST_COUNTED).subquery()
        count = select(within.c.code, func.count()).group_by(within.c.code)
        with self.db.read() as connection:
            found = [Reason(code or "", many) for code, many in connection.execute(count)]
        return sorted(found, key=lambda reason: (-reason.count, reason.code))

    def release_job(self, principal: Principal, job_id: str) -> None:
        """Put it back to work, its attempts forgotten. Raises NotFound, Conflict when it has not stopped."""
        require(principal, WRITE)
        theirs = and_(jobs.c.id == job_id, jobs.c.tenant == oversees(principal))
        with self.db.write() as connection:
            if connection.execute(select(jobs.c.id).where(theirs)).one_or_none() is None:
                raise NotFound("no such job", where=job_id[:64])
            if not requeue(connection, job_id):
                raise Conflict("its work has not stopped", where=job_id)
            append(connection, principal, "job.release", job_id)

    def release_all(self, principal: Principal, code: str, limit: int = MOST_COUNTED) -> int:
        """The same for all that stopped for one reason, those of longest ago first; returns how many."""
        require(principal, WRITE)
        tenant, released = oversees(principal), 0
        wanted = select(jobs.c.id).select_from(_JOINED).where(_stuck(tenant), _code(self.db) == code)
        while released < limit:
            with self.db.write() as connection:
                some = wanted.order_by(jobs.c.id).limit(min(RELEASED_AT_ONCE, limit - released))
                ids = connection.execute(some).scalars().all()
                done = sum(requeue(connection, job_id) for job_id in ids)
                if done:
                    append(connection, principal, "job.release_all", code, {"jobs": done})
            released += done
            if len(ids) < RELEASED_AT_ONCE:
                break
        return released


def oversees(principal: Principal) -> str:
    """The tenant whose whole work the principal may see. Raises Forbidden."""
    if principal.role not in TENANT_WIDE:
        raise Forbidden("the queue is for administrators, QA leads and services")
    return principal.tenant


_JOINED = jobs.outerjoin(interactions, interactions.c.id == jobs.c.interaction_id)
_ITS_OWN = (Stage.DELIVER, Stage.RESCORE)
"""What no later judgement of an interaction overtakes."""


def _with_name(which: ColumnElement[bool]) -> Select[Any]:
    return select(jobs, interactions.c.external_id, interactions.c.source).select_from(_JOINED).where(which)


def _stuck(tenant: str) -> ColumnElement[bool]:
    """What a later judgement of the same interaction has overtaken is no longer stuck."""
    still = or_(interactions.c.state.in_((State.PARKED, State.FAILED)), jobs.c.stage.in_(_ITS_OWN))
    return and_(jobs.c.tenant == tenant, jobs.c.queue.in_(list(Queue)), jobs.c.state.in_(_STOPPED), still)


def _latest(tenant: str, stage: Stage, state: JobState) -> Select[Any]:
    mine = and_(jobs.c.stage == stage, jobs.c.state == state, _stuck(tenant))
    return _with_name(mine).order_by(jobs.c.finished_at.desc()).limit(MOST_SHOWN)


def _code(db: Database) -> ColumnElement[str]:
    """The code within a kept error; empty without one."""
    text = type_coerce(jobs.c.error, Text)
    found = func.json_extract(text, "$.code") if db.is_sqlite else func.json_extract_path_text(func.json(text), "code")
    return func.coalesce(found, "")


def _at_work(row: Any, now: datetime) -> AtWork:
    return AtWork(
        worker=row["worker"],
        queue=Queue(row["queue"]),
        stage=Stage(row["stage"]),
        interaction_id=row["interaction_id"],
        run=row["params"].get("run"),
        name=row["external_id"] or row["source"] or row["params"].get("rubric", ""),
        step=row["step"],
        fraction=row["fraction"],
        attempts=row["attempts"],
        since=row["started_at"],
        alive=row["lease_until"] >= now,
    )


def _stopped(row: Any) -> Stopped:
    return Stopped(
        job_id=row["id"],
        interaction_id=row["interaction_id"],
        run=row["params"].get("run"),
        name=row["external_id"] or row["source"] or row["params"].get("rubric", ""),
        queue=Queue(row["queue"]),
        stage=Stage(row["stage"]),
        state=JobState(row["state"]),
        error=None if row["error"] is None else Failure(**row["error"]),
        attempts=row["attempts"],
        at=row["finished_at"],
    )
