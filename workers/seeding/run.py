"""Fills a database with synthetic interactions: many processes make rows, one writes them, in order, and can go on."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import islice

from sqlalchemy import Connection, func, select

from models.toolbox import build_tools
from qa_engine import pipeline
from qa_engine.errors import Conflict
from qa_engine.storage import Store, clock
from qa_engine.storage.bulk import insert_rows, insert_texts, search_index_rests, search_index_works
from qa_engine.storage.repository import insert_new
from qa_engine.storage.tables import interactions, tenants
from workers.seeding.plan import Plan
from workers.seeding.pool import judged_pool, signals_version
from workers.seeding.rows import COLUMNS, STRETCH, Maker, Rows
from workers.seeding.scenes import MANNERS

POOL = 600
"""Distinct dialogues that are judged; each interaction is one of them with its own names and numbers."""
COMMITTED = 20
"""Stretches a transaction: SQLite's index of grams grows by one piece with each."""
AHEAD = 4
Progress = Callable[[str, int], None]
"""Told what is done now and how many interactions are kept."""


def seed(store: Store, plan: Plan, workers: int, progress: Progress, *, pool: int = POOL) -> None:
    """Everything that the plan says and is not there yet.

    Raises Conflict for a tenant that holds what was not seeded, or was seeded by another plan.
    """
    plan, kept = resumed(store, plan)
    if kept < plan.interactions:
        progress("judging dialogues", kept)
        judged = judged_pool(store.settings, plan.seed, pool, workers)
        _prepare(store, plan)
        maker = Maker(plan, judged, signals_version(build_tools(store.settings)), store.db.is_sqlite)
        _write_all(store, maker, kept, workers, progress)
    progress("ordering the index", plan.interactions)
    with store.db.write() as connection:
        search_index_works(connection)


def resumed(store: Store, plan: Plan) -> tuple[Plan, int]:
    """The plan with the days that it began with, and how many interactions of it are kept."""
    ours = interactions.c.tenant == plan.tenant
    newest = select(interactions.c.external_id, interactions.c.metadata).where(ours).order_by(interactions.c.id.desc())
    prefix = f"seed-{plan.seed}-"
    with store.db.read() as connection:
        last = connection.execute(newest.limit(1)).one_or_none()
        if last is None:
            return plan, 0
        strange = ours & interactions.c.same_as.not_like(f"external:{prefix}%")
        foreign = connection.execute(select(func.count()).select_from(interactions).where(strange)).scalar_one()
    if foreign:
        raise Conflict(
            f"holds {foreign} interactions that this seed did not make",
            where=f"tenant {plan.tenant}",
            mend="seed an empty database, or another tenant",
        )
    began = str(last.metadata.get("seeded"))
    plan = replace(plan, until=date.fromisoformat(began.rsplit("/", 1)[1]))
    if plan.mark != began:
        raise Conflict(
            "was seeded by another plan (seed/interactions/days/agents/until: " + began + ")",
            where=f"tenant {plan.tenant}",
            mend="give the same options to go on, or another tenant",
        )
    return plan, int(last.external_id.removeprefix(prefix)) + 1


def _prepare(store: Store, plan: Plan) -> None:
    for language in MANNERS:
        store.keep_rubric(pipeline.choose_rubric("auto", language))
    with store.db.write() as connection:
        insert_new(connection, tenants, [{"id": plan.tenant, "created_at": clock.now()}])
        search_index_rests(connection)


def _write_all(store: Store, maker: Maker, kept: int, workers: int, progress: Progress) -> None:
    made = _made(maker, kept // STRETCH, workers)
    while some := list(islice(made, COMMITTED)):
        with store.db.write() as connection:
            for rows in some:
                _write(connection, rows)
                kept += len(rows["interactions"])
                progress("writing", kept)


def _made(maker: Maker, first: int, workers: int) -> Iterator[Rows]:
    """In order, and never many ahead of the writer."""
    stretches = iter(range(first, -(-maker.plan.interactions // STRETCH)))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(maker,)) as executor:
        waiting: deque[Future[Rows]] = deque(
            executor.submit(_make, stretch) for stretch in islice(stretches, workers + AHEAD)
        )
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(executor.submit(_make, stretch) for stretch in islice(stretches, 1))


_maker: list[Maker] = []


def _begin(maker: Maker) -> None:
    _maker[:] = [maker]


def _make(stretch: int) -> Rows:
    return _maker[0].rows(stretch)


def _write(connection: Connection, rows: Rows) -> None:
    for table, columns in COLUMNS.items():
        if table == "search_texts":
            insert_texts(connection, rows[table])
        else:
            insert_rows(connection, table, columns, rows[table])
