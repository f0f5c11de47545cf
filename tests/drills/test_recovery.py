"""How soon a job runs again with the settings of production, whoever dies: a worker, its supervisor, the whole host."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from qa_engine.storage import Store
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.tally import Tally, share, unfinished
from tests.drills.watch import Watch
from tests.integration.house import House, house
from tests.unit.storage.cast import take_chat

pytestmark = pytest.mark.drill  # in `make test` test_jobs_survive.py kills with shorter leases
PROMISED_S = 60.0
WORKERS = 4
JOB_S = 6.0
EVERY_S = 4.0
KILLS = 20


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, max_attempts=100) as opened:
        yield opened


def household(store: Store):
    return house(store, "-m", "tests.drills.household", str(WORKERS), max_attempts=100)


def test_a_killed_workers_job_runs_again_within_a_minute(store: Store, tell: Tell) -> None:
    """A kill every four seconds, twenty of them, while more waits than the workers can do."""
    watch, chance = Watch(store), random.Random(1)
    ids = _backlog(store, 40)
    with household(store) as running:
        running.wait(lambda: len(watch.busy()) == WORKERS, 60, "all are at work")
        for _ in range(KILLS):
            running.wait(lambda: bool(held(watch, running)), 60, "someone is at work")
            kill(watch, chance.sample(held(watch, running), 1))
            _look(watch, EVERY_S)
        running.wait(lambda: unfinished(store) == 0 and watch.look() == 0, 300, "all are done")
    _tell(store, "kill -9 a worker", ids, KILLS, watch, tell)


@pytest.mark.parametrize("after", ["another goes on", "started again"])
def test_a_killed_supervisors_jobs_run_again_within_a_minute(store: Store, after: str, tell: Tell) -> None:
    """Nobody tells of the deaths, so the leases run out; on another host, or on the same after a power cut."""
    watch = Watch(store)
    ids = _backlog(store, 16)
    with ExitStack() as houses:
        first = houses.enter_context(household(store))
        other = houses.enter_context(household(store)) if after == "another goes on" else None
        first.wait(lambda: len(held(watch, first)) == WORKERS, 90, "all of them are at work")
        kill(watch, [first.process.pid, *held(watch, first), *(one.pid for one in first.family())])
        other = other or houses.enter_context(household(store))
        until_all_go_on(watch)
        other.wait(lambda: unfinished(store) == 0, 300, "all are done")
    _tell(store, f"kill -9 all, {after}", ids, 1, watch, tell)


def _backlog(store: Store, jobs: int) -> list[str]:
    return [take_chat(store, f"sleep {JOB_S}", external_id=str(n)).interaction.id for n in range(jobs)]


def held(watch: Watch, home: House) -> list[int]:
    """Its workers that hold a job."""
    workers = home.workers()
    return [pid for pid in watch.busy() if pid in workers]


def kill(watch: Watch, pids: list[int]) -> None:
    moment = time.monotonic()
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    watch.hit(pids, moment)


def _look(watch: Watch, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        watch.look()
        time.sleep(0.1)


def until_all_go_on(watch: Watch) -> None:
    until = time.monotonic() + 2 * PROMISED_S
    while watch.look():
        assert time.monotonic() < until, "nobody goes on"
        time.sleep(0.1)


def _tell(store: Store, drill: str, ids: list[str], faults: int, watch: Watch, tell: Tell) -> None:
    tally = Tally(drill, store.db.engine.dialect.name, faults=faults, recoveries=watch.seconds)
    tally.count(store, ids)
    tell(tally)
    assert watch.seconds and share(watch.seconds, 0.99) < PROMISED_S
