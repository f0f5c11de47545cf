"""What workers do with a run: cut it into batches, and keep what a batch has found, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from qa_engine.errors import NotFound
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.storage import clock
from qa_engine.storage.blocks import Stretch, cut
from qa_engine.storage.ids import id_at
from qa_engine.storage.interactions import filtered
from qa_engine.storage.jobs import enqueue
from qa_engine.storage.records import JobState, Queue
from qa_engine.storage.rescore_rows import wanted_of
from qa_engine.storage.rescore_tables import rescore_batches, rescores
from qa_engine.storage.rescoring import run_job
from qa_engine.storage.tables import interactions, jobs, rubrics

PLANNED = 200
"""Batches that are planned at a time."""
RECENT_S = 10.0
LIVE = tuple(queue for queue in Queue if queue is not Queue.ARCHIVE)


def run_at_work(connection: Connection, run_id: str) -> RowMapping | None:
    """The row of a run that shall go on; None of one that was cancelled."""
    row = connection.execute(select(rescores).where(rescores.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("no such run", where=run_id)
    return None if row["cancelled_at"] else row


def rubric_of(connection: Connection, run: RowMapping) -> Rubric:
    """Raises BadRubric where this version cannot read the text any more."""
    text = select(rubrics.c.yaml).where(rubrics.c.sha256 == run["rubric_sha256"])
    return read_rubric(connection.execute(text).scalar_one(), f"{run['rubric_id']}.yaml")


def next_stretches(connection: Connection, run: RowMapping) -> list[Stretch]:
    """Those that follow what is planned."""
    return cut(connection, run["tenant"], run["planned_to"], run["until_id"], PLANNED)


def keep_plan(connection: Connection, run_id: str, stretches: Sequence[Stretch]) -> None:
    """A batch and its job for each, and the next planning; without any, the plan is whole."""
    run = run_at_work(connection, run_id)
    if run is None:
        return
    whose = (run["tenant"], run_id, run["rubric_id"])
    mine = rescores.c.id == run_id
    news: dict[str, Any] = {"planned": True}
    if stretches:
        first = connection.execute(select(func.count()).where(rescore_batches.c.run_id == run_id)).scalar_one()
        made = [run_job(connection, *whose, n) for n in range(first, first + len(stretches))]
        rows = [
            {
                "run_id": run_id,
                "n": n,
                "first_id": one.first,
                "last_id": one.last,
                "count": one.count,
                "job_id": job["id"],
            }
            for n, (job, one) in enumerate(zip(made, stretches, strict=True), first)
        ]
        connection.execute(insert(rescore_batches), rows)
        enqueue(connection, made)
        planning = run_job(connection, *whose)
        enqueue(connection, [planning], first=True)
        news = {"planned_to": stretches[-1].last, "job_id": planning["id"]}
    connection.execute(update(rescores).where(mine).values(news))


def stretch_of(connection: Connection, run: RowMapping, n: int) -> Stretch | None:
    """What a batch is about; None once it is done."""
    table = rescore_batches.c
    query = select(table.first_id, table.last_id, table["count"], table.done_at)
    first, last, count, done = connection.execute(query.where(table.run_id == run["id"], table.n == n)).one()
    return None if done else Stretch(run["tenant"], first, last, count)


def wanted_in(connection: Connection, run: RowMapping, stretch: Stretch) -> set[str] | None:
    """The interactions of a stretch that the run asks for; None: all of them."""
    if not run["wanted"]:
        return None
    query = filtered(select(interactions.c.id), run["tenant"], wanted_of(run["wanted"]))
    return set(connection.execute(query.where(stretch.within)).scalars())


def finish_batch(connection: Connection, run_id: str, n: int, difference: bytes, seconds: float) -> bool:
    """Tells whether it was not done before. ``difference`` is packed."""
    table = rescore_batches.c
    mine = (table.run_id == run_id) & (table.n == n) & table.done_at.is_(None)
    done = {"difference": difference, "seconds": round(seconds, 3), "done_at": clock.at(connection)}
    return connection.execute(update(rescore_batches).where(mine).values(done)).rowcount == 1


class LiveWork(Enum):
    """WAITS: a job could run and nobody has taken it; ABOUT: one is at work, or came within the last seconds."""

    NONE = 0
    ABOUT = 1
    WAITS = 2


def live_work(connection: Connection) -> LiveWork:
    """What the live queues do."""
    now, live = clock.at(connection), jobs.c.queue.in_(LIVE)
    waits = live & (jobs.c.state == JobState.QUEUED) & (jobs.c.available_at <= now)
    held = live & (jobs.c.state == JobState.LEASED)
    came = live & (jobs.c.id > id_at(int((now.timestamp() - RECENT_S) * 1000), 0))
    for which, told in ((waits, LiveWork.WAITS), (held, LiveWork.ABOUT), (came, LiveWork.ABOUT)):
        if connection.execute(select(jobs.c.id).where(which).limit(1)).scalar() is not None:
            return told
    return LiveWork.NONE
