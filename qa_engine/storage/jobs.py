"""The state machine of work: a job is claimed by a lease with a fence, and only the newest fence may finish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from qa_engine.errors import StaleFence
from qa_engine.storage import clock
from qa_engine.storage.db import Database
from qa_engine.storage.ids import new_id
from qa_engine.storage.outbox import RING, post
from qa_engine.storage.records import Failure, JobState, State
from qa_engine.storage.tables import interactions, jobs

RETRY_AFTER_S = (2.0, 15.0, 60.0)
"""How long a crashed job rests before its second, third, fourth ... attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One worker's claim on one job; worth nothing once another claim has raised the fence."""

    job_id: str
    interaction_id: str
    tenant: str
    stage: str
    params: Mapping[str, Any]
    fence: int
    attempts: int
    worker: str


@dataclass(frozen=True, slots=True)
class Late:
    """A job that waits although its bell should have been heard."""

    job_id: str
    stage: str


def new_job(
    connection: Connection,
    tenant: str,
    interaction_id: str,
    stage: str,
    *,
    priority: int = 0,
    params: Mapping[str, Any] | None = None,
) -> str:
    """Row and bell message, within the caller's transaction; returns the job's id."""
    job_id, now = new_id(), clock.now()
    connection.execute(
        insert(jobs).values(
            id=job_id,
            tenant=tenant,
            interaction_id=interaction_id,
            stage=stage,
            params=dict(params or {}),
            state=JobState.QUEUED,
            priority=priority,
            available_at=now,
            created_at=now,
        )
    )
    post(connection, RING, {"queue": stage, "job": job_id, "first": priority > 0})
    return job_id


def requeue(connection: Connection, job_id: str) -> bool:
    """By hand: a parked or failed job starts over, within the caller's transaction; False if it is neither."""
    stopped = (jobs.c.id == job_id) & jobs.c.state.in_((JobState.PARKED, JobState.FAILED))
    fresh = {"state": JobState.QUEUED, "attempts": 0, "error": None, "finished_at": None, "rung_at": None}
    row = connection.execute(
        update(jobs)
        .where(stopped)
        .values(**fresh, available_at=clock.now())
        .returning(jobs.c.interaction_id, jobs.c.stage)
    ).one_or_none()
    if row is None:
        return False
    _stand(connection, row.interaction_id, State.QUEUED)
    post(connection, RING, {"queue": row.stage, "job": job_id, "first": True})
    return True


