"""Events are written in the transaction that made them; endpoints and deliveries are for administrators."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select

from qa_engine.domain import Principal
from qa_engine.errors import BadInput, Conflict, Forbidden, NotFound, StaleFence
from qa_engine.storage import SYSTEM, Failure, Queue, Stage, State, Store
from qa_engine.storage.jobs import Lease
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.tables import deliveries, jobs
from qa_engine.storage.webhooks import Delivery, DeliveryState
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, SUPERVISOR, card, claim, scored, take_call, take_chat
from tests.unit.storage.conftest import Clock

URL = "https://hooks.example.com/qa"
BROKEN = Failure(code="bad_audio", message="the file breaks off", where="a.wav", mend="send it again")


def hook(store: Store, *events: str, by: Principal = SYSTEM) -> str:
    return store.create_webhook(by, URL, events)[1].id


def waiting(store: Store, webhook: str, by: Principal = SYSTEM) -> Sequence[Delivery]:
    return store.deliveries(by, webhook).rows


def bodies(store: Store) -> list[dict[str, Any]]:
    with store.db.read() as connection:
        return [json.loads(row.body) for row in connection.execute(select(deliveries).order_by(deliveries.c.id))]


def to_deliver(store: Store) -> list[str]:
    with store.db.read() as connection:
        found = connection.execute(select(jobs.c.params).where(jobs.c.stage == Stage.DELIVER)).scalars()
        return [params["delivery"] for params in found]


def test_it_makes_a_secret_of_256_bits_that_is_never_shown_again(store: Store) -> None:
    secret, webhook = store.create_webhook(SYSTEM, URL)
    assert secret.startswith("whsec_") and len(base64.b64decode(secret[6:])) == 32
    assert store.create_webhook(SYSTEM, URL)[0] != secret
    assert secret not in str(store.webhooks(SYSTEM)) and secret not in str(store.webhook(SYSTEM, webhook.id))
    assert secret not in str(store.audit_log(SYSTEM))


def test_a_scorecard_is_told_to_each_that_listens(store: Store) -> None:
    both, failures, theirs = hook(store), hook(store, "interaction.failed"), hook(store, by=STRANGER)
    interaction = scored(store, take_chat(store, external_id="c-1"), card(95.0, flags=("vip",), fatal=()))
    [delivery] = waiting(store, both)
    assert (delivery.event, delivery.interaction_id) == ("interaction.scored", interaction)
    assert waiting(store, failures) == () == waiting(store, theirs, STRANGER)
    assert to_deliver(store) == [delivery.id]
    [body] = bodies(store)
    assert body["data"]["score"] == 95.0 and body["data"]["state"] == "done" and body["data"]["flags"] == ["vip"]
    assert {message.payload["queue"] for message in store.outbox.waiting()} == {Queue.SCORE, Queue.DELIVER}


def test_every_scorecard_is_an_event_of_its_own(store: Store) -> None:
    webhook = hook(store)
    interaction = scored(store, take_chat(store))
    job = store.rescore(SYSTEM, interaction)
    lease = store.jobs.claim(job, "w1")
    assert lease is not None
    store.jobs.finish(lease, lambda connection: _keep(connection, lease))
    assert len(waiting(store, webhook)) == 2
    assert len({body["data"]["scorecard_id"] for body in bodies(store)}) == 2


def test_what_is_rolled_back_is_not_told(store: Store) -> None:
    webhook = hook(store)
    lease = claim(store, take_chat(store))

    def fails(connection: Connection) -> None:
        keep_scorecard(connection, lease, card(), {})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.jobs.finish(lease, fails)
    store.jobs.give_back(lease)
    with pytest.raises(StaleFence):
        store.jobs.finish(lease, lambda connection: _keep(connection, lease))
    assert waiting(store, webhook) == () and to_deliver(store) == []


def test_a_failure_for_good_is_told_with_its_mend_and_a_passing_one_is_not(store: Store, time: Clock) -> None:
    webhook = hook(store)
    taken = take_call(store, external_id="c-1")
    store.jobs.fail(claim(store, taken), BROKEN, retry=True)
    assert waiting(store, webhook) == ()
    time.forward(60)
    store.jobs.fail(claim(store, taken), BROKEN, retry=False)
    [body] = bodies(store)
    assert body["type"] == "interaction.failed"
    assert body["data"]["state"] == "failed" and body["data"]["external_id"] == "c-1"
    assert body["data"]["error"]["code"] == "bad_audio" and body["data"]["error"]["mend"] == "send it again"
    assert body["data"]["links"] == {"self": f"/v1/interactions/{taken.interaction.id}"}


@pytest.mark.parametrize("how", ["fails", "dies"])
def test_one_that_is_parked_is_told_once(store: Store, time: Clock, how: str) -> None:
    webhook = hook(store)
    taken = take_call(store)
    for _ in range(3):
        lease = claim(store, taken)
        if how == "fails":
            store.jobs.fail(lease, BROKEN, retry=True)
        time.forward(100)
        store.jobs.park_poison()
    store.jobs.park_poison()
    assert store.interaction(SYSTEM, taken.interaction.id).state is State.PARKED
    assert [body["data"]["state"] for body in bodies(store)] == ["parked"]
    assert len(waiting(store, webhook)) == 1


def test_a_delivery_that_fails_or_is_parked_is_no_news_of_the_interaction(store: Store, time: Clock) -> None:
    webhook = hook(store)
    interaction = scored(store, take_chat(store))
    for _ in range(3):
        lease = store.jobs.claim_next(Queue.DELIVER, "w1")
        assert lease is not None
        time.forward(100)
    store.jobs.park_poison()
    row = store.interaction(SYSTEM, interaction)
    assert row.state is State.DONE and row.job is not None and row.job.stage == Stage.SCORE
    [delivery] = waiting(store, webhook)
    assert store.redeliver(SYSTEM, webhook, delivery.id).state is DeliveryState.QUEUED
    assert store.jobs.claim_next(Queue.DELIVER, "w1") is not None


def test_it_writes_nothing_where_nobody_listens(store: Store) -> None:
    scored(store, take_chat(store))
    hook(store, by=STRANGER)
    scored(store, take_chat(store, "再来"))
    assert bodies(store) == [] and to_deliver(store) == []


def test_a_delivery_at_work_is_not_sent_beside_itself(store: Store, time: Clock) -> None:
    webhook = hook(store)
    scored(store, take_chat(store))
    [delivery] = waiting(store, webhook)
    lease = store.jobs.claim_next(Queue.DELIVER, "w1")
    assert lease is not None
    with pytest.raises(Conflict, match="just now"):
        store.redeliver(SYSTEM, webhook, delivery.id)
    store.jobs.postpone(lease, 86_400, lambda _: None)
    assert store.jobs.claim_next(Queue.DELIVER, "w1") is None
    store.redeliver(SYSTEM, webhook, delivery.id)
    assert store.jobs.claim_next(Queue.DELIVER, "w1") is not None
    assert to_deliver(store) == [delivery.id]


@pytest.mark.parametrize("who", [LEAD, SUPERVISOR, AGENT])
def test_only_administrators_see_or_change_any_of_it(store: Store, who: Principal) -> None:
    webhook = hook(store)
    deeds: list[Any] = [
        lambda: store.create_webhook(who, URL),
        lambda: store.webhooks(who),
        lambda: store.webhook(who, webhook),
        lambda: store.enable_webhook(who, webhook),
        lambda: store.deliveries(who, webhook),
        lambda: store.redeliver(who, webhook, "x"),
        lambda: store.trial(who, webhook),
        lambda: store.delete_webhook(who, webhook),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed()


def test_another_tenants_are_not_there(store: Store) -> None:
    webhook = hook(store)
    deeds: list[Any] = [
        lambda: store.webhook(STRANGER, webhook),
        lambda: store.enable_webhook(STRANGER, webhook),
        lambda: store.deliveries(STRANGER, webhook),
        lambda: store.redeliver(STRANGER, webhook, "x"),
        lambda: store.trial(STRANGER, webhook),
        lambda: store.delete_webhook(STRANGER, webhook),
    ]
    for deed in deeds:
        with pytest.raises(NotFound):
            deed()
    assert store.webhooks(STRANGER) == [] and len(store.webhooks(SYSTEM)) == 1


def test_it_refuses_unknown_events_inside_urls_and_too_many(store: Store) -> None:
    for url in ("http://hooks.example.com/", "https://10.0.0.1/", "http://127.0.0.1/", "hooks.example.com"):
        with pytest.raises(BadInput) as refused:
            store.create_webhook(SYSTEM, url)
        assert refused.value.where == "url"
    with pytest.raises(BadInput, match="no such event") as unknown:
        store.create_webhook(SYSTEM, URL, ["interaction.lost"])
    assert "interaction.scored" in (unknown.value.mend or "")
    for _ in range(50):
        hook(store)
    with pytest.raises(Conflict, match="50 webhooks"):
        hook(store)


def test_one_that_is_removed_takes_its_deliveries_along(store: Store) -> None:
    webhook, stays = hook(store), hook(store)
    scored(store, take_chat(store))
    store.delete_webhook(SYSTEM, webhook)
    assert [one.id for one in store.webhooks(SYSTEM)] == [stays]
    assert len(bodies(store)) == 1 and len(waiting(store, stays)) == 1
    assert sorted(store.letter(delivery) is None for delivery in to_deliver(store)) == [False, True]


def _keep(connection: Connection, lease: Lease) -> None:
    keep_scorecard(connection, lease, card(), {})
