"""Whatever goes down, every event arrives, and its id tells repetitions; recordings come over a real wire."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from qa_engine.domain import Kind
from qa_engine.pipeline import Tools
from qa_engine.storage import SYSTEM, Incoming, Queue, Stage, Store
from qa_engine.storage.webhooks import Delivery, DeliveryState
from tests.databases import BOTH, clean_store
from tests.integration.house import House, house
from tests.unit.storage.cast import scored, take_chat
from tests.unit.storage.conftest import Clock, time
from tests.unit.workers.test_stages import Ear, NoMusic, sound
from tests.unit.workers.world import OTHER_PUBLIC, Visit, World, ok, small_world
from workers.deliver import Deliver
from workers.fetch import Fetch
from workers.stages import STAGES
from workers.station import Station

__all__ = ["time"]
CLI = "from workers.cli.main import main; main()"
QUICK: dict[str, Any] = {
    "lease_s": 3, "heartbeat_s": 0.5, "reconcile_s": 0.5, "stop_s": 1, "allow_loopback_http": True,
}  # fmt: skip


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, **QUICK) as opened:
        yield opened


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


def working(store: Store, queue: Queue):
    return house(store, "-c", CLI, "work", queue, **QUICK)


def all_of(store: Store, webhook_id: str) -> list[Delivery]:
    found, after = list[Delivery](), None
    while True:
        page = store.deliveries(SYSTEM, webhook_id, after=after, limit=200)
        found += page.rows
        if page.next is None:
            return found
        after = page.next


def test_a_receiver_that_is_down_for_an_hour_gets_every_event_and_none_twice_by_its_id(
    store: Store, world: World, time: Clock
) -> None:
    lost: set[str] = set()

    def forgetful(visit: Visit) -> None:
        """Takes it, but of every fifth event the first answer is lost on the way."""
        event = visit.headers["webhook-id"]
        if len(site.seen) % 5 == 0 and event not in lost:
            lost.add(event)
            visit.raw(b"")
        else:
            visit.say(200)

    site = world.site(forgetful, "hooks.example.com")
    address = world.names.pop("hooks.example.com")
    _, webhook = store.create_webhook(SYSTEM, "https://hooks.example.com/qa")
    outside = world.outside()
    at = Station(store, dict, stages={Stage.DELIVER: Deliver(lambda _: outside)})  # type: ignore[arg-type]
    ids: set[str] = set()
    for minute in range(0, 60, 6):
        ids |= {scored(store, take_chat(store, external_id=f"{minute} {n}")) for n in range(10)}
        while at.work_next(Queue.DELIVER):
            pass
        time.forward(6 * 60)
    assert {one.state for one in all_of(store, webhook.id)} == {DeliveryState.QUEUED} and site.seen == []
    world.names["hooks.example.com"] = address
    while waiting := [one.next_at for one in all_of(store, webhook.id) if one.next_at is not None]:
        time.moment = max(time.moment, *waiting) + timedelta(milliseconds=1)
        while at.work_next(Queue.DELIVER):
            pass
    told = all_of(store, webhook.id)
    assert len(ids) == 100 and {one.interaction_id for one in told} == ids
    assert {one.state for one in told} == {DeliveryState.DELIVERED}
    heard = Counter(visit.headers["webhook-id"] for visit in site.seen)
    assert set(heard) == {one.id for one in told} and len(heard) == 100
    assert {event for event, times in heard.items() if times > 1} == lost != set()
    by_id = {visit.headers["webhook-id"]: visit.body for visit in site.seen}
    assert all(by_id[visit.headers["webhook-id"]] == visit.body for visit in site.seen)


def test_a_sender_killed_between_sending_and_noting_it_sends_the_same_again(store: Store, world: World) -> None:
    running: House

    def kill_first(visit: Visit) -> None:
        if len(site.seen) == 1:
            os.kill(running.workers()[0], signal.SIGKILL)
        visit.say(200)

    site = world.plain_site(kill_first)
    _, webhook = store.create_webhook(SYSTEM, f"http://127.0.0.1:{site.port}/")
    interaction = scored(store, take_chat(store))
    with working(store, Queue.DELIVER) as running:
        running.wait(lambda: all_of(store, webhook.id)[0].state is DeliveryState.DELIVERED, 60, "it is delivered")
    [delivery] = all_of(store, webhook.id)
    assert [visit.headers["webhook-id"] for visit in site.seen] == [delivery.id] * 2
    assert site.seen[0].body == site.seen[1].body and interaction.encode() in site.seen[0].body


def test_a_recording_handed_in_by_its_url_ends_as_an_event(tmp_path: Path, world: World) -> None:
    calls = world.site(ok(sound()))
    hooks = world.site(ok(), "hooks.example.com", OTHER_PUBLIC)
    outside = world.outside()
    going_out = {Stage.FETCH: Fetch(lambda _: outside), Stage.DELIVER: Deliver(lambda _: outside)}
    with clean_store("sqlite", tmp_path) as store, TestClient(create_app(store.settings, store, pages=False)) as client:
        key, _ = store.create_key(SYSTEM, "crm")
        store.create_webhook(SYSTEM, "https://hooks.example.com/qa")
        asked = {"url": "https://calls.example.com/a.wav", "external_id": "CRM-1", "agent": "A017"}
        answer = client.post("/v1/interactions", json=asked, headers={"X-API-Key": key})
        assert answer.status_code == 202 and len(calls.seen) == 0
        at = Station(store, lambda: Tools(Ear(), NoMusic()), stages={**STAGES, **going_out})
        for queue in (Queue.FETCH, Queue.TRANSCRIBE, Queue.SCORE, Queue.DELIVER):
            assert at.work_next(queue), queue
    event = json.loads(hooks.seen[0].body)
    assert event["type"] == "interaction.scored" and event["data"]["score"] is not None
    assert [event["data"][name] for name in ("id", "external_id", "agent")] == [answer.json()["id"], "CRM-1", "A017"]


def test_a_recording_is_fetched_by_a_worker_of_its_own(store: Store, world: World) -> None:
    wav = sound()
    site = world.plain_site(ok(wav))
    url = f"http://127.0.0.1:{site.port}/a.wav"
    interaction = store.accept(SYSTEM, Incoming(kind=Kind.CALL, source="a.wav", url=url)).interaction.id
    with working(store, Queue.FETCH) as running:
        running.wait(lambda: store.interaction(SYSTEM, interaction).has_audio, 60, "it is fetched")
    row = store.interaction(SYSTEM, interaction)
    assert row.size == len(wav) and row.job is not None and row.job.stage == Stage.TRANSCRIBE
