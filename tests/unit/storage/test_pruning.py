"""Done jobs and arrived messages are forgotten in their time; whatever someone must still see to never is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select, update

from qa_engine.storage import SYSTEM, Failure, State, Store
from qa_engine.storage.ids import new_id
from qa_engine.storage.tables import deliveries, jobs
from tests.unit.storage.cast import claim, scored, take_chat
from tests.unit.storage.conftest import Clock

DAY = 86_400.0


def count(store: Store, table: Any) -> int:
    with store.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_it_forgets_done_jobs_after_their_time_and_keeps_what_they_made(store: Store, time: Clock) -> None:
    done = [scored(store, take_chat(store, str(n))) for n in range(5)]
    time.forward(store.settings.keep_jobs_days * DAY - 60)
    assert store.forget_done() == 0
    time.forward(120)
    assert (store.forget_done(limit=3), store.forget_done(limit=3), store.forget_done(limit=3)) == (3, 2, 0)
    row = store.interaction(SYSTEM, done[0])
    assert (row.state, row.job) == (State.DONE, None)
    assert store.scorecard(SYSTEM, done[0]) is not None


def test_it_never_forgets_what_waits_is_in_work_or_has_stopped(store: Store, time: Clock) -> None:
    take_chat(store, "waits")
    claim(store, take_chat(store, "in work"))
    store.jobs.fail(claim(store, take_chat(store, "failed")), Failure(code="x", message="x"), retry=False)
    time.forward(400 * DAY)
    assert store.forget_done() == 0
    assert count(store, jobs) == 3


def test_it_forgets_messages_that_arrived_and_no_others(store: Store, time: Clock) -> None:
    chat = take_chat(store).interaction.id
    _, hook = store.create_webhook(SYSTEM, "https://example.com/hook")
    same = {"tenant": "default", "webhook_id": hook.id, "event": "e", "interaction_id": chat, "body": "{}", "tries": 1}
    rows = [{**same, "id": new_id(), "state": state, "created_at": time.moment} for state in ("delivered", "failed")]
    with store.db.write() as connection:
        connection.execute(insert(deliveries), rows)
        connection.execute(update(deliveries).values(delivered_at=time.moment))
    assert store.forget_done() == 0
    time.forward(31 * DAY)
    assert store.forget_done() == 1
    assert count(store, deliveries) == 1
