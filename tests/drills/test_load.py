"""Fifty small recordings a second: all accepted, all finished; and the same when Redis stops half-way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.storage import Store
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.load import Load, send
from tests.drills.server import Client, Served, run, served
from tests.drills.sizes import only_whole, small_and_whole
from tests.drills.tally import Tally, share, unfinished
from tests.integration.house import House, house
from tests.unit.workers.test_stages import sound

RATE = 50
P99_S = 0.5
AWAY_S = 30
"""How much longer Redis stays away than its half of the load, in a whole drill."""


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(("store", "seconds"), only_whole(60.0), indirect=["store"])
def test_fifty_uploads_a_second_are_all_accepted_and_finished(store: Store, seconds: float, tell: Tell) -> None:
    _drill(store, seconds, "there", tell)


@pytest.mark.parametrize(("store", "seconds"), small_and_whole(2.0, 60.0), indirect=["store"])
def test_the_same_when_redis_stops_half_way(store: Store, seconds: float, tell: Tell) -> None:
    _drill(store, seconds, "stopped half-way", tell)


def _drill(store: Store, seconds: float, redis: str, tell: Tell) -> None:
    with (
        served(store) as api,
        house(store, "-m", "tests.drills.household", "1", "--transcribe", "1") as working,
    ):
        working.wait(lambda: _redis(working) is not None and len(working.workers()) == 2, 60, "the household works")
        stop = threading.Timer(seconds / 2, _freeze_redis, [working])
        if redis != "there":
            stop.start()
        began = api.cpu_s()
        load = run(_load(api, seconds))
        cpu_ms = (api.cpu_s() - began) / len(load.answers) * 1000
        if redis != "there":
            stop.join()
            time.sleep(min(AWAY_S, seconds))
            _thaw_redis(working)
        drains = time.monotonic()
        working.wait(lambda: unfinished(store) == 0, 600, "all are worked off")
        drained = time.monotonic() - drains
    tally = Tally(f"load, Redis {redis}", store.db.engine.dialect.name, faults=int(redis != "there"))
    tally.count(store, load.accepted, load.unanswered)
    tally.more = f"{load}, {cpu_ms:.0f} ms of CPU a post; drained {drained:.0f} s after the last"
    tell(tally)
    assert load.errors == 0
    if seconds > 10:
        assert share([answer.seconds for answer in load.answers], 0.99) < P99_S


async def _load(api: Served, seconds: float) -> Load:
    client = Client(api.port, api.key)
    content = [sound(0.25, seed=n) for n in range(100)]

    async def deed(n: int):
        return await client.call(f"upload-{n}", content[n % 100])

    try:
        return await send(deed, RATE, seconds)
    finally:
        await client.close()


def _redis(working: House) -> int | None:
    for child in working.family():
        if "redis-server" in " ".join(child.cmdline()[:1]):
            return child.pid
    return None


def _freeze_redis(working: House) -> None:
    """It takes connections still, for the kernel does, and says nothing: worse than dead."""
    pid = _redis(working)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)


def _thaw_redis(working: House) -> None:
    pid = _redis(working)
    assert pid is not None
    os.kill(pid, signal.SIGCONT)
