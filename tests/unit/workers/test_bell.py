"""The bell carries ids and nothing else, and says at once when it is away."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from qa_engine.errors import BadSetting
from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, JobState, Stage, Store, clock
from qa_engine.storage import Queue as Lane
from qa_engine.storage.ids import new_id
from tests.databases import clean_store
from tests.unit.storage.cast import take_chat
from workers import embedded_redis
from workers.bell import Bell, connect
from workers.desk import Desk, Effect
from workers.embedded_redis import redis_url
from workers.reconciler import Reconciler
from workers.station import Station
from workers.worker import Shift, WarmWorker, serve_queue


@pytest.fixture
def bell(redis_settings: Settings) -> Iterator[Bell]:
    connect(redis_url(redis_settings)).flushall()
    opened = Bell(redis_url(redis_settings))
    yield opened
    opened.close()


def test_it_rings_with_an_id_and_nothing_else(bell: Bell, redis_settings: Settings) -> None:
    job_id = new_id()
    bell.ring("score", job_id)
    assert bell.waiting("score") == {job_id} and bell.waiting("transcribe") == set()
    kept = connect(redis_url(redis_settings)).hgetall(f"rq:job:{job_id}")
    name, _, args, kwargs = json.loads(zlib.decompress(kept[b"data"]))
    assert (name, args, kwargs) == ("workers.worker.heard", [job_id], {})
    assert kept[b"description"].decode() == job_id


def test_it_puts_the_urgent_first(bell: Bell, redis_settings: Settings) -> None:
    bell.ring_all("score", ["a", "b"])
    bell.ring("score", "c", first=True)
    queue = Queue("score", connection=connect(redis_url(redis_settings)), serializer=JSONSerializer)
    assert queue.get_job_ids() == ["c", "a", "b"]


def test_it_says_at_once_that_redis_is_away() -> None:
    began = time.monotonic()
    for url in ("redis://127.0.0.1:9/0", "unix:///nowhere/redis.sock"):
        with pytest.raises(ConnectionError):
            Bell(url).ring("score", "a")
    assert time.monotonic() - began < 5


def test_a_worker_refuses_two_queues(store: Store, redis_settings: Settings) -> None:
    station = Station(store, lambda: pytest.fail("no models are wanted"))
    with pytest.raises(BadSetting, match="one queue"):
        WarmWorker(["transcribe", "score"], Shift(Lane.SCORE, station), connect(redis_url(redis_settings), None))


def test_a_worker_forgets_what_it_hears_and_sweeps_up_after_the_killed(
    store: Store, bell: Bell, redis_settings: Settings
) -> None:
    client = connect(redis_url(redis_settings), None)
    bell.ring_all("score", ["a", "b"])
    client.lpush("rq:queue:score:intermediate", "left behind")
    station = Station(store, lambda: pytest.fail("no models are wanted"))
    WarmWorker(["score"], Shift(Lane.SCORE, station), client).work(burst=True, logging_level="WARNING")
    assert bell.waiting("score") == set()
    assert [key for key in client.scan_iter() if b"job" in key or b"intermediate" in key] == []


def test_a_worker_does_what_waits_in_the_database_while_its_bell_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with clean_store("sqlite", tmp_path, recycle_jobs=1, redis_url=url) as store:
            taken, began = take_chat(store).interaction, time.monotonic()
            station = Station(store, lambda: pytest.fail("no models are wanted"), stages={Stage.SCORE: _nothing})
            serve_queue(Shift(Lane.SCORE, station), store.settings)
            job = store.interaction(SYSTEM, taken.id).job
            assert job is not None and job.state is JobState.DONE
            assert time.monotonic() - began < 15


def test_a_worker_that_listens_notices_that_redis_is_gone(store: Store) -> None:
    server = subprocess.Popen(embedded_redis.command(store.settings))
    while not embedded_redis.is_running(store.settings):
        time.sleep(0.02)
    station = Station(store, lambda: pytest.fail("no models are wanted"))
    worker = WarmWorker(["score"], Shift(Lane.SCORE, station), connect(redis_url(store.settings), None))
    gone = threading.Timer(1.0, server.kill)
    began = time.monotonic()
    gone.start()
    with suppress(redis.RedisError):  # it cannot take its leave
        worker.work(logging_level="CRITICAL")
    server.wait()
    assert 1.0 <= time.monotonic() - began < 10


def _nothing(_desk: Desk) -> Effect:
    return lambda connection: None


def test_the_reconciler_sends_what_was_committed_once(store: Store, bell: Bell) -> None:
    ids = {take_chat(store, str(n)).interaction.job.id for n in range(5)}  # type: ignore[union-attr]
    reconciler = Reconciler(store, bell, late_s=0)
    assert reconciler.relay() == 5
    assert bell.waiting("score") == ids
    assert reconciler.relay() == 0


def test_the_reconciler_keeps_what_it_could_not_send(store: Store) -> None:
    take_chat(store)
    with pytest.raises(ConnectionError):
        Reconciler(store, Bell("redis://127.0.0.1:9/0"), late_s=0).relay()
    assert len(store.outbox.waiting()) == 1


def test_the_reconciler_rings_again_after_redis_was_wiped(store: Store, bell: Bell, redis_settings: Settings) -> None:
    ids = {take_chat(store, str(n)).interaction.job.id for n in range(5)}  # type: ignore[union-attr]
    reconciler = Reconciler(store, bell, late_s=0)
    reconciler.relay()
    assert reconciler.reconcile() == 0
    connect(redis_url(redis_settings)).flushall()
    assert reconciler.reconcile() == 5
    assert bell.waiting("score") == ids
    assert reconciler.reconcile() == 0


def test_the_reconciler_leaves_what_is_too_much_for_redis_in_the_database(
    store: Store, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):
        take_chat(store, str(n))
    store.outbox.sent([message.id for message in store.outbox.waiting()])
    monkeypatch.setattr("workers.reconciler.MOST_RUNG", 4)
    monkeypatch.setattr("workers.reconciler.BATCH", 3)
    reconciler = Reconciler(store, bell, late_s=0.01)
    time.sleep(0.02)
    assert reconciler.reconcile() == 4
    assert len(bell.waiting("score")) == 4


def test_the_reconciler_rings_for_the_abandoned_before_a_backlog_that_fills_redis(
    store: Store, bell: Bell, redis_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, *backlog = [take_chat(store, str(n)).interaction.job.id for n in range(5)]  # type: ignore[union-attr]
    store.outbox.sent([message.id for message in store.outbox.waiting()])
    bell.ring_all("score", backlog)
    monkeypatch.setattr("workers.reconciler.MOST_RUNG", 4)
    assert store.jobs.claim(begun, "w1")
    assert store.jobs.bereave("w1") == 1
    assert Reconciler(store, bell, late_s=0.01).reconcile() == 1
    waiting = Queue("score", connection=connect(redis_url(redis_settings)), serializer=JSONSerializer)
    assert waiting.get_job_ids() == [begun, *backlog]


def test_the_reconciler_allows_for_a_clock_that_was_set_back_before_it_came(
    store: Store, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = take_chat(store).interaction.job
    assert job is not None and store.jobs.claim(job.id, "w1")
    earlier = clock.now() - timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    Reconciler(store, bell, late_s=0).mend()
    monkeypatch.setattr(clock, "now", lambda: earlier + timedelta(seconds=6))  # a lease is 5 s here
    assert store.jobs.claim(job.id, "w2")


def test_it_listens_in_a_folder_of_its_own_when_the_home_folder_has_a_long_name(tmp_path: Path) -> None:
    home = tmp_path / ("long " * 30)
    path = embedded_redis.socket_path(Settings(_env_file=None, home=home))
    assert len(str(path)) < 100 and path.parent.stat().st_mode & 0o077 == 0
    again = embedded_redis.socket_path(Settings(_env_file=None, home=home))
    assert again == path
    path.parent.chmod(0o755)
    with pytest.raises(BadSetting):
        embedded_redis.socket_path(Settings(_env_file=None, home=home))
    path.parent.rmdir()


def test_it_takes_the_redis_that_is_set() -> None:
    assert redis_url(Settings(_env_file=None, redis_url="redis://elsewhere/1")) == "redis://elsewhere/1"
