"""The kill-point sweep: intake, work and relay die at each step that makes something durable, one after the other."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from qa_engine.pipeline import Tools
from qa_engine.storage import SYSTEM, JobState, State, Store, clock
from qa_engine.storage.tables import idempotency_keys, jobs
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.mortal import Begin, dies
from tests.drills.sizes import only_whole, small_and_whole
from tests.drills.tally import Tally
from tests.unit.api.cast import CHAT
from tests.unit.storage.cast import take_call, take_chat
from tests.unit.workers.test_stages import Ear, NoMusic, sound
from workers import embedded_redis
from workers.bell import Bell, connect
from workers.embedded_redis import redis_url
from workers.reconciler import Reconciler
from workers.station import Station

SOUND = sound(0.3)
Post = Callable[[TestClient, str], Any]


def post_call(client: TestClient, name: str) -> Any:
    return client.post("/v1/interactions", files={"file": (f"{name}.wav", SOUND)}, data={"external_id": name})


def post_chat(client: TestClient, name: str) -> Any:
    return client.post("/v1/interactions", json={**CHAT, "id": name})


def post_chat_with_key(client: TestClient, name: str) -> Any:
    return client.post("/v1/interactions", json={**CHAT, "agent": name}, headers={"Idempotency-Key": name})


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, lease_s=30, heartbeat_s=10) as opened:
        yield opened


@pytest.fixture
def bell(store: Store) -> Iterator[Bell]:
    """Of a Redis server of our own, empty."""
    process = subprocess.Popen(embedded_redis.command(store.settings))
    until = time.monotonic() + 10
    while not embedded_redis.is_running(store.settings):
        assert time.monotonic() < until
        time.sleep(0.02)
    yield Bell(redis_url(store.settings))
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("store", "post"),
    [pytest.param("sqlite", post_chat_with_key, id="small")]
    + [case for post in (post_call, post_chat, post_chat_with_key) for case in only_whole(post)],
    indirect=["store"],
)
def test_what_was_answered_is_kept_and_what_was_not_can_be_sent_again(store: Store, post: Post, tell: Tell) -> None:
    key, _ = store.create_key(SYSTEM, "drill")
    answered = store.settings.home / "answered"

    def deed(name: str, begin: Begin) -> None:
        with _client(store, key) as client:
            begin()
            status = post(client, name).status_code
            answered.write_text(str(status))

    accepted, deaths = [], 0
    with _client(store, key) as client:
        for at in count(1):
            answered.unlink(missing_ok=True)
            died = dies(lambda begin, at=at: deed(f"at {at}".replace(" ", "-"), begin), at)
            assert died or answered.read_text() == "202"
            _two_minutes_later(store)
            again = post(client, f"at-{at}")
            assert again.status_code in (200, 202), again.text
            accepted.append(again.json()["id"])
            assert not answered.exists() or again.status_code == 200 or again.headers["Idempotency-Replayed"]
            deaths += died
            if not died:
                break
    _work_off(store)
    _tell(store, f"die: {post.__name__}", accepted, deaths, tell)


@pytest.mark.parametrize(
    ("store", "take"), small_and_whole(take_chat, take_call) + only_whole(take_chat), indirect=["store"]
)
def test_a_worker_that_dies_anywhere_leaves_work_that_is_done_once(
    store: Store, take: Callable[..., Any], tell: Tell
) -> None:
    accepted, deaths = [], 0
    for at in count(1):
        what = (sound(0.3, seed=at),) if take is take_call else ("您好", "再见")
        accepted.append(take(store, *what, external_id=str(at)).interaction.id)

        def deed(begin: Begin) -> None:
            opened = Store.open(store.settings)
            begin()
            _work_off(opened, "doomed")

        died = dies(deed, at)
        store.jobs.bereave("doomed")
        _work_off(store)
        deaths += died
        if not died:
            break
    _tell(store, f"die: work on {take.__name__[5:]}", accepted, deaths, tell)


@pytest.mark.parametrize(("store", "stride"), small_and_whole(4, 1), indirect=["store"])
def test_a_reconciler_that_dies_anywhere_rings_for_every_job(store: Store, stride: int, bell: Bell, tell: Tell) -> None:
    """Every second time Redis forgets what it had heard until then."""
    accepted, deaths = [], 0
    for at in count(1, stride):
        accepted.append(take_chat(store, "您好", external_id=str(at)).interaction.id)

        def deed(begin: Begin) -> None:
            reconciler = Reconciler(Store.open(store.settings), Bell(redis_url(store.settings)), late_s=0)
            begin()
            reconciler.relay()
            reconciler.reconcile()

        died = dies(deed, at)
        if len(accepted) % 2:
            connect(redis_url(store.settings)).flushall()
        reconciler = Reconciler(store, bell, late_s=0)
        reconciler.relay()
        reconciler.reconcile()
        for job in sorted(bell.waiting("score")):
            _station(store).work(job)
        assert store.interaction(SYSTEM, accepted[-1]).state is State.DONE
        deaths += died
        if not died:
            break
    _tell(store, "die: relay", accepted, deaths, tell)


def _client(store: Store, key: str) -> TestClient:
    app = create_app(store.settings, pages=False)
    return TestClient(app, headers={"X-API-Key": key}, raise_server_exceptions=False)


def _two_minutes_later(store: Store) -> None:
    """A request whose process died holds its idempotency key that long; meanwhile it is told to try again."""
    with store.db.write() as connection:
        connection.execute(idempotency_keys.update().values(locked_until=clock.now() - timedelta(minutes=1)))


def _station(store: Store, name: str = "whole") -> Station:
    return Station(store, lambda: Tools(Ear(), NoMusic()), name=name)


def _work_off(store: Store, name: str = "whole") -> None:
    """The real stages, with ears that hear the same words in every call."""
    station = _station(store, name)
    waits = select(jobs.c.id).where(jobs.c.state.in_((JobState.QUEUED, JobState.LEASED)))
    while True:
        with store.db.read() as connection:
            found = connection.execute(waits).scalars().all()
        if not sum(station.work(job) for job in found):
            return


def _tell(store: Store, drill: str, accepted: list[str], deaths: int, tell: Tell) -> None:
    tally = Tally(drill, store.db.engine.dialect.name, faults=deaths)
    tally.count(store, accepted)
    assert deaths > 3
    tell(tally)
