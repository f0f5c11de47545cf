"""Works on a run over the archive: plans its batches, and keeps what one of them has judged, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import Connection, RowMapping

from qa_engine.storage import rescore_cards, rescore_work
from qa_engine.storage.rescore_cards import Fresh
from workers import courtesy
from workers.desk import Desk, Effect
from workers.rejudging import judge_batch


def rescore(desk: Desk) -> Effect:
    """One batch of a run or, where the job names none, the planning of the next."""
    run_id, n = desk.lease.params["run"], desk.lease.params.get("batch")
    with desk.store.db.read() as connection:
        run = rescore_work.run_at_work(connection, run_id)
    if run is None:
        return _nothing
    if n is None:
        return _plan(desk, run)
    return _batch(desk, run, n)


def _nothing(_connection: Connection) -> None:
    """The run was cancelled, or the batch was done before."""


def _plan(desk: Desk, run: RowMapping) -> Effect:
    with desk.store.db.read() as connection:
        stretches = rescore_work.next_stretches(connection, run)
    return lambda connection: rescore_work.keep_plan(connection, run["id"], stretches)


def _batch(desk: Desk, run: RowMapping, n: int) -> Effect:
    """Its scorecards are kept piece by piece, and what is left of it with its end; broken off, it lacks pieces."""
    began = perf_counter()
    courtesy.stand_back(desk)
    desk.progress("judge", 0.0)
    judged = courtesy.quietly(lambda: judge_batch(desk, run, n))
    if judged is None:
        return _nothing
    for piece in rescore_cards.pieces(desk.store.db.engine.dialect.name, judged.fresh):
        desk.keep(part := _Part(run, piece))
        courtesy.rest(desk, part.held_s)

    def effect(connection: Connection) -> None:
        if rescore_work.run_at_work(connection, run["id"]) is not None:
            judged.cache(connection)
            rescore_work.finish_batch(connection, run["id"], n, judged.difference, perf_counter() - began)

    return effect


@dataclass(slots=True)
class _Part:
    """Some of a batch's scorecards; unless the run was cancelled."""

    run: RowMapping
    fresh: Sequence[Fresh]
    held_s: float = 0.0

    def __call__(self, connection: Connection) -> None:
        began = perf_counter()
        if rescore_work.run_at_work(connection, self.run["id"]) is not None:
            rescore_cards.keep_cards(connection, self.run, self.fresh)
        self.held_s = perf_counter() - began
