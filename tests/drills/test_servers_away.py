"""Redis and PostgreSQL become slow, break off or fall silent for a while: what was accepted is done, and done once."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from qa_engine.storage import Store
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.load import Load, send
from tests.drills.proxy import Fault, Proxy, proxy
from tests.drills.server import Answer, Client, Served, run, served
from tests.drills.tally import Tally, share, unfinished
from tests.integration.house import House, house
from workers import embedded_redis

RATE = 3.0
CALM_S = 3.0
P99_S, PROMISED_S = 0.5, 60.0
NOTICED_S = 60
"""By then a worker must have noticed that its bell is silent, and look for work in the database."""
CASES = [pytest.param(fault, (5, 15), id=fault, marks=pytest.mark.drill) for fault in list(Fault)[1:]]
Lengths = tuple[int, ...]
"""Seconds of each fault, one after the other."""


@dataclass
class Scene:
    """A whole installation behind a proxy that stands before one of its servers."""

    store: Store
    before: Proxy
    api: Served
    working: House


@dataclass
class End:
    """What senders got, how much was finished while faults lasted, seconds from each fault's end until all was."""

    load: Load
    done_meanwhile: int = 0
    recoveries: list[float] = field(default_factory=list)


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, max_attempts=100) as opened:
        yield opened


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path / "local", max_attempts=100) as opened:
        yield opened


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Store]:
    with clean_store("postgres", tmp_path / "postgres", max_attempts=100) as opened:
        yield opened


def test_a_silent_redis_is_not_missed(local: Store, tell: Tell) -> None:
    with _behind_redis(local) as scene:
        _hold_redis(run(_suffer(scene, Fault.HOLE, (3,))), local, Fault.HOLE, (3,), tell)


@pytest.mark.parametrize(("fault", "lengths"), CASES)
def test_work_goes_on_while_redis_is_away(store: Store, fault: Fault, lengths: Lengths, tell: Tell) -> None:
    with _behind_redis(store) as scene:
        _hold_redis(run(_suffer(scene, fault, lengths)), store, fault, lengths, tell)


@pytest.mark.postgres
@pytest.mark.parametrize(("fault", "lengths"), CASES)
def test_work_resumes_after_postgres_was_away(postgres: Store, fault: Fault, lengths: Lengths, tell: Tell) -> None:
    with _behind_postgres(postgres) as scene:
        _hold(run(_suffer(scene, fault, lengths)), postgres, f"PostgreSQL {fault}", lengths, tell)


@pytest.mark.drill
@pytest.mark.postgres
def test_five_silent_minutes_of_redis_and_of_postgres(local: Store, postgres: Store, tell: Tell) -> None:
    """Two installations at once, for it takes long."""
    fault, lengths = Fault.HOLE, (300,)
    with _behind_redis(local) as one, _behind_postgres(postgres) as other, ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(lambda scene: run(_suffer(scene, fault, lengths)), scene) for scene in (one, other)]
        _hold_redis(ends[0].result(), local, fault, lengths, tell)
        backlog_s = (
            4 * PROMISED_S
        )  # all that five minutes brought is then taken in and worked off by one worker a stage
        _hold(ends[1].result(), postgres, f"PostgreSQL {fault}", lengths, tell, within_s=backlog_s)


def _hold_redis(end: End, store: Store, fault: Fault, lengths: Lengths, tell: Tell) -> None:
    _hold(end, store, f"Redis {fault}", lengths, tell)
    if max(lengths) >= NOTICED_S or fault is Fault.CUT:
        assert end.done_meanwhile > 0
    if max(lengths) >= 15:
        assert share([answer.seconds for answer in end.load.answers], 0.99) < P99_S


def _hold(end: End, store: Store, what: str, lengths: Lengths, tell: Tell, *, within_s: float = PROMISED_S) -> None:
    seconds = " ".join(str(length) for length in lengths)
    tally = Tally(f"{what} {seconds} s", store.db.engine.dialect.name, faults=len(lengths), recoveries=end.recoveries)
    tally.count(store, end.load.accepted)
    tally.more = f"{end.load}, done meanwhile {end.done_meanwhile}"
    tell(tally)
    assert end.load.errors == 0 and max(end.recoveries) < within_s


async def _suffer(scene: Scene, fault: Fault, lengths: Lengths) -> End:
    """Senders send all the while, and again until they are told 2xx."""
    client = Client(scene.api.port, scene.api.key, patience_s=max(lengths) + 60)
    end = End(Load([]))
    for number, seconds in enumerate(lengths):
        sending = asyncio.create_task(send(_persistent(client, str(number)), RATE, seconds + CALM_S))
        await asyncio.sleep(CALM_S)
        began = _done(scene.store)
        scene.before.tell(fault)
        await asyncio.sleep(seconds)
        end.done_meanwhile += _done(scene.store) - began
        scene.before.tell(Fault.NONE)
        over = time.monotonic()
        end.load = Load([*end.load.answers, *(await sending).answers])
        while unfinished(scene.store):
            assert time.monotonic() < over + 4 * PROMISED_S, scene.working.log.read_text()[-6000:]
            await asyncio.sleep(0.1)
        end.recoveries.append(time.monotonic() - over)
    await client.close()
    return end


def _persistent(client: Client, name: str) -> Callable[[int], Awaitable[Answer]]:
    async def deed(n: int) -> Answer:
        while (answer := await client.chat(f"chat-{name}-{n}", "sleep 0.05")).status in (0, 503):
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
