"""Real processes, a real Redis, real signals: nothing accepted is lost and nothing has its effect twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from qa_engine.storage import SYSTEM, State, Store
from qa_engine.storage.tables import jobs
from tests.databases import BOTH, clean_store
from tests.integration.house import house
from tests.unit.storage.cast import take_chat

QUICK = {"lease_s": 3, "heartbeat_s": 0.5, "reconcile_s": 0.5, "stop_s": 1}


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, **QUICK) as opened:
        yield opened


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, **QUICK) as opened:
        yield opened


def drill(store: Store, workers: int = 1, **settings: object):
    return house(store, "-m", "tests.drills.household", str(workers), **(QUICK | settings))


def test_it_goes_on_with_a_job_whose_worker_was_killed_in_the_middle(store: Store) -> None:
    taken = take_chat(store, "sleep 1.5")
    with drill(store) as running:
        running.wait_for_state(taken.interaction.id, State.WORKING)
        os.kill(running.workers()[0], signal.SIGKILL)
        killed = time.monotonic()
        running.wait_for_state(taken.interaction.id, State.DONE)
    job = store.interaction(SYSTEM, taken.interaction.id).job
    assert job is not None and job.attempts == 2
    assert time.monotonic() - killed < 30
    assert len(store.scorecards(SYSTEM, taken.interaction.id)) == 1


def test_it_parks_poison_tells_bad_input_and_goes_on_with_the_rest(local: Store) -> None:
    said = ("die", "crash", "bad", "sleep 0")
    ids = {word: take_chat(local, word, external_id=word).interaction.id for word in said}
    with drill(local, max_attempts=2) as running:
        running.wait(running.all_ended, 90, "all jobs end")
    rows = {word: local.interaction(SYSTEM, ids[word]) for word in said}
    codes = {word: (row.state, row.job.error.code if row.job and row.job.error else None) for word, row in rows.items()}
    assert codes == {
        "die": (State.PARKED, "worker_died"),
        "crash": (State.PARKED, "crashed"),
        "bad": (State.FAILED, "bad_chat"),
        "sleep 0": (State.DONE, None),
    }


def test_it_kills_a_job_that_passes_its_time(local: Store) -> None:
    taken = take_chat(local, "sleep 600")
    with drill(local, job_timeout_s=1, max_attempts=1) as running:
        running.wait_for_state(taken.interaction.id, State.PARKED)
        assert "past its time" in running.log.read_text()


def test_it_gives_its_job_back_when_told_to_stop(local: Store) -> None:
    taken = take_chat(local, "sleep 600")
    with drill(local) as running:
        running.wait_for_state(taken.interaction.id, State.WORKING)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    row = local.interaction(SYSTEM, taken.interaction.id)
    assert row.state is State.QUEUED and row.job is not None and row.job.attempts == 0


def test_it_stops_at_once_when_told_twice(local: Store) -> None:
    taken = take_chat(local, "sleep 600")
    with drill(local, stop_s=60) as running:
        running.wait_for_state(taken.interaction.id, State.WORKING)
        family = running.family()
        running.process.send_signal(signal.SIGINT)
        running.wait(lambda: "stopping" in running.log.read_text(), 10, "it stops")
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(10) == 0
        assert psutil.wait_procs(family, timeout=2)[1] == []


def test_it_lets_no_child_outlive_its_supervisor(local: Store) -> None:
    taken = take_chat(local, "sleep 600")
    with drill(local, 2) as running:
        running.wait_for_state(taken.interaction.id, State.WORKING)
        family = running.family()
        assert len(family) == 4
        os.kill(running.process.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []


def test_it_drains_what_came_in_while_redis_was_away(local: Store) -> None:
    with drill(local) as running:
        first = take_chat(local, "sleep 0", external_id="1")
        running.wait_for_state(first.interaction.id, State.DONE)
        server = next(child for child in running.family() if "redis-server" in " ".join(child.cmdline()[:1]))
        server.kill()
        began = time.monotonic()
        later = [take_chat(local, "sleep 0", external_id=f"later {n}").interaction.id for n in range(5)]
        assert time.monotonic() - began < 5
        running.wait(lambda: set(_states(local, later)) == {State.DONE}, 60, "the later ones are done")


def test_it_replaces_a_worker_process_that_is_worn_out(local: Store) -> None:
    for n in range(3):
        take_chat(local, "sleep 0", external_id=str(n))
    with drill(local, recycle_jobs=1) as running:
        running.wait(running.all_ended, 60, "all jobs end")
    with local.db.read() as connection:
        assert len({row.worker for row in connection.execute(jobs.select())}) == 3


def test_it_takes_over_the_embedded_redis_of_a_household_that_ends(local: Store) -> None:
    with drill(local) as stays:
        with drill(local) as goes:
            first = take_chat(local, "sleep 0", external_id="1")
            goes.wait_for_state(first.interaction.id, State.DONE)
            time.sleep(1.0)  # the second keeper waits for the first by now, or the other way round
        later = take_chat(local, "sleep 0", external_id="2")
        stays.wait_for_state(later.interaction.id, State.DONE)


def _states(store: Store, ids: list[str]) -> list[State]:
    return [store.interaction(SYSTEM, interaction_id).state for interaction_id in ids]
