"""The state machine of work: a job is claimed by a lease with a fence, and only the newest fence may finish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update

from qa_engine.errors import StaleFence
from qa_engine.storage import clock
from qa_engine.storage.ids import new_id
from qa_engine.storage.outbox import RING, post, post_all
from qa_engine.storage.overdue import Overdue, stand, told, waiting
from qa_engine.storage.records import Failure, JobState, Queue, Stage, State
from qa_engine.storage.tables import jobs

RETRY_AFTER_S = (2.0, 15.0, 60.0)
"""How long a crashed job rests before its second, third, fourth ... attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One worker's claim on one job; worth nothing once another claim has raised the fence.

    Work on a run (``Stage.RESCORE``) is of no single interaction.
    """

    job_id: str
    interaction_id: str | None
    tenant: str
    stage: Stage
    queue: Queue
    params: Mapping[str, Any]
    fence: int
    attempts: int
    worker: str


def new_job(
    connection: Connection,
    tenant: str,
    interaction_id: str | None,
    stage: Stage,
    *,
    queue: Queue | None = None,
    first: bool = False,
    params: Mapping[str, Any] | None = None,
) -> str:
    """Row and bell message, in the caller's transaction; returns the job's id. ``queue``: else that of its stage."""
    row = job_row(connection, tenant, interaction_id, stage, queue=queue, params=params)
    enqueue(connection, [row], first=first)
    job_id: str = row["id"]
    return job_id


def job_row(
    connection: Connection,
    tenant: str,
    interaction_id: str | None,
    stage: Stage,
    *,
    queue: Queue | None = None,
    params: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a new job is, for ``enqueue``."""
    now = clock.at(connection)
    return {
        "id": new_id(),
        "tenant": tenant,
        "interaction_id": interaction_id,
        "stage": stage,
        "queue": queue or Queue(stage),
        "params": dict(params or {}),
        "state": JobState.QUEUED,
        "available_at": now,
        "rung_at": now,  # by the outbox, any moment now
        "created_at": now,
    }


def enqueue(connection: Connection, rows: Sequence[Mapping[str, Any]], *, first: bool = False) -> None:
    """Many jobs and their messages, within the caller's transaction."""
    connection.execute(insert(jobs), list(rows))
    post_all(connection, RING, [{"queue": row["queue"], "job": row["id"], "first": first} for row in rows])


def requeue(connection: Connection, job_id: str) -> bool:
    """By hand: a parked or failed job starts over, within the caller's transaction; False if it is neither."""
    stopped = (jobs.c.id == job_id) & jobs.c.state.in_((JobState.PARKED, JobState.FAILED))
    fresh = {"state": JobState.QUEUED, "attempts": 0, "error": None, "finished_at": None, "rung_at": None}
    row = connection.execute(
        update(jobs)
        .where(stopped)
        .values(**fresh, available_at=clock.at(connection))
        .returning(jobs.c.interaction_id, jobs.c.stage, jobs.c.queue)
    ).one_or_none()
    if row is None:
        return False
    stand(connection, row.interaction_id, row.stage, State.QUEUED)
    post(connection, RING, {"queue": row.queue, "job": job_id, "first": True})
    return True


