"""What the figures say of queues, pace, attempts and times, on both databases, and that counting stays cheap."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from qa_engine.domain import Kind
from qa_engine.storage import SYSTEM, Failure, Incoming, Queue, QueueFigures, Spread, Store
from qa_engine.storage.figures import spread
from tests.unit.storage.cast import claim, scored, take_call, take_chat
from tests.unit.storage.conftest import Clock

CRASH = Failure(code="crashed", message="x")


def queue_of(store: Store, name: Queue) -> QueueFigures:
    return next(queue for queue in store.figures().queues if queue.queue == name)


def test_it_tells_every_queue_even_an_empty_one(store: Store) -> None:
    figures = store.figures()
    assert [queue.queue for queue in figures.queues] == list(Queue)
    assert all(queue.drain_s == 0 and queue.oldest_s == 0 for queue in figures.queues)
    assert (figures.stages, figures.whole, figures.realtime_factor) == ({}, None, None)


def test_what_rests_before_its_next_attempt_is_not_what_waits(store: Store, time: Clock) -> None:
    store.jobs.fail(claim(store, take_chat(store)), CRASH, retry=True)
    take_chat(store, "二")
    assert (queue_of(store, Queue.SCORE).queued, queue_of(store, Queue.SCORE).resting) == (1, 1)
    time.forward(120)
    rested = queue_of(store, Queue.SCORE)
    assert (rested.queued, rested.resting, rested.oldest_s) == (2, 0, 120.0)


def test_the_archive_is_a_queue_of_its_own(store: Store) -> None:
    incoming = Incoming(kind=Kind.CALL, source="a.wav", content_sha256="a" * 64, size=1, priority=-1)
    store.accept(SYSTEM, incoming)
    assert (queue_of(store, Queue.ARCHIVE).queued, queue_of(store, Queue.TRANSCRIBE).queued) == (1, 0)


def test_it_counts_the_done_minute_by_minute_and_forgets_them_after_an_hour(store: Store, time: Clock) -> None:
    scored(store, take_chat(store, "一"))
    time.forward(61)
    scored(store, take_chat(store, "二"))
    scored(store, take_chat(store, "三"))
    told = queue_of(store, Queue.SCORE)
    assert told.done_by_minute[-2:] == (1, 2) and sum(told.done_by_minute) == told.done_last_hour == 3
    time.forward(3599)
    assert queue_of(store, Queue.SCORE).done_last_hour == 2
    time.forward(2)
    assert queue_of(store, Queue.SCORE).done_last_hour == 0


def test_it_counts_what_took_several_attempts_and_what_killed_its_workers(store: Store, time: Clock) -> None:
    again = take_chat(store, "一")
    store.jobs.fail(claim(store, again), CRASH, retry=True)
    time.forward(60)
    scored(store, again)
    deadly = take_chat(store, "二")
    for _ in range(store.settings.max_attempts):
        claim(store, deadly)
        time.forward(store.settings.lease_s + 1)
    store.jobs.park_poison()
    told = queue_of(store, Queue.SCORE)
    assert (told.retried, told.died, told.parked, told.done_last_hour) == (2, 1, 1, 1)


def test_it_tells_how_long_stages_and_the_whole_way_take(store: Store, time: Clock) -> None:
    call = take_call(store, duration_s=60.0)
    time.forward(10)
    lease = claim(store, call)
    time.forward(30)
    store.jobs.finish(lease, lambda _: None)
    chat = take_chat(store)
    time.forward(5)
    scored(store, chat)
    store.rescore(SYSTEM, chat.interaction.id)
    time.forward(3000)
    later = store.jobs.claim_next(Queue.SCORE, "w")
    assert later is not None
    time.forward(1)
    store.jobs.finish(later, lambda _: None)
    figures = store.figures()
    assert figures.stages["transcribe"] == Spread(1, 30.0, 30.0)
    assert figures.stages["score"] == Spread(2, 0.0, 1.0)
    assert figures.whole == Spread(1, 5.0, 5.0), "a later judgement is no longer wait"
    assert figures.realtime_factor == 0.5


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ([], None),
        ([3.0], Spread(1, 3.0, 3.0)),
        ([4.0, 1.0], Spread(2, 1.0, 4.0)),
        ([float(n) for n in range(1, 101)], Spread(100, 50.0, 95.0)),
    ],
)
def test_a_spread_is_told_by_the_nearest_rank(seconds: list[float], told: Spread | None) -> None:
    assert spread(seconds) == told


@pytest.mark.parametrize(
    ("by_minute", "queued", "drain_s"),
    [
        ((0,) * 60, 7, None),  # nothing moves: nobody can tell
        ((0,) * 60, 0, 0.0),
        ((2,) * 60, 20, 600.0),  # ten in five minutes tell the pace
        ((0,) * 55 + (40, 0, 0, 0, 0), 16, 120.0),
        ((1,) * 30 + (0,) * 30, 10, 1200.0),  # a slow hour: thirty in sixty minutes
        ((0,) * 58 + (3, 3), 6, 300.0),  # it has only begun: over five minutes at least
        ((0,) * 49 + (1,) * 6 + (0,) * 5, 6, 660.0),
    ],
)
def test_the_time_to_drain_follows_the_pace(by_minute: tuple[int, ...], queued: int, drain_s: float | None) -> None:
    told = QueueFigures(queue="score", queued=queued, done_by_minute=by_minute).drain_s
    assert told == drain_s if drain_s is None else told == pytest.approx(drain_s)


def test_counting_never_reads_the_whole_table(store: Store) -> None:
    """Its plans on a table with some rows: every look at jobs goes through an index."""
    for n in range(30):
        scored(store, take_chat(store, str(n)))
    if not store.db.is_sqlite:
        pytest.skip("PostgreSQL rightly scans so small a table")
    seen: list[str] = []
    with store.db.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
    store.figures()
    store.stopped(SYSTEM), store.reasons(SYSTEM), store.at_work(SYSTEM), store.forget_done()
    with store.db.read() as connection:
        plans = [
            row[-1]
            for statement in seen
            if statement.startswith(("SELECT", "DELETE"))
            for row in connection.execute(text("EXPLAIN QUERY PLAN " + statement.replace(":", "\\:")))
        ]
    assert any("jobs USING" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN jobs")] == []
