"""Fifty small recordings a second: all accepted, all finished; and the same when Redis stops half-way."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.storage import Store
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.load import Load, send
from tests.drills.server import Client, Served, served
from tests.drills.tally import Tally, unfinished
from tests.integration.house import House, house
from tests.unit.workers.test_stages import sound

RATE = 50
SIZES = [
    pytest.param(2.0, id="small"),
    pytest.param(60.0, id="whole", marks=pytest.mark.drill),
]
P99_S = 0.5
AWAY_S = 30
"""How much longer Redis stays away than its half of the load, in a whole drill."""


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("seconds", SIZES)
@pytest.mark.parametrize("redis", ["there", "stopped half-way"])
def test_all_uploads_are_accepted_and_finished(store: Store, seconds: float, redis: str, tell: Tell) -> None:
    with (
        served(store) as api,
        house(store, "-m", "tests.drills.household", "1", "--transcribe", "1") as working,
    ):
        working.wait(lambda: _redis(working) is not None and len(working.workers()) == 2, 60, "the household works")
        stop = threading.Timer(seconds / 2, _freeze_redis, [working])
        if redis != "there":
            stop.start()
        load = asyncio.run(_load(api, seconds))
        if redis != "there":
            stop.join()
            time.sleep(min(AWAY_S, seconds))
            _thaw_redis(working)
        drains = time.monotonic()
        working.wait(lambda: unfinished(store) == 0, 600, "all are worked off")
        drained = time.monotonic() - drains
    tally = Tally(f"load, Redis {redis}", store.db.engine.dialect.name, faults=int(redis != "there"))
    tally.count(store, load.accepted)
    tally.more = f"{load}; drained {drained:.0f} s after the last"
    tell(tally)
    assert load.errors == 0
    if seconds > 10:
        assert sorted(answer.seconds for answer in load.answers)[int(len(load.answers) * 0.99)] < P99_S


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
