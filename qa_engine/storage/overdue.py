"""Sees to jobs that nobody sees to: bells not heard, leases run out, workers that died on them, clocks set back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from qa_engine.storage import clock
from qa_engine.storage.db import Database
from qa_engine.storage.records import Failure, JobState, Queue, Stage, State
from qa_engine.storage.tables import interactions, jobs

LONGEST_REST = timedelta(minutes=2)
LONGEST_BETWEEN_TRIES = timedelta(hours=27)
"""No job rests longer between its attempts, and no delivery between its tries (a day and a tenth at most)."""


Stopped = Callable[[Connection, str, str, State, Failure], None]
"""Told, in the transaction that stopped it, of tenant and interaction whose judgement failed or was parked, and why."""


@dataclass(frozen=True, slots=True)
class Late:
    """A job that waits although its bell should have been heard."""

    job_id: str
    queue: Queue


class Overdue:
    """What the reconciler does; several may do it at once."""

    def __init__(self, db: Database, *, lease_s: float, max_attempts: int, stopped: Stopped) -> None:
        self._db, self._lease, self._max = db, timedelta(seconds=lease_s), max_attempts
        self._stopped = stopped

    def bereave(self, worker: str) -> int:
        """That worker is known to be dead: its leases end now instead of in their own time; returns how many."""
        held = (jobs.c.state == JobState.LEASED) & (jobs.c.worker == worker)
        with self._db.write() as connection:
            ended = {"lease_until": clock.at(connection) - timedelta(seconds=1), "rung_at": None}
            return connection.execute(update(jobs).where(held).values(**ended)).rowcount

    def park_poison(self) -> Sequence[tuple[str, str | None]]:
        """Jobs whose worker died on the last attempt: a person must look. Returns them with their interactions."""
        failure = Failure(
            code="worker_died",
            message=f"the worker died {self._max} times on this",
            mend="look at the worker's log, then release it by hand",
        )
        with self._db.write() as connection:
            now = clock.at(connection)
            died = and_(jobs.c.state == JobState.LEASED, jobs.c.lease_until < now, jobs.c.attempts >= self._max)
            news = {"state": JobState.PARKED, "error": told(failure), "finished_at": now, "lease_until": None}
            parked = connection.execute(
                update(jobs)
                .where(died)
                .values(**news)
                .returning(jobs.c.id, jobs.c.tenant, jobs.c.interaction_id, jobs.c.stage)
            ).all()
            for job in parked:
                stand(connection, job.interaction_id, job.stage, State.PARKED)
                if Stage(job.stage).judges:
                    self._stopped(connection, job.tenant, job.interaction_id, State.PARKED, failure)
        return [(job.id, job.interaction_id) for job in parked]

    def abandoned(self, queue: Queue, after_s: float, limit: int = 500) -> Sequence[Late]:
        """Those of the late that a worker had begun and left."""
        return self._unheard(queue, after_s, limit, slice(1))

    def late(self, queue: Queue, after_s: float, limit: int = 500) -> Sequence[Late]:
        """Jobs of a queue that could run, and whose bell rang more than ``after_s`` ago or never; the oldest first."""
        return self._unheard(queue, after_s, limit, slice(None))

    def _unheard(self, queue: Queue, after_s: float, limit: int, which: slice) -> Sequence[Late]:
        with self._db.read() as connection:
            now = clock.at(connection)
            before = now - timedelta(seconds=after_s)
            unheard = or_(jobs.c.rung_at.is_(None), jobs.c.rung_at < before)
            found: list[Late] = []
            for waits, by in waiting(now)[which]:
                query = select(jobs.c.id).where(jobs.c.queue == queue, waits, jobs.c.attempts < self._max, unheard)
                ids = connection.execute(query.order_by(by).limit(limit - len(found))).scalars()
                found += [Late(job_id, queue) for job_id in ids]
        return found

    def rung(self, ids: Sequence[str]) -> None:
        """Remember that the bell rang for these just now."""
        if ids:
            with self._db.write() as connection:
                connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(rung_at=clock.at(connection)))

    def moment(self) -> datetime:
        """The present moment by which leases and rests are compared."""
        with self._db.read() as connection:
            return clock.at(connection)

    def wind(self) -> int:
        """After the clock was set back: what waits for a moment too far ahead waits no more; returns how many."""
        waits = jobs.c.state.in_((JobState.QUEUED, JobState.LEASED))
        with self._db.write() as connection:
            now = clock.at(connection)
            rest = and_(jobs.c.queue != Queue.DELIVER, jobs.c.available_at > now + LONGEST_REST)
            delivery = jobs.c.available_at > now + LONGEST_BETWEEN_TRIES
            ahead = or_(jobs.c.rung_at > now, jobs.c.lease_until > now + self._lease, rest, delivery)
            news = {
                "rung_at": None,
                "available_at": case((or_(rest, delivery), now), else_=jobs.c.available_at),
                "lease_until": case((jobs.c.lease_until > now, now + self._lease), else_=jobs.c.lease_until),
            }
            return connection.execute(update(jobs).where(waits, ahead).values(**news)).rowcount


def told(failure: Failure) -> dict[str, Any]:
    return {"code": failure.code, "message": failure.message, "where": failure.where, "mend": failure.mend}


def waiting(now: datetime) -> tuple[tuple[ColumnElement[bool], ColumnElement[Any]], ...]:
    """Who may be claimed, and which of them has waited longest: the abandoned, then the rested."""
    left = and_(jobs.c.state == JobState.LEASED, jobs.c.lease_until < now)
    rested = and_(jobs.c.state == JobState.QUEUED, jobs.c.available_at <= now)
    return (left, jobs.c.lease_until.expression), (rested, jobs.c.available_at.expression)


def stand(connection: Connection, interaction_id: str | None, stage: str, state: State) -> None:
    """Where the interaction itself stands, when this stage is part of its judgement."""
    if Stage(stage).judges:
        connection.execute(update(interactions).where(interactions.c.id == interaction_id).values(state=state))
