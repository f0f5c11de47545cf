"""A fleet: workers of several hosts share one database and one Redis, and one host may vanish in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import redis
import rq
from sqlalchemy import func, select

from qa_engine.storage import JobState, Store
from qa_engine.storage.tables import jobs
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.host import NAME
from tests.drills.tally import Tally, unfinished
from tests.integration.house import House, house
from tests.unit.storage.cast import take_chat
from workers import embedded_redis
from workers.bell import connect
from workers.embedded_redis import redis_url

QUICK = {"lease_s": 3, "heartbeat_s": 1, "reconcile_s": 0.5, "stop_s": 1}
EACH_S = 0.1
SIZES = [pytest.param(60, id="small"), pytest.param(300, id="whole", marks=pytest.mark.drill)]
LEAST = 0.2
"""Of an equal share; who did less was left out."""


@contextmanager
def host(store: Store, name: str, processes: int, folder: Path, **settings: object) -> Iterator[House]:
    """``qa-engine work score --processes N`` on a host of that name with a home of its own; recordings are shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NAME, name)
        told = {"blob_url": store.settings.blobs, **QUICK, **settings, "home": folder / name}
        (folder / name).mkdir(exist_ok=True)
        words = ("-m", "tests.drills.host", "work", "score", "--processes", str(processes))
        with house(store, *words, **told) as running:
            yield running


@contextmanager
def redis_server(store: Store) -> Iterator[str]:
    """One that no host owns."""
    process = subprocess.Popen(embedded_redis.command(store.settings))
    try:
        yield redis_url(store.settings)
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.postgres
@pytest.mark.parametrize("many", SIZES)
def test_hosts_share_the_work_and_one_may_vanish(many: int, tmp_path: Path, tell: Tell) -> None:
    with clean_store("postgres", tmp_path, **QUICK) as store, redis_server(store) as url:
        with (
            host(store, "east", 2, tmp_path, redis_url=url) as east,
            host(store, "west", 2, tmp_path, redis_url=url),
            host(store, "north", 2, tmp_path, redis_url=url) as north,
        ):
            east.wait(lambda: _listening(url) == 6, 60, "all six workers listen")
            began, ids = time.monotonic(), _arrive(store, many)
            held = _vanish(store, "north", north)
            east.wait(lambda: unfinished(store) == 0, 90, "the others do it all")
        shares = _shares(store)
        tally = _tally(store, "scale-out, a host gone", ids, shares, began)
    tally.faults, tally.more = 1, f"{tally.more}; north was killed with {held} jobs in hand"
    tell(tally)
    stayed = {worker: count for worker, count in shares.items() if not worker.startswith("north:")}
    assert len([count for count in stayed.values() if count >= LEAST * many / 6]) == 4, shares


@pytest.mark.parametrize("many", SIZES)
def test_processes_of_one_host_share_the_work(many: int, tmp_path: Path, tell: Tell) -> None:
    with clean_store("sqlite", tmp_path, **QUICK) as store:
        with host(store, store.settings.home.name, 4, tmp_path) as home:  # SQLite lies in the home of its host
            home.wait(lambda: _listening(redis_url(store.settings)) == 4, 60, "all four workers listen")
            began, ids = time.monotonic(), _arrive(store, many)
            home.wait(lambda: unfinished(store) == 0, 90, "all is done")
        shares = _shares(store)
        tell(_tally(store, "scale-out, one host", ids, shares, began))
    assert len([count for count in shares.values() if count >= LEAST * many / 4]) == 4, shares


def _arrive(store: Store, many: int) -> list[str]:
    return [take_chat(store, f"sleep {EACH_S}", external_id=str(n)).interaction.id for n in range(many)]


def _listening(url: str) -> int:
    """Workers that Redis knows of."""
    with suppress(redis.RedisError):
        return rq.Worker.count(connection=connect(url))
    return 0


def _vanish(store: Store, name: str, gone: House) -> int:
    """SIGKILL for all that runs there, at once, while its workers hold jobs; returns how many."""
    gone.wait(lambda: _held(store, name) == 2, 30, f"{name} works")
    family = [*gone.family(), psutil.Process(gone.process.pid)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGSTOP)  # so that nobody of them sees another die
    held = _held(store, name)
    for one in family:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
    return held


def _held(store: Store, name: str) -> int:
    its = (jobs.c.state == JobState.LEASED) & jobs.c.worker.like(f"{name}:%")
    with store.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(jobs).where(its)).scalar_one())


def _shares(store: Store) -> dict[str, int]:
    """Jobs by the worker that had them last."""
    with store.db.read() as connection:
        return dict(Counter(connection.execute(select(jobs.c.worker).where(jobs.c.worker.is_not(None))).scalars()))


def _tally(store: Store, drill: str, ids: Sequence[str], shares: dict[str, int], began: float) -> Tally:
    tally = Tally(drill, store.db.engine.dialect.name)
    tally.count(store, ids)
    done = ", ".join(f"{worker.partition(':')[0]} {count}" for worker, count in sorted(shares.items()))
    tally.more = f"{len(shares)} workers did {done} in {time.monotonic() - began:.1f} s"
    return tally
