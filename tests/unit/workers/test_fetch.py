"""A recording named by its URL is fetched once, looked at before it is kept, and then heard like any other."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workers.fetch
from qa_engine.domain import Kind
from qa_engine.storage import SYSTEM, Incoming, InteractionRow, JobState, Queue, Stage, State, Store
from tests.databases import clean_store
from tests.unit.storage.cast import take_call
from tests.unit.storage.conftest import Clock, time
from tests.unit.workers.test_stages import sound
from tests.unit.workers.world import Answering, World, ok, redirect, small_world
from workers.fetch import Fetch
from workers.station import Station

__all__ = ["time"]
URL = "https://calls.example.com/2026/a.wav?signature=s3cret"
MIB = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, heartbeat_s=0.05, lease_s=5, max_upload_mb=1) as opened:
        yield opened


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


def take(store: Store, url: str = URL, **told: Any) -> str:
    incoming = Incoming(kind=Kind.CALL, source="a.wav", url=url, **told)
    return store.accept(SYSTEM, incoming).interaction.id


def fetch_all(store: Store, world: World, queue: Queue = Queue.FETCH) -> None:
    stages = {Stage.FETCH: Fetch(lambda _: world.outside())}
    at = Station(store, lambda: pytest.fail("no models are wanted"), stages=stages)
    while at.work_next(queue):
        pass


def fetched(store: Store, world: World, answering: Answering) -> InteractionRow:
    world.site(answering)
    interaction = take(store)
    fetch_all(store, world)
    return store.interaction(SYSTEM, interaction)


def error(row: InteractionRow) -> tuple[str, str]:
    assert row.job is not None and row.job.error is not None
    assert "s3cret" not in str(row.job.error)
    return row.job.error.code, row.job.error.message


def kept(store: Store) -> list[Path]:
    return [path for path in Path(store.settings.blobs).rglob("*") if path.is_file()]


def test_it_keeps_the_recording_and_hands_it_on(store: Store, world: World) -> None:
    wav = sound()
    row = fetched(store, world, ok(wav))
    assert (row.state, row.size, row.container, row.media_type) == (State.QUEUED, len(wav), "wav", "audio/wav")
    assert row.job is not None and (row.job.stage, row.job.state) == (Stage.TRANSCRIBE, JobState.QUEUED)
    stream, size, media_type = store.open_audio(SYSTEM, row.id)
    with stream:
        assert (stream.read(), size, media_type) == (wav, len(wav), "audio/wav")


def test_it_hands_on_in_the_lane_it_came_in(store: Store, world: World) -> None:
    world.site(ok(sound()))
    interaction = take(store, priority=-1)
    fetch_all(store, world)
    job = store.interaction(SYSTEM, interaction).job
    assert job is not None and job.stage == Stage.FETCH and world.dialed == []
    fetch_all(store, world, Queue.ARCHIVE)
    assert world.dialed != []


@pytest.mark.parametrize(
    ("answering", "code", "says"),
    [
        (lambda visit: visit.say(404), "not_fetched", "answered 404"),
        (lambda visit: visit.say(403), "not_fetched", "answered 403"),
        (lambda visit: visit.say(401, b"log in"), "not_fetched", "answered 401"),
        (lambda visit: visit.say(206, b"RIFF"), "not_fetched", "answered 206"),
        (lambda visit: visit.say(204), "not_fetched", "answered 204"),
        (lambda visit: visit.say(304), "not_fetched", "answered 304"),
        (ok(b"<html>Please log in</html>"), "bad_audio", "text, not sound"),
        (ok(b""), "bad_audio", "empty"),
        (ok(bytes(range(256)) * 20), "bad_audio", "no known audio format"),
        (ok(gzip.compress(bytes(10 * MIB)), Content_Encoding="gzip"), "not_fetched", "came packed (gzip)"),
        (ok(gzip.compress(sound())), "bad_audio", "no known audio format"),
        (ok(sound() + bytes(MIB)), "bad_input", "over the cap of 1 MiB"),
        (redirect("https://169.254.169.254/latest/meta-data"), "bad_input", "metadata"),
        (redirect("https://inside.example.com/a.wav"), "forbidden_address", "private"),
        (redirect("http://calls.example.com/a.wav"), "bad_input", "only https"),
        (redirect("https://calls.example.com/again"), "bad_input", "more than 3 redirects"),
    ],
)
def test_what_no_waiting_mends_ends_at_once_and_leaves_nothing(
    store: Store, world: World, answering: Answering, code: str, says: str
) -> None:
    world.names["inside.example.com"] = [["10.0.0.1"]]
    row = fetched(store, world, answering)
    assert row.state is State.FAILED
    assert error(row)[0] == code and says in error(row)[1]
    assert kept(store) == [] and not row.has_audio


def test_it_counts_the_bytes_itself(store: Store, world: World) -> None:
    wav = sound(1)
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", wav, *[bytes(64 * 1024)] * 40]
    row = fetched(store, world, lambda visit: visit.raw(*endless))
    assert row.state is State.FAILED and "over the cap of 1 MiB" in error(row)[1]
    assert kept(store) == []


def test_a_host_that_turns_inside_is_not_gone_to(store: Store, world: World) -> None:
    world.names["calls.example.com"] = [["192.168.0.1"]]
    interaction = take(store)
    fetch_all(store, world)
    assert error(store.interaction(SYSTEM, interaction))[0] == "forbidden_address"
    assert world.dialed == []


@pytest.mark.parametrize(
    ("answering", "says"),
    [
        (lambda visit: visit.say(500), "answered 500"),
        (lambda visit: visit.say(503), "answered 503"),
        (lambda visit: visit.say(429), "answered 429"),
        (
            lambda visit: visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", sound()[:200]),
            "cannot be reached",
        ),
        (lambda visit: visit.raw(b""), "cannot be reached"),
    ],
)
def test_what_may_pass_is_waited_for_and_told_meanwhile(
    store: Store, world: World, time: Clock, answering: Answering, says: str
) -> None:
    row = fetched(store, world, answering)
    assert row.state is State.QUEUED and error(row)[0] == "away" and says in error(row)[1]
    assert row.job is not None and row.job.attempts == 0
    assert kept(store) == []
    world.sites[0].server.RequestHandlerClass.answering = staticmethod(ok(sound()))  # type: ignore[attr-defined]
    fetch_all(store, world)
    assert not store.interaction(SYSTEM, row.id).has_audio
    time.forward(6)
    fetch_all(store, world)
    assert store.interaction(SYSTEM, row.id).has_audio


def test_it_asks_less_often_the_longer_it_waits_and_parks_after_a_day(store: Store, world: World, time: Clock) -> None:
    site = world.site(lambda visit: visit.say(502))
    interaction = take(store)
    hours = 0
    while store.interaction(SYSTEM, interaction).state is not State.PARKED:
        fetch_all(store, world)
        time.forward(60)
        hours += 1 / 60
        assert hours < 27
    assert hours >= 24
    assert 25 <= len(site.seen) <= 45


def test_a_slow_source_is_left_when_its_time_is_up(store: Store, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.fetch, "FIRST_S", 0.5)
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *[b"RIFF"] * 60]
    row = fetched(store, world, lambda visit: visit.raw(*pieces, rest_s=0.05))
    assert row.state is State.QUEUED and "in time" in error(row)[1]
    assert kept(store) == []


def test_the_same_sound_twice_is_told_with_the_id_of_the_first(store: Store, world: World) -> None:
    wav = sound()
    first = take_call(store, wav).interaction.id
    row = fetched(store, world, ok(wav))
    assert row.state is State.FAILED
    assert error(row) == ("duplicate", f"the same recording is kept as {first}")
    own = take(store, URL + "&again", external_id="c-9")
    fetch_all(store, world)
    assert store.interaction(SYSTEM, own).state is State.QUEUED and store.interaction(SYSTEM, own).has_audio


def test_the_same_url_is_the_same_call(store: Store, world: World) -> None:
    world.site(ok(sound()))
    assert take(store) == take(store)
    fetch_all(store, world)
    assert len(world.sites[0].seen) == 1
