"""A worker claims, keeps its lease alive, commits once, and explains what it could not do."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from qa_engine.errors import BadAudio, BadRubric, WeightsMissing
from qa_engine.storage import SYSTEM, InteractionRow, JobState, Stage, State, Store
from qa_engine.storage.db import DatabaseAway
from qa_engine.storage.scorecards import keep_scorecard
from tests.unit.storage.cast import card, take_chat
from workers.desk import Desk, Effect
from workers.station import Station


def station(store: Store, stage: Callable[[Desk], Effect], name: str = "w1") -> Station:
    return Station(store, lambda: pytest.fail("no models are wanted"), stages={Stage.SCORE: stage}, name=name)


def good(desk: Desk) -> Effect:
    def effect(connection: Connection) -> None:
        keep_scorecard(connection, desk.lease, card(), {})

    return effect


def work(store: Store, stage: Callable[[Desk], Effect], name: str = "w1") -> InteractionRow:
    row = take_chat(store).interaction
    assert row.job is not None
    assert station(store, stage, name).work(row.job.id)
    return store.interaction(SYSTEM, row.id)


def test_it_does_the_job_and_keeps_its_effect(store: Store) -> None:
    row = work(store, good)
    assert row.state is State.DONE and row.score == 90.0


def test_it_leaves_a_job_alone_that_is_not_to_be_had(store: Store) -> None:
    row = take_chat(store).interaction
    assert row.job is not None
    assert station(store, good).work(row.job.id)
    assert not station(store, good).work(row.job.id)
    assert not station(store, good).work("no such job")
    assert len(store.scorecards(SYSTEM, row.id)) == 1


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (BadAudio("not sound", where="a.wav", mend="export it again"), JobState.FAILED, "bad_audio"),
        (BadRubric("no such rubric"), JobState.QUEUED, "bad_rubric"),
        (WeightsMissing("no weights"), JobState.QUEUED, "weights_missing"),
        (ZeroDivisionError("division by zero"), JobState.QUEUED, "crashed"),
        (MemoryError(), JobState.QUEUED, "crashed"),
    ],
)
def test_it_tells_what_went_wrong(store: Store, error: Exception, state: JobState, code: str) -> None:
    def broken(_desk: Desk) -> Effect:
        raise error

    job = work(store, broken).job
    assert job is not None and job.error is not None
    assert (job.state, job.error.code) == (state, code)


def test_it_keeps_its_lease_alive_beside_the_work(store: Store) -> None:
    seen: list[int] = []

    def slow(desk: Desk) -> Effect:
        time.sleep(0.3)
        other = store.jobs.claim(desk.lease.job_id, "w2")
        seen.append(0 if other is None else 1)
        return good(desk)

    store.jobs._lease = store.jobs._lease.__class__(seconds=0.2)
    assert work(store, slow).state is State.DONE
    assert seen == [0]


def test_it_drops_its_result_when_another_took_the_job(store: Store) -> None:
    def robbed(desk: Desk) -> Effect:
        store.jobs.bereave("w1")
        assert store.jobs.claim(desk.lease.job_id, "w2") is not None
        return good(desk)

    row = work(store, robbed)
    assert row.state is State.WORKING and row.score is None
    assert store.scorecards(SYSTEM, row.id) == []


def test_it_stops_working_when_its_progress_is_told_to_be_stale(store: Store) -> None:
    went_on: list[bool] = []

    def robbed(desk: Desk) -> Effect:
        store.jobs.bereave("w1")
        store.jobs.claim(desk.lease.job_id, "w2")
        desk.progress("recognise", 0.5)
        went_on.append(True)
        return good(desk)

    work(store, robbed)
    assert went_on == []


def test_it_shows_its_progress(store: Store) -> None:
    shown: list[tuple[str | None, float]] = []

    def told(desk: Desk) -> Effect:
        desk.progress("recognise", 0.25)
        job = store.interaction(SYSTEM, desk.row.id).job
        assert job is not None
        shown.append((job.step, job.fraction))
        return good(desk)

    work(store, told)
    assert shown == [("recognise", 0.25)]


def test_it_waits_with_its_result_for_a_database_that_is_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    finish = store.jobs.finish

    def away(lease, effect):  # type: ignore[no-untyped-def]
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseAway("away")
        finish(lease, effect)

    monkeypatch.setattr("workers.station.COMMIT_REST_S", 0.01)
    monkeypatch.setattr(store.jobs, "finish", away)
    assert work(store, good).state is State.DONE
    assert len(tries) == 3


def test_it_gives_its_job_back_when_it_must_leave(store: Store) -> None:
    def leaving(desk: Desk) -> Effect:
        working.give_back()
        return good(desk)

    row = take_chat(store).interaction
    assert row.job is not None
    working = station(store, leaving)
    working.work(row.job.id)
    row = store.interaction(SYSTEM, row.id)
    assert row.state is State.QUEUED and row.job is not None and row.job.attempts == 0
