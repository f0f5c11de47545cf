"""Redis and PostgreSQL become slow, break off or fall silent for a while: what was accepted is done, and done once."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from qa_engine.storage import Store
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.load import Load, send
from tests.drills.proxy import Fault, Proxy, proxy
from tests.drills.server import Answer, Client, Served, served
from tests.drills.tally import Tally, share, unfinished
from tests.integration.house import House, house
from workers import embedded_redis

RATE = 3.0
BEFORE_S, AFTER_S = 3.0, 3.0
P99_S, PROMISED_S = 0.5, 60.0
TIMES = [(fault, seconds) for fault in (Fault.SLOW, Fault.CUT, Fault.HOLE) for seconds in (5, 15)]
TIMES.append((Fault.HOLE, 300))
CASES = [pytest.param(*one, id=f"{one[0]}-{one[1]}s", marks=pytest.mark.drill) for one in TIMES]
SMALL = pytest.param(Fault.HOLE, 3, id="hole-3s")


@dataclass
class Scene:
    """A whole installation behind a proxy that stands before one of its servers."""

    store: Store
    before: Proxy
    api: Served
    working: House


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, max_attempts=100) as opened:
        yield opened


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Store]:
    with clean_store("postgres", tmp_path, max_attempts=100) as opened:
        yield opened


@pytest.mark.parametrize(("fault", "seconds"), [SMALL, *CASES])
def test_work_goes_on_while_redis_is_away(store: Store, fault: Fault, seconds: float, tell: Tell) -> None:
    with _behind_redis(store) as scene:
        load, done_meanwhile, recovery = asyncio.run(_suffer(scene, fault, seconds))
    tally = Tally(f"Redis {fault} {seconds} s", store.db.engine.dialect.name, faults=1, recoveries=[recovery])
    tally.count(store, load.accepted)
    tally.more = f"{load}, done meanwhile {done_meanwhile}"
    tell(tally)
    assert load.errors == 0 and recovery < PROMISED_S
    if seconds >= 15:
        assert done_meanwhile > 0
        assert share([answer.seconds for answer in load.answers], 0.99) < P99_S


@pytest.mark.postgres
@pytest.mark.parametrize(("fault", "seconds"), CASES)
def test_work_resumes_by_itself_after_postgres_was_away(
    postgres: Store, fault: Fault, seconds: float, tell: Tell
) -> None:
    with _behind_postgres(postgres) as scene:
        load, _, recovery = asyncio.run(_suffer(scene, fault, seconds))
    tally = Tally(f"PostgreSQL {fault} {seconds} s", "postgresql", faults=1, recoveries=[recovery])
    tally.count(postgres, load.accepted)
    tally.more = str(load)
    tell(tally)
    assert load.errors == 0 and recovery < PROMISED_S


async def _suffer(scene: Scene, fault: Fault, seconds: float) -> tuple[Load, int, float]:
    """Senders send all the while, and again until they are told 2xx; what they got, how much was finished while the
    fault lasted, and the seconds from its end until everything was."""
    client = Client(scene.api.port, scene.api.key, patience_s=seconds + 60)
    sending = asyncio.create_task(send(_persistent(client), RATE, BEFORE_S + seconds + AFTER_S))
    await asyncio.sleep(BEFORE_S)
    scene.before.tell(fault)
    began = _done(scene.store)
    await asyncio.sleep(seconds)
    meanwhile = _done(scene.store) - began
    scene.before.tell(Fault.NONE)
    over = time.monotonic()
    load = await sending
    await client.close()
    until = over + 4 * PROMISED_S
    while unfinished(scene.store):
        assert time.monotonic() < until, scene.working.log.read_text()[-6000:]
        await asyncio.sleep(0.1)
    return load, meanwhile, max(0.0, time.monotonic() - over - AFTER_S)


def _persistent(client: Client) -> Callable[[int], Awaitable[Answer]]:
    async def deed(n: int) -> Answer:
        while (answer := await client.chat(f"chat-{n}", "sleep 0.05")).status in (0, 503):
            await asyncio.sleep(0.5)
        return answer

    return deed


def _done(store: Store) -> int:
    with store.db.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE state = 'done'").scalar_one())


@contextmanager
def _behind_redis(store: Store) -> Iterator[Scene]:
    server = subprocess.Popen(embedded_redis.command(store.settings))
    try:
        with ExitStack() as opened:
            socket = str(embedded_redis.socket_path(store.settings))
            before = opened.enter_context(proxy(socket, 0, store.settings.home))
            yield opened.enter_context(_installation(store, before, redis_url=f"redis://127.0.0.1:{before.port}/0"))
    finally:
        server.kill()
        server.wait()


@contextmanager
def _behind_postgres(store: Store) -> Iterator[Scene]:
    url = make_url(store.settings.database_url)
    with proxy(url.host or "127.0.0.1", url.port or 5432, store.settings.home) as before:
        behind = url.set(host="127.0.0.1", port=before.port)
        with _installation(store, before, database_url=behind.render_as_string(hide_password=False)) as scene:
            yield scene


@contextmanager
def _installation(store: Store, before: Proxy, **settings: object) -> Iterator[Scene]:
    with ExitStack() as houses:
        api = houses.enter_context(served(store, **settings))
        words = ("-m", "tests.drills.household", "1")
        working = houses.enter_context(house(store, *words, **{"max_attempts": 100, **settings}))
        working.wait(lambda: len(working.workers()) == 1, 60, "the household works")
        time.sleep(2.0)
        yield Scene(store, before, api, working)
        before.tell(Fault.NONE)
