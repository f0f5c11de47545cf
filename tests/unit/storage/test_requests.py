"""Idempotent requests, the audit log, the figures, the outbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from qa_engine.errors import BadInput, Conflict, Forbidden
from qa_engine.storage import SYSTEM, Failure, Store, StoredReply
from qa_engine.storage.ids import id_at, new_id
from qa_engine.storage.tables import audit, audit_head
from tests.unit.storage.cast import AGENT, LEAD, claim, scored, take_call, take_chat
from tests.unit.storage.conftest import Clock

PRINT = "f" * 64


def test_it_gives_the_first_reply_again_for_a_day(store: Store, time: Clock) -> None:
    assert store.begin_idempotent(LEAD, "k", PRINT) is None
    store.finish_idempotent(LEAD, "k", 202, {"id": "甲"})
    assert store.begin_idempotent(LEAD, "k", PRINT) == StoredReply(202, {"id": "甲"})
    time.forward(86_400 + 1)
    assert store.begin_idempotent(LEAD, "k", PRINT) is None


def test_it_tells_a_key_that_is_used_for_something_else(store: Store) -> None:
    store.begin_idempotent(LEAD, "k", PRINT)
    with pytest.raises(Conflict, match="still at work"):
        store.begin_idempotent(LEAD, "k", PRINT)
    with pytest.raises(Conflict, match="another request"):
        store.begin_idempotent(LEAD, "k", "e" * 64)
    store.finish_idempotent(LEAD, "k", 202, None)
    with pytest.raises(Conflict, match="another request"):
        store.begin_idempotent(LEAD, "k", "e" * 64)


def test_it_keeps_the_keys_of_each_apart(store: Store) -> None:
    assert store.begin_idempotent(LEAD, "k", PRINT) is None
    assert store.begin_idempotent(AGENT, "k", PRINT) is None


def test_it_frees_a_key_whose_request_failed_or_died(store: Store, time: Clock) -> None:
    store.begin_idempotent(LEAD, "k", PRINT)
    store.abandon_idempotent(LEAD, "k")
    assert store.begin_idempotent(LEAD, "k", PRINT) is None
    time.forward(121)
    assert store.begin_idempotent(LEAD, "k", "e" * 64) is None


def test_it_lets_one_of_many_begin(store: Store) -> None:
    def begin(_: int) -> bool:
        try:
            return store.begin_idempotent(LEAD, "k", PRINT) is None
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(40))) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b"])
def test_it_refuses_a_key_that_is_none(store: Store, key: str) -> None:
    with pytest.raises(BadInput):
        store.begin_idempotent(LEAD, key, PRINT)


def test_it_forgets_old_replies(store: Store, time: Clock) -> None:
    store.begin_idempotent(LEAD, "old", PRINT)
    time.forward(86_400 + 1)
    store.begin_idempotent(LEAD, "new", PRINT)
    assert store.forget_replies() == 1


@pytest.fixture
def written(store: Store) -> Store:
    for n in range(5):
        store.audit(LEAD, "play", f"call {n}", {"from": n, "词": "放"})
    return store


def test_it_keeps_the_audit_log_in_one_chain(written: Store) -> None:
    assert written.verify_audit() is None
    assert [entry.subject for entry in written.audit_log(SYSTEM, limit=2)] == ["call 4", "call 3"]
    assert [entry.id for entry in written.audit_log(SYSTEM, after=2)] == [1]
    with pytest.raises(Forbidden):
        written.audit_log(LEAD)


TAMPERINGS = {
    "an edited line": (update(audit).where(audit.c.id == 3).values(subject="another call"), 3),
    "an edited detail": (update(audit).where(audit.c.id == 2).values(detail={"from": 9}), 2),
    "another actor": (update(audit).where(audit.c.id == 1).values(actor="user:other"), 1),
    "a deleted line": (delete(audit).where(audit.c.id == 3), 3),
    "a deleted last line": (delete(audit).where(audit.c.id == 5), 5),
    "a deleted first line": (delete(audit).where(audit.c.id == 1), 1),
    "an emptied log": (delete(audit), 1),
    "a deleted head": (delete(audit_head), 5),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_it_finds(written: Store, what: str) -> None:
    statement, place = TAMPERINGS[what]
    with written.db.write() as connection:
        connection.execute(statement)
    assert written.verify_audit() == place


def test_it_keeps_one_chain_when_many_write_at_once(store: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: store.audit(LEAD, "play", str(n)), range(30)))
    assert store.verify_audit() is None
    assert len(store.audit_log(SYSTEM)) == 30


def test_it_tells_how_things_stand(store: Store, time: Clock) -> None:
    scored(store, take_chat(store, "一"))
    take_call(store, b"RIFF 1")
    time.forward(90)
    store.jobs.fail(claim(store, take_chat(store, "二")), Failure(code="x", message="x"), retry=False)
    figures = store.figures()
    by_queue = {queue.queue: queue for queue in figures.queues}
    assert (by_queue["transcribe"].queued, by_queue["transcribe"].oldest_s) == (1, 90.0)
    assert (by_queue["score"].failed, by_queue["score"].done_last_hour) == (1, 1)
    assert figures.interactions == {"done": 1, "queued": 1, "failed": 1}
    assert figures.outbox == 3
    time.forward(3600)
    assert {queue.queue: queue.done_last_hour for queue in store.figures().queues}["score"] == 0


def test_it_sends_what_waits_in_order_and_forgets_it_when_told(store: Store) -> None:
    jobs = [take_chat(store, str(n)).interaction.job for n in range(4)]
    waiting = store.outbox.waiting(limit=3)
    assert [message.payload["job"] for message in waiting] == [job.id for job in jobs[:3] if job]
    store.outbox.sent([message.id for message in waiting])
    assert [message.payload["job"] for message in store.outbox.waiting()] == [jobs[3].id]  # type: ignore[union-attr]


def test_it_answers_a_ping(store: Store) -> None:
    store.ping()


@given(st.lists(st.integers(0, 2**47), min_size=2, max_size=20), st.integers(0, 2**80 - 1))
def test_its_ids_sort_by_their_moment(moments: list[int], bits: int) -> None:
    ids = [id_at(moment, bits) for moment in moments]
    assert all(len(one) == 26 for one in ids)
    for (a, x), (b, y) in pairwise(sorted(zip(moments, ids, strict=True))):
        assert a == b or x < y


def test_its_ids_of_one_process_always_rise() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(set(ids))