class Jobs:
    """Every change is one conditional update in one transaction. Durations are seconds."""

    def __init__(self, db: Database, *, lease_s: float, max_attempts: int) -> None:
        self._db, self._lease, self._max = db, timedelta(seconds=lease_s), max_attempts

    def claim(self, job_id: str, worker: str) -> Lease | None:
        """The lease, or None when the job is done, taken, resting or has used up its attempts."""
        now = clock.now()
        taken = {
            "state": JobState.LEASED,
            "fence": jobs.c.fence + 1,
            "attempts": jobs.c.attempts + 1,
            "worker": worker,
            "lease_until": now + self._lease,
            "started_at": func.coalesce(jobs.c.started_at, now),
            "step": None,
            "fraction": 0.0,
        }
        free = and_(jobs.c.id == job_id, jobs.c.attempts < self._max, _claimable(now))
        with self._db.write() as connection:
            row = connection.execute(update(jobs).where(free).values(**taken).returning(jobs)).mappings().one_or_none()
            if row is None:
                return None
            _stand(connection, row["interaction_id"], State.WORKING)
        return Lease(
            job_id=row["id"],
            interaction_id=row["interaction_id"],
            tenant=row["tenant"],
            stage=row["stage"],
            params=row["params"],
            fence=row["fence"],
            attempts=row["attempts"],
            worker=worker,
        )

    def renew(self, lease: Lease, step: str | None = None, fraction: float | None = None) -> None:
        """Heartbeat, with how far the work is. Raises StaleFence when the job is no longer ours."""
        news: dict[str, Any] = {"lease_until": clock.now() + self._lease}
        if step is not None:
            news |= {"step": step, "fraction": min(max(fraction or 0.0, 0.0), 1.0)}
        with self._db.write() as connection:
            _change(connection, lease, **news)

    def finish(self, lease: Lease, effect: Callable[[Connection], None]) -> None:
        """Done: the job's end and all its effect in one transaction. Raises StaleFence, and then nothing happened."""
        with self._db.write() as connection:
            done = {"state": JobState.DONE, "finished_at": clock.now(), "lease_until": None, "fraction": 1.0}
            _change(connection, lease, **done, error=None)
            effect(connection)

    def fail(self, lease: Lease, failure: Failure, *, retry: bool) -> JobState:
        """The attempt failed: queued again after a rest, parked after the last attempt, or failed for good."""
        now = clock.now()
        news: dict[str, Any] = {"error": told(failure), "lease_until": None, "worker": None}
        if not retry:
            state, news["finished_at"] = JobState.FAILED, now
        elif lease.attempts >= self._max:
            state, news["finished_at"] = JobState.PARKED, now
        else:
            rest = RETRY_AFTER_S[min(lease.attempts, len(RETRY_AFTER_S)) - 1]
            state, news["available_at"], news["rung_at"] = JobState.QUEUED, now + timedelta(seconds=rest), None
        with self._db.write() as connection:
            _change(connection, lease, state=state, **news)
            _stand(connection, lease.interaction_id, State(state))
        return state

    def give_back(self, lease: Lease) -> None:
        """Unfinished, through no fault of the job (we are told to stop): the attempt does not count."""
        news = {"state": JobState.QUEUED, "attempts": jobs.c.attempts - 1, "lease_until": None, "worker": None}
        with self._db.write() as connection:
            _change(connection, lease, **news, rung_at=None, available_at=clock.now())
            _stand(connection, lease.interaction_id, State.QUEUED)
            post(connection, RING, {"queue": lease.stage, "job": lease.job_id, "first": True})

    def bereave(self, worker: str) -> int:
        """That worker is known to be dead: its leases end now instead of in their own time; returns how many."""
        held = (jobs.c.state == JobState.LEASED) & (jobs.c.worker == worker)
        with self._db.write() as connection:
            ended = {"lease_until": clock.now() - timedelta(seconds=1), "rung_at": None}
            return connection.execute(update(jobs).where(held).values(**ended)).rowcount

    def park_poison(self) -> Sequence[str]:
        """Jobs whose worker died on the last attempt: a person must look. Returns their ids."""
        died = and_(jobs.c.state == JobState.LEASED, jobs.c.lease_until < clock.now(), jobs.c.attempts >= self._max)
        failure = Failure(
            code="worker_died",
            message=f"the worker died {self._max} times on this",
            mend="look at the worker's log, then release it by hand",
        )
        news = {"state": JobState.PARKED, "error": told(failure), "finished_at": clock.now(), "lease_until": None}
        with self._db.write() as connection:
            parked = connection.execute(
                update(jobs).where(died).values(**news).returning(jobs.c.id, jobs.c.interaction_id)
            ).all()
            for _, interaction_id in parked:
                _stand(connection, interaction_id, State.PARKED)
        return [job_id for job_id, _ in parked]

    def late(self, after_s: float, limit: int = 500) -> Sequence[Late]:
        """Jobs that could run, and whose bell rang more than ``after_s`` ago or never; the longest unheard first."""
        now = clock.now()
        unheard = or_(jobs.c.rung_at.is_(None), jobs.c.rung_at < now - timedelta(seconds=after_s))
        waits = (jobs.c.state == JobState.QUEUED) & (jobs.c.created_at < now - timedelta(seconds=after_s))
        query = (
            select(jobs.c.id, jobs.c.stage)
            .where(_claimable(now), or_(jobs.c.state == JobState.LEASED, waits), jobs.c.attempts < self._max, unheard)
            .order_by(jobs.c.rung_at.asc().nulls_first(), jobs.c.priority.desc(), jobs.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [Late(job_id, stage) for job_id, stage in connection.execute(query)]

    def rung(self, ids: Sequence[str]) -> None:
        """Remember that the bell rang for these just now."""
        if ids:
            with self._db.write() as connection:
                connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(rung_at=clock.now()))


def told(failure: Failure) -> dict[str, Any]:
    return {"code": failure.code, "message": failure.message, "where": failure.where, "mend": failure.mend}


def _claimable(now: datetime) -> ColumnElement[bool]:
    rested = (jobs.c.state == JobState.QUEUED) & (jobs.c.available_at <= now)
    return or_(rested, (jobs.c.state == JobState.LEASED) & (jobs.c.lease_until < now))


def _change(connection: Connection, lease: Lease, **values: Any) -> None:
    ours = (jobs.c.id == lease.job_id) & (jobs.c.fence == lease.fence) & (jobs.c.state == JobState.LEASED)
    if connection.execute(update(jobs).where(ours).values(**values)).rowcount != 1:
        raise StaleFence("another worker holds this job by now", where=lease.job_id)


def _stand(connection: Connection, interaction_id: str, state: State) -> None:
    connection.execute(update(interactions).where(interactions.c.id == interaction_id).values(state=state))
