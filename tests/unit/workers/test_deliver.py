"""Events reach their webhooks signed, byte for byte the same at every try, by the schedule of the specification."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workers.deliver
from qa_engine.storage import SYSTEM, Queue, Stage, Store
from qa_engine.storage.letters import Letter
from qa_engine.storage.webhooks import Delivery, DeliveryState, Webhook
from tests.conftest import ROOT
from tests.unit.storage.cast import card, scored, take_chat
from tests.unit.storage.conftest import Clock, time
from tests.unit.workers.world import Answering, Site, World, ok, redirect, small_world
from workers.deliver import Deliver, asked_s, signed
from workers.station import Station

__all__ = ["time"]
URL = "https://hooks.example.com/qa"
REST_S = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


def receiver(world: World, answering: Answering) -> Site:
    return world.site(answering, "hooks.example.com")


def station(store: Store, world: World) -> Station:
    outside = world.outside()
    stages = {Stage.DELIVER: Deliver(lambda _: outside)}
    return Station(store, lambda: pytest.fail("no models are wanted"), stages=stages)


def work_all(at: Station) -> int:
    done = 0
    while at.work_next(Queue.DELIVER):
        done += 1
    return done


def hook(store: Store, url: str = URL) -> tuple[str, Webhook]:
    return store.create_webhook(SYSTEM, url)


def only(store: Store, webhook: Webhook) -> Delivery:
    [found] = store.deliveries(SYSTEM, webhook.id).rows
    return found


def the_guides_verify() -> Callable[..., bool]:
    """The function that docs/webhooks.md gives to receivers."""
    guide = (ROOT / "docs/webhooks.md").read_text("utf-8")
    found: dict[str, Any] = {}
    exec(guide.partition("```python\n")[2].partition("```")[0], found)
    verify: Callable[..., bool] = found["verify"]
    return verify


def test_it_signs_as_the_specification_does() -> None:
    letter = Letter(
        id="msg_p5jXN8AQM9LWM0D4loKWxJek", webhook_id="w", url=URL, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        body='{"test": 2432232314}', tries=0, open=True, disabled=False,
    )  # fmt: skip
    headers = signed(letter, 1614265330)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_tells_of_a_scorecard_and_the_receiver_can_verify_it(store: Store, world: World) -> None:
    site = receiver(world, ok())
    secret, webhook = hook(store)
    interaction = scored(
        store, take_chat(store, "身份证号不外传", external_id="c-1"), card(61.5, flags=("needs_review",))
    )
    assert work_all(station(store, world)) == 1
    [visit] = site.seen
    told = f"{visit.headers['webhook-id']}.{visit.headers['webhook-timestamp']}.".encode() + visit.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    assert visit.headers["webhook-signature"] == f"v1,{signature}"
    verify = the_guides_verify()
    assert verify(secret, visit.headers, visit.body)
    assert not verify(secret, visit.headers, visit.body + b" ")
    assert not verify("whsec_" + base64.b64encode(b"another").decode(), visit.headers, visit.body)
    assert (visit.command, visit.path, visit.headers["content-type"]) == ("POST", "/qa", "application/json")
    event = json.loads(visit.body)
    assert event["type"] == "interaction.scored" and event["data"]["id"] == interaction
    data = event["data"]
    assert (data["external_id"], data["score"], data["band"], data["needs_review"]) == ("c-1", 61.5, "flagged", True)
    assert data["rubric"]["id"] == "general-zh" and data["links"]["self"] == f"/v1/interactions/{interaction}"
    assert "身份证号" not in visit.body.decode()
    delivery = only(store, webhook)
    assert delivery.id == visit.headers["webhook-id"]
    assert (delivery.state, delivery.tries, delivery.status) == (DeliveryState.DELIVERED, 1, 200)


def test_it_tries_again_by_the_schedule_until_it_arrives(store: Store, world: World, time: Clock) -> None:
    site = receiver(world, lambda visit: visit.say(500 if len(site.seen) < 10 else 204))
    _, webhook = hook(store)
    began = time.moment
    scored(store, take_chat(store))
    at = station(store, world)
    for tries, rest in enumerate(REST_S, start=1):
        assert work_all(at) == 1 and len(site.seen) == tries
        delivery = only(store, webhook)
        assert (delivery.state, delivery.tries, delivery.status) == (DeliveryState.QUEUED, tries, 500)
        assert delivery.error == "answered 500" and delivery.next_at is not None
        assert rest <= (delivery.next_at - time.moment).total_seconds() <= rest * 1.1
        time.forward(rest - 1)
        assert work_all(at) == 0
        time.moment = delivery.next_at + timedelta(milliseconds=1)
    assert work_all(at) == 1
    assert only(store, webhook).state is DeliveryState.DELIVERED
    assert len({visit.headers["webhook-id"] for visit in site.seen}) == 1
    assert len({visit.body for visit in site.seen}) == 1
    assert len({visit.headers["webhook-timestamp"] for visit in site.seen}) == 10
    assert 75.58 <= (time.moment - began).total_seconds() / 3600 <= 75.6 * 1.1


def test_it_gives_up_after_ten_tries_and_can_be_told_to_begin_anew(store: Store, world: World, time: Clock) -> None:
    site = receiver(world, lambda visit: visit.say(503 if len(site.seen) <= 10 else 200))
    _, webhook = hook(store)
    scored(store, take_chat(store))
    at = station(store, world)
    for _ in range(12):
        work_all(at)
        time.forward(30 * 3600)
    delivery = only(store, webhook)
    assert (delivery.state, delivery.tries, delivery.next_at) == (DeliveryState.FAILED, 10, None)
    assert len(site.seen) == 10
    store.redeliver(SYSTEM, webhook.id, delivery.id)
    work_all(at)
    assert only(store, webhook).state is DeliveryState.DELIVERED
    assert {visit.headers["webhook-id"] for visit in site.seen} == {delivery.id}


def test_410_disables_the_endpoint_and_ends_what_waits_for_it(store: Store, world: World) -> None:
    site = receiver(world, lambda visit: visit.say(410))
    other = world.site(ok(), "other.example.com", "93.184.216.36")
    _, gone = hook(store)
    _, stays = hook(store, "https://other.example.com/")
    for n in range(3):
        scored(store, take_chat(store, external_id=str(n)))
    work_all(station(store, world))
    told = store.webhook(SYSTEM, gone.id)
    assert told.disabled_at is not None and told.disabled_why == "it answered 410: gone"
    assert len(site.seen) == 1 and len(other.seen) == 3
    ended = store.deliveries(SYSTEM, gone.id).rows
    assert {delivery.state for delivery in ended} == {DeliveryState.FAILED}
    assert sorted(delivery.error or "" for delivery in ended) == ["answered 410", *["the webhook is disabled"] * 2]
    scored(store, take_chat(store, external_id="later"))
    assert len(store.deliveries(SYSTEM, gone.id).rows) == 3 and len(store.deliveries(SYSTEM, stays.id).rows) == 4
    assert store.enable_webhook(SYSTEM, gone.id).disabled_at is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 429, 500, 503])
def test_what_is_no_success_is_tried_again_and_no_redirect_is_followed(store: Store, world: World, status: int) -> None:
    site = receiver(world, redirect("https://hooks.example.com/elsewhere", status))
    _, webhook = hook(store)
    scored(store, take_chat(store))
    work_all(station(store, world))
    delivery = only(store, webhook)
    assert (delivery.state, delivery.status) == (DeliveryState.QUEUED, status)
    assert [visit.path for visit in site.seen] == ["/qa"]


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("120", 120, 121),
        ("1", 5, 5.6),
        ("999999999999", 86_400, 86_401),
        ("soon", 5, 5.6),
        ("-60", 5, 5.6),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 5, 5.6),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 86_400, 86_401),
    ],
)
def test_it_waits_longer_when_asked_but_never_more_than_a_day(
    store: Store, world: World, time: Clock, asked: str, least: float, most: float
) -> None:
    receiver(world, lambda visit: visit.say(503, Retry_After=asked))
    _, webhook = hook(store)
    scored(store, take_chat(store))
    work_all(station(store, world))
    next_at = only(store, webhook).next_at
    assert next_at is not None
    assert least <= (next_at - time.moment).total_seconds() <= most


DATES = st.from_regex(
    r"(Mon, )?\d{1,6} (Jan|Feb) \d{1,12} \d{1,6}:\d{1,3}(:\d{1,3})? ?([+-]\d{1,12}|GMT)?", fullmatch=True
)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30) | DATES)
def test_whatever_it_is_asked_to_wait_is_a_number_of_seconds(told: str) -> None:
    assert 0 <= asked_s(told) < 1e12


def test_it_never_sends_to_an_inside_address_whatever_the_name_says_later(store: Store, world: World) -> None:
    site = receiver(world, ok())
    _, webhook = hook(store)
    world.names["hooks.example.com"] = [["169.254.169.254"]]
    scored(store, take_chat(store))
    work_all(station(store, world))
    assert site.seen == [] and world.dialed == []
    delivery = only(store, webhook)
    assert delivery.state is DeliveryState.QUEUED and "metadata" in (delivery.error or "")


def test_a_slow_receiver_does_not_hold_up_the_others(
    store: Store, world: World, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.deliver, "TRY_S", 2.0)
    monkeypatch.setattr(workers.deliver, "SLOW_TIMES", 1000.0)
    slow = receiver(world, lambda visit: visit.raw(*[b"H"] * 80, rest_s=0.05))
    quick = world.site(ok(), "other.example.com", "93.184.216.36")
    _, webhook = hook(store)
    hook(store, "https://other.example.com/")
    for n in range(20):
        scored(store, take_chat(store, external_id=str(n)))
    work_all(station(store, world))
    assert len(quick.seen) == 20
    assert len(slow.seen) == 1
    waiting = store.deliveries(SYSTEM, webhook.id).rows
    assert sorted(delivery.tries for delivery in waiting) == [*[0] * 19, 1]


def test_what_was_deleted_or_has_arrived_is_not_sent(store: Store, world: World) -> None:
    site = receiver(world, ok())
    _, webhook = hook(store)
    scored(store, take_chat(store, external_id="1"))
    store.delete_webhook(SYSTEM, webhook.id)
    assert work_all(station(store, world)) == 1
    assert site.seen == []


def test_it_leaves_the_interaction_alone_whatever_becomes_of_the_delivery(store: Store, world: World) -> None:
    receiver(world, lambda visit: visit.raw(b"nonsense\r\n\r\n"))
    hook(store)
    interaction = scored(store, take_chat(store))
    before = store.interaction(SYSTEM, interaction)
    work_all(station(store, world))
    assert store.interaction(SYSTEM, interaction) == before
