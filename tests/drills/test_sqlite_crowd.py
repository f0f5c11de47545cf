"""Eight processes write to one SQLite file as fast as they can: none is told that it is busy, and all counts agree."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from qa_engine.settings import Settings
from qa_engine.storage import Queue, Store
from qa_engine.storage.db import DatabaseAway
from qa_engine.storage.jobs import Lease
from qa_engine.storage.outbox import post
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.tables import jobs
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.tally import Tally, share
from tests.unit.storage.cast import card, take_chat

PROCESSES = 8
SIZES = [pytest.param(60, id="small"), pytest.param(10_000, id="whole", marks=pytest.mark.drill)]


@pytest.mark.parametrize("transactions", SIZES)
def test_no_writer_ever_meets_a_busy_database(tmp_path: Path, transactions: int, tell: Tell) -> None:
    with clean_store("sqlite", tmp_path) as store:
        began = time.monotonic()
        told = _crowd(store.settings, transactions)
        seconds = time.monotonic() - began
        told.append(_last(store))
        tally = Tally("8 SQLite writers", "sqlite")
        tally.count(store, [one for each in told for one in each["accepted"]])
        took, busy = [ms for each in told for ms in each["ms"]], sum(each["busy"] for each in told)
        tally.more = (
            f"transactions {len(took)}, busy {busy}, {len(took) / seconds:.0f} a second, "
            f"p50 {share(took, 0.5):.0f} ms, p99 {share(took, 0.99):.0f} ms, max {max(took):.0f} ms"
        )
        tell(tally)
        done = Counter(job for each in told for job in each["done"])
        with store.db.read() as connection:
            assert done == Counter(connection.execute(select(jobs.c.id)).scalars())
        assert busy == 0 and len(took) >= PROCESSES * transactions


class Writer:
    """Takes in chats, works on whatever waits, his own or another's, and times each transaction."""

    def __init__(self, store: Store, name: str) -> None:
        self.store, self.name = store, name
        self.lease: Lease | None = None
        self.chance = random.Random(name)
        self.accepted: list[str] = []
        self.done: list[str] = []
        self.ms: list[float] = []
        self.busy = 0

    def step(self) -> None:
        """One transaction."""
        if self.lease is not None:
            self._timed(self._give_back if self.chance.random() < 0.1 else self._finish)
        else:
            self._timed(self._take if self.chance.random() < 0.5 else self._claim)

    def end(self) -> None:
        """Finish what was begun."""
        if self.lease is not None:
            self._timed(self._finish)

    def work_off(self) -> None:
        while self._timed(self._claim):
            self._timed(self._finish)

    def report(self) -> dict[str, Any]:
        return {"accepted": self.accepted, "done": self.done, "ms": self.ms, "busy": self.busy}

    def _claim(self) -> bool:
        self.lease = self.store.jobs.claim_next(Queue.SCORE, self.name)
        return self.lease is not None

    def _timed(self, deed: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        try:
            return deed()
        except DatabaseAway as error:
            self.busy += "locked" in str(error)
            raise
        finally:
            self.ms.append((time.perf_counter() - began) * 1000)

    def _take(self) -> None:
        name = f"{self.name} {len(self.accepted)}"
        self.accepted.append(take_chat(self.store, "您好", external_id=name).interaction.id)

    def _give_back(self) -> None:
        lease, self.lease = self.lease, None
        self.store.jobs.give_back(lease)

    def _finish(self) -> None:
        lease, self.lease = self.lease, None

        def effect(connection: Connection) -> None:
            keep_scorecard(connection, lease, card(), {"drill": "1"})
            post(connection, "effect", {"job": lease.job_id})

        self.store.jobs.finish(lease, effect)
        self.done.append(lease.job_id)


def _crowd(settings: Settings, transactions: int) -> list[dict[str, Any]]:
    """What each process did."""
    fork = multiprocessing.get_context("fork")
    crowd = [fork.Process(target=_one, args=(settings, f"w{n}", transactions)) for n in range(PROCESSES)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert {one.exitcode for one in crowd} == {0}
    return [json.loads((settings.home / f"w{n}.json").read_text()) for n in range(PROCESSES)]


def _one(settings: Settings, name: str, transactions: int) -> None:
    writer = Writer(Store.open(settings), name)
    for _ in range(transactions):
        writer.step()
    writer.end()
    (settings.home / f"{name}.json").write_text(json.dumps(writer.report()))


def _last(store: Store) -> dict[str, Any]:
    """Someone finishes what the crowd has left."""
    writer = Writer(store, "last")
    writer.work_off()
    return writer.report()
