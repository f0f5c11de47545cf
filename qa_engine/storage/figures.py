"""How the whole installation stands: what waits, what works, what is stuck, and how long everything takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection, Integer, Select, Text, and_, case, cast, extract, func, select, type_coerce

from qa_engine.storage import clock
from qa_engine.storage.records import Figures, JobState, Queue, QueueFigures, Spread, Stage
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions, jobs, outbox

HOUR = timedelta(hours=1)
MINUTES = 60
SAMPLE = 2_000
"""The latest jobs of a stage that tell how long it takes."""
DIED = '%"code":"worker_died"%'
MOST_ENDED = 1_000_000
_OPEN = (JobState.QUEUED, JobState.LEASED, JobState.PARKED, JobState.FAILED)


class Measures(Repository):
    def figures(self) -> Figures:
        """Counted anew with every call."""
        with self.db.read() as connection:
            now = clock.at(connection)
            found: dict[str, dict[str, Any]] = {queue: {} for queue in Queue}
            for queue, told in [*_standing(connection, now), *_oldest(connection, now), *_ended(connection, now)]:
                found[queue] |= told
            stages = {str(stage): took for stage in Stage if (took := _took(connection, stage, now))}
            by_state = select(interactions.c.state, func.count()).group_by(interactions.c.state)
            return Figures(
                queues=tuple(QueueFigures(queue=queue, **told) for queue, told in found.items()),
                stages=stages,
                whole=_whole(connection, now),
                realtime_factor=_realtime_factor(connection, now),
                interactions=dict(connection.execute(by_state).all()),
                outbox=connection.execute(select(func.count()).select_from(outbox)).scalar_one(),
                outbox_oldest_s=_since(connection.execute(_FIRST_MESSAGE).scalar(), now),
            )


_Told = Sequence[tuple[str, dict[str, Any]]]
_FIRST_MESSAGE = select(outbox.c.created_at).order_by(outbox.c.id).limit(1)


def _standing(connection: Connection, now: datetime) -> _Told:
    """Jobs that are not done, by state. Naming every queue lets the index answer alone."""
    ours, told = jobs.c.queue.in_(list(Queue)), defaultdict[str, dict[str, int]](dict)
    count = select(jobs.c.queue, jobs.c.state, func.count()).where(ours, jobs.c.state.in_(_OPEN))
    for queue, state, many in connection.execute(count.group_by(jobs.c.queue, jobs.c.state)):
        told[queue][state] = many
    later = and_(ours, jobs.c.state == JobState.QUEUED, jobs.c.available_at > now)
    for queue, many in connection.execute(select(jobs.c.queue, func.count()).where(later).group_by(jobs.c.queue)):
        told[queue] |= {"resting": many, "queued": told[queue][JobState.QUEUED] - many}
    return list(told.items())


def _oldest(connection: Connection, now: datetime) -> _Told:
    """One look at the head of each queue's index."""
    waits = jobs.c.state == JobState.QUEUED
    heads = [
        select(func.min(jobs.c.available_at)).where(jobs.c.queue == queue, waits).scalar_subquery().label(queue)
        for queue in Queue
    ]
    row = connection.execute(select(*heads)).one()
    return [(queue, {"oldest_s": _since(moment, now)}) for queue, moment in zip(Queue, row, strict=True)]


def _ended(connection: Connection, now: datetime) -> _Told:
    """What ended within the hour, minute by minute. The limit keeps SQLite from grouping by way of the whole table."""
    latest = (jobs.c.queue, jobs.c.state, jobs.c.attempts, jobs.c.finished_at, type_coerce(jobs.c.error, Text))
    job = select(*latest).where(jobs.c.finished_at > now - HOUR).limit(MOST_ENDED).subquery().c
    minute = (round(now.timestamp()) - cast(extract("epoch", job.finished_at), Integer)) // 60
    died = and_(job.state == JobState.PARKED, job.error.like(DIED))
    sums = [func.sum(case((what, 1), else_=0)) for what in (job.state == JobState.DONE, job.attempts > 1, died)]
    told: dict[str, dict[str, Any]] = {q: {"done_by_minute": [0] * MINUTES, "retried": 0, "died": 0} for q in Queue}
    for queue, ago, done, retried, deaths in connection.execute(
        select(job.queue, minute.label("minute"), *sums).group_by(job.queue, "minute")
    ):
        mine = told[queue]
        mine["done_by_minute"][MINUTES - 1 - min(max(ago, 0), MINUTES - 1)] += done
        mine["retried"] += retried
        mine["died"] += deaths
    return [(queue, {**mine, "done_by_minute": tuple(mine["done_by_minute"])}) for queue, mine in told.items()]


def _latest(stage: Stage, now: datetime) -> Select[Any]:
    """The jobs of a stage that were done last."""
    done = and_(jobs.c.stage == stage, jobs.c.state == JobState.DONE, jobs.c.finished_at > now - HOUR)
    columns = (jobs.c.id, jobs.c.interaction_id, jobs.c.started_at, jobs.c.finished_at)
    return select(*columns).where(done).order_by(jobs.c.finished_at.desc()).limit(SAMPLE)


def _took(connection: Connection, stage: Stage, now: datetime) -> Spread | None:
    rows = connection.execute(_latest(stage, now))
    return spread([_seconds(row.started_at, row.finished_at) for row in rows if row.started_at is not None])


def _whole(connection: Connection, now: datetime) -> Spread | None:
    """Later judgements of the same interaction say nothing about how long it waited.

    A subquery with a limit is looked up row by row, where PostgreSQL would hash every job there ever was.
    """
    job, earlier = _latest(Stage.SCORE, now).subquery().c, jobs.alias().c
    judged = (earlier.interaction_id == job.interaction_id) & (earlier.stage == Stage.SCORE)
    before = and_(judged, earlier.state == JobState.DONE, earlier.id < job.id)
    first = select(earlier.id).where(before).limit(1).scalar_subquery().is_(None)
    times = select(interactions.c.received_at, job.finished_at).where(interactions.c.id == job.interaction_id, first)
    return spread([_seconds(received, finished) for received, finished in connection.execute(times)])


def _realtime_factor(connection: Connection, now: datetime) -> float | None:
    job = _latest(Stage.TRANSCRIBE, now).subquery().c
    query = select(job.started_at, job.finished_at, interactions.c.duration_s)
    rows = connection.execute(query.where(interactions.c.id == job.interaction_id))
    known = [(_seconds(started, finished), sound) for started, finished, sound in rows if started and sound]
    return sum(work for work, _ in known) / sum(sound for _, sound in known) if known else None


def _since(moment: datetime | None, now: datetime) -> float:
    """Seconds; none before anything began."""
    return 0.0 if moment is None else _seconds(moment, now)


def _seconds(began: datetime, ended: datetime) -> float:
    return max(0.0, (ended - began).total_seconds())


def spread(seconds: Sequence[float]) -> Spread | None:
    """By the nearest rank; None of nothing."""
    if not seconds:
        return None
    ranked = sorted(seconds)
    at = [ranked[max(0, ceil(share * len(ranked)) - 1)] for share in (0.5, 0.95)]
    return Spread(len(ranked), *at)