class Jobs(Overdue):
    """Every change is one conditional update in one transaction. Durations are seconds."""

    def claim(self, job_id: str, worker: str) -> Lease | None:
        """The lease, or None when the job is done, taken, resting or has used up its attempts."""
        with self._db.write() as connection:
            return self._claim(connection, jobs.c.id == job_id, worker)

    def claim_next(self, queue: Queue, worker: str) -> Lease | None:
        """The same for whatever has waited longest in a queue, for those who cannot hear the bell."""
        with self._db.write() as connection:
            for waits, by in waiting(clock.at(connection)):
                can = and_(jobs.c.queue == queue, waits, jobs.c.attempts < self._max)
                longest = select(jobs.c.id).where(can).order_by(by).limit(1).with_for_update(skip_locked=True)
                found = connection.execute(longest).scalar()
                if found is not None:
                    return self._claim(connection, jobs.c.id == found, worker)
        return None

    def renew(
        self,
        lease: Lease,
        step: str | None = None,
        fraction: float | None = None,
        part: Callable[[Connection], None] | None = None,
    ) -> None:
        """Heartbeat, with how far the work is; ``part`` of its effect commits with it.

        Raises StaleFence when the job is no longer ours, and then nothing happened.
        """
        news: dict[str, Any] = {}
        if step is not None:
            news = {"step": step, "fraction": min(max(fraction or 0.0, 0.0), 1.0)}
        with self._db.write() as connection:
            _change(connection, lease, **news, lease_until=clock.at(connection) + self._lease)
            if part is not None:
                part(connection)

    def finish(self, lease: Lease, effect: Callable[[Connection], None]) -> None:
        """Done: the job's end and all its effect in one transaction. Raises StaleFence, and then nothing happened."""
        with self._db.write() as connection:
            done = {"state": JobState.DONE, "finished_at": clock.at(connection), "lease_until": None, "fraction": 1.0}
            _change(connection, lease, **done, error=None)
            effect(connection)

    def fail(self, lease: Lease, failure: Failure, *, retry: bool) -> JobState:
        """The attempt failed: queued again after a rest, parked after the last attempt, or failed for good."""
        news: dict[str, Any] = {"error": told(failure), "lease_until": None, "worker": None}
        with self._db.write() as connection:
            now = clock.at(connection)
            if not retry:
                state, news["finished_at"] = JobState.FAILED, now
            elif lease.attempts >= self._max:
                state, news["finished_at"] = JobState.PARKED, now
            else:
                rest = RETRY_AFTER_S[min(lease.attempts, len(RETRY_AFTER_S)) - 1]
                state, news["available_at"], news["rung_at"] = JobState.QUEUED, now + timedelta(seconds=rest), None
            _change(connection, lease, state=state, **news)
            stand(connection, lease.interaction_id, lease.stage, State(state))
            if lease.interaction_id and lease.stage.judges and not State(state).is_open:
                self._stopped(connection, lease.tenant, lease.interaction_id, State(state), failure)
        return state

    def postpone(self, lease: Lease, seconds: float, effect: Callable[[Connection], None]) -> None:
        """This try is over and was no crash; another follows after a rest. ``effect`` commits with it."""
        news = {"state": JobState.QUEUED, "attempts": 0, "lease_until": None, "worker": None, "rung_at": None}
        with self._db.write() as connection:
            _change(connection, lease, **news, available_at=clock.at(connection) + timedelta(seconds=seconds))
            effect(connection)

    def give_back(self, lease: Lease) -> None:
        """Unfinished, through no fault of the job (we are told to stop): the attempt does not count."""
        news = {"state": JobState.QUEUED, "attempts": jobs.c.attempts - 1, "lease_until": None, "worker": None}
        with self._db.write() as connection:
            _change(connection, lease, **news, rung_at=None, available_at=clock.at(connection))
            stand(connection, lease.interaction_id, lease.stage, State.QUEUED)
            post(connection, RING, {"queue": lease.queue, "job": lease.job_id, "first": True})

    def _claim(self, connection: Connection, which: ColumnElement[bool], worker: str) -> Lease | None:
        now = clock.at(connection)
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
        free = and_(which, jobs.c.attempts < self._max, or_(*(waits for waits, _ in waiting(now))))
        row = connection.execute(update(jobs).where(free).values(**taken).returning(jobs)).mappings().one_or_none()
        if row is None:
            return None
        stand(connection, row["interaction_id"], row["stage"], State.WORKING)
        return _lease(row)


def _lease(row: RowMapping) -> Lease:
    return Lease(
        job_id=row["id"],
        interaction_id=row["interaction_id"],
        tenant=row["tenant"],
        stage=Stage(row["stage"]),
        queue=Queue(row["queue"]),
        params=row["params"],
        fence=row["fence"],
        attempts=row["attempts"],
        worker=row["worker"],
    )


def _change(connection: Connection, lease: Lease, **values: Any) -> None:
    ours = (jobs.c.id == lease.job_id) & (jobs.c.fence == lease.fence) & (jobs.c.state == JobState.LEASED)
    if connection.execute(update(jobs).where(ours).values(**values)).rowcount != 1:
        raise StaleFence("another worker holds this job by now", where=lease.job_id)
