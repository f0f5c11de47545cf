"""The state machine of jobs: claims, fences, expiry, attempts, parking."""

from __future__ import annotations

import time as time_module
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from qa_engine.errors import Conflict, StaleFence
from qa_engine.storage import SYSTEM, Failure, JobState, Queue, Stage, State, Store
from qa_engine.storage import clock as clock_module
from qa_engine.storage.outbox import post
from qa_engine.storage.tables import jobs, outbox
from tests.unit.storage.cast import claim, scored, take_chat
from tests.unit.storage.conftest import Clock

CRASH = Failure(code="crashed", message="boom")


def nothing(_connection: Connection) -> None:
    """The effect of a job that has none."""


def job_of(store: Store, interaction_id: str):
    job = store.interaction(SYSTEM, interaction_id).job
    assert job is not None
    return job


def test_it_gives_a_job_to_one_worker_only(store: Store) -> None:
    accepted = take_chat(store)
    lease = claim(store, accepted)
    assert store.jobs.claim(lease.job_id, "w2") is None
    assert store.interaction(SYSTEM, accepted.interaction.id).state is State.WORKING


def test_it_gives_a_job_to_one_of_many_that_ask_at_once(store: Store) -> None:
    job = take_chat(store).interaction.job
    assert job is not None
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda n: store.jobs.claim(job.id, f"w{n}"), range(24)))
    assert sum(lease is not None for lease in leases) == 1


def test_it_knows_no_claim_on_what_is_not_there(store: Store) -> None:
    assert store.jobs.claim("0" * 26, "w1") is None


def test_it_takes_a_job_back_when_its_lease_runs_out(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    time.forward(29.9)
    assert store.jobs.claim(lease.job_id, "w2") is None
    time.forward(0.2)
    second = store.jobs.claim(lease.job_id, "w2")
    assert second is not None
    assert (second.fence, second.attempts) == (lease.fence + 1, 2)


def test_it_keeps_a_lease_alive_by_its_heartbeat(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    for _ in range(5):
        time.forward(20)
        store.jobs.renew(lease)
    assert store.jobs.claim(lease.job_id, "w2") is None


@pytest.mark.parametrize("deed", ["finish", "renew", "fail", "give_back"])
def test_it_lets_a_late_worker_do_nothing(store: Store, time: Clock, deed: str) -> None:
    lease = claim(store, take_chat(store))
    time.forward(31)
    second = store.jobs.claim(lease.job_id, "w2")
    deeds = {
        "finish": lambda: store.jobs.finish(lease, lambda connection: post(connection, "trace", {})),
        "renew": lambda: store.jobs.renew(lease),
        "fail": lambda: store.jobs.fail(lease, CRASH, retry=True),
        "give_back": lambda: store.jobs.give_back(lease),
    }
    with pytest.raises(StaleFence):
        deeds[deed]()
    with store.db.read() as connection:
        traces = connection.execute(select(func.count()).where(outbox.c.topic == "trace")).scalar()
    assert traces == 0
    assert second is not None
    store.jobs.finish(second, nothing)


def test_it_still_takes_a_result_after_the_lease_ran_out_if_nobody_else_claimed(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    time.forward(300)
    store.jobs.finish(lease, nothing)
    assert job_of(store, lease.interaction_id).state is JobState.DONE


def test_it_finishes_once(store: Store) -> None:
    lease = claim(store, take_chat(store))
    store.jobs.finish(lease, nothing)
    with pytest.raises(StaleFence):
        store.jobs.finish(lease, nothing)


def test_it_undoes_the_end_of_the_job_when_its_effect_fails(store: Store) -> None:
    lease = claim(store, take_chat(store))

    def broken(connection: Connection) -> None:
        post(connection, "trace", {})
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.jobs.finish(lease, broken)
    assert job_of(store, lease.interaction_id).state is JobState.LEASED
    assert not store.outbox.waiting("trace")


def test_it_tries_a_crashed_job_again_after_a_rest_and_parks_it_at_last(store: Store, time: Clock) -> None:
    accepted = take_chat(store)
    states = []
    for _ in range(3):
        lease = claim(store, accepted)
        states.append(store.jobs.fail(lease, CRASH, retry=True))
        assert store.jobs.claim(lease.job_id, "w2") is None
        time.forward(120)
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.PARKED]
    row = store.interaction(SYSTEM, accepted.interaction.id)
    assert row.state is State.PARKED
    assert row.job is not None and row.job.error == CRASH and row.job.attempts == 3


def test_it_fails_bad_input_at_once_and_says_why(store: Store) -> None:
    lease = claim(store, take_chat(store))
    told = Failure(code="bad_audio", message="not sound", where="a.wav", mend="export it again")
    assert store.jobs.fail(lease, told, retry=False) is JobState.FAILED
    row = store.interaction(SYSTEM, lease.interaction_id)
    assert row.state is State.FAILED and row.job is not None and row.job.error == told


def test_it_parks_a_job_that_killed_its_worker_three_times(store: Store, time: Clock) -> None:
    accepted = take_chat(store)
    for _ in range(3):
        assert store.jobs.park_poison() == []
        lease = claim(store, accepted)
        time.forward(31)
    assert store.jobs.claim(lease.job_id, "w9") is None
    assert store.jobs.park_poison() == [(lease.job_id, lease.interaction_id)]
    row = store.interaction(SYSTEM, lease.interaction_id)
    assert row.state is State.PARKED
    assert row.job is not None and row.job.error is not None and row.job.error.code == "worker_died"


def test_it_releases_a_parked_job_by_hand_with_fresh_attempts(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    store.jobs.fail(lease, CRASH, retry=False)
    row = store.release(SYSTEM, lease.interaction_id)
    assert row.state is State.QUEUED and row.job is not None and row.job.attempts == 0 and row.job.error is None
    again = store.jobs.claim(lease.job_id, "w2")
    assert again is not None and again.fence > lease.fence
    with pytest.raises(StaleFence):
        store.jobs.finish(lease, nothing)
    with pytest.raises(Conflict):
        store.release(SYSTEM, lease.interaction_id)


def test_it_does_not_count_an_attempt_that_was_given_back(store: Store) -> None:
    lease = claim(store, take_chat(store))
    store.jobs.give_back(lease)
    again = store.jobs.claim(lease.job_id, "w2")
    assert again is not None and again.attempts == 1
    rings = [message.payload for message in store.outbox.waiting()]
    assert {"queue": "score", "job": lease.job_id, "first": True} in rings


def test_it_ends_the_leases_of_a_worker_known_to_be_dead(store: Store) -> None:
    ours, other = claim(store, take_chat(store, "一"), "host:1"), claim(store, take_chat(store, "二"), "host:2")
    assert store.jobs.bereave("host:1") == 1
    assert store.jobs.claim(ours.job_id, "w3") is not None
    assert store.jobs.claim(other.job_id, "w3") is None


def test_it_finds_what_is_late_and_lets_the_bell_rest_after_ringing(store: Store, time: Clock) -> None:
    fresh = take_chat(store, "一").interaction.job
    assert fresh is not None
    assert store.jobs.late(Queue.SCORE, 5) == []
    time.forward(6)
    assert [job.job_id for job in store.jobs.late(Queue.SCORE, 5)] == [fresh.id]
    store.jobs.rung([fresh.id])
    assert store.jobs.late(Queue.SCORE, 5) == []
    time.forward(6)
    assert [job.job_id for job in store.jobs.late(Queue.SCORE, 5)] == [fresh.id]


def test_it_counts_an_expired_lease_as_late_and_a_living_one_not(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    time.forward(20)
    assert store.jobs.late(Queue.SCORE, 5) == []
    time.forward(11)
    assert [job.job_id for job in store.jobs.late(Queue.SCORE, 5)] == [lease.job_id]


def test_it_does_not_ring_for_a_job_that_rests(store: Store, time: Clock) -> None:
    lease = claim(store, take_chat(store))
    time.forward(10)
    store.jobs.fail(lease, CRASH, retry=True)
    assert store.jobs.late(Queue.SCORE, 5) == []
    time.forward(3)
    assert [job.job_id for job in store.jobs.late(Queue.SCORE, 5)] == [lease.job_id]


def test_it_lists_every_late_job_in_turn_however_small_the_batch(store: Store, time: Clock) -> None:
    wanted = {take_chat(store, str(n)).interaction.job.id for n in range(7)}  # type: ignore[union-attr]
    time.forward(10)
    seen: list[str] = []
    while batch := store.jobs.late(Queue.SCORE, 5, limit=3):
        seen += [job.job_id for job in batch]
        store.jobs.rung([job.job_id for job in batch])
    assert sorted(seen) == sorted(wanted)


def test_it_shows_how_far_the_work_is(store: Store) -> None:
    lease = claim(store, take_chat(store))
    store.jobs.renew(lease, "recognise", 0.25)
    job = job_of(store, lease.interaction_id)
    assert (job.step, job.fraction) == ("recognise", 0.25)
    store.jobs.renew(lease)
    assert job_of(store, lease.interaction_id).fraction == 0.25


def test_it_leaves_one_scorecard_for_a_job_whatever_happens(store: Store) -> None:
    interaction_id = scored(store, take_chat(store))
    assert len(store.scorecards(SYSTEM, interaction_id)) == 1


def test_it_hands_out_what_has_waited_longest_to_those_who_hear_no_bell(store: Store, time: Clock) -> None:
    wanted = []
    for n in range(3):
        wanted.append(take_chat(store, str(n)).interaction.id)
        time.forward(1)
    leases = [store.jobs.claim_next(Queue.SCORE, f"w{n}") for n in range(4)]
    assert [lease and lease.interaction_id for lease in leases] == [*wanted, None]
    assert store.jobs.claim_next(Queue.TRANSCRIBE, "w1") is None


def test_it_hands_out_what_a_dead_worker_left_before_all_else(store: Store, time: Clock) -> None:
    left = claim(store, take_chat(store, "left"), "dead")
    time.forward(31)
    take_chat(store, "fresh")
    lease = store.jobs.claim_next(Queue.SCORE, "w1")
    assert lease is not None and lease.job_id == left.job_id and lease.fence == left.fence + 1


def test_it_does_not_hand_out_what_rests_or_is_worn_out(store: Store, time: Clock) -> None:
    resting = claim(store, take_chat(store, "resting"))
    store.jobs.fail(resting, CRASH, retry=True)
    worn = take_chat(store, "worn")
    for _ in range(3):
        assert claim(store, worn)
        time.forward(31)
    assert store.jobs.claim_next(Queue.SCORE, "w1").job_id == resting.job_id  # type: ignore[union-attr]
    assert store.jobs.claim_next(Queue.SCORE, "w1") is None


@pytest.mark.parametrize(("priority", "queue"), [(-1, Queue.ARCHIVE), (0, Queue.SCORE), (1, Queue.SCORE)])
def test_it_lets_what_has_time_wait_in_the_archive(store: Store, priority: int, queue: Queue) -> None:
    accepted = take_chat(store, priority=priority)
    (message,) = store.outbox.waiting()
    assert message.payload["queue"] == queue and message.payload["first"] is (priority > 0)
    lease = claim(store, accepted)
    assert (lease.stage, lease.queue) == (Stage.SCORE, queue)


def test_it_puts_off_a_try_that_was_no_crash(store: Store, time: Clock) -> None:
    accepted = take_chat(store)
    for _ in range(5):
        lease = claim(store, accepted)
        store.jobs.postpone(lease, 60, lambda connection: post(connection, "effect", {}))
        assert store.jobs.claim(lease.job_id, "w1") is None
        time.forward(61)
    assert len(store.outbox.waiting("effect")) == 5
    with pytest.raises(StaleFence):
        store.jobs.postpone(lease, 60, lambda connection: pytest.fail("nothing may happen"))


def test_it_lets_nothing_wait_for_a_clock_that_was_set_back(store: Store, time: Clock) -> None:
    dead = claim(store, take_chat(store, "dead"))
    resting = claim(store, take_chat(store, "resting"))
    store.jobs.fail(resting, CRASH, retry=True)
    fresh = take_chat(store, "fresh").interaction.job
    assert fresh is not None
    time.forward(-3600)
    assert store.jobs.late(Queue.SCORE, 5) == []
    assert store.jobs.wind() == 3
    assert {job.job_id for job in store.jobs.late(Queue.SCORE, 5)} == {resting.job_id, fresh.id}
    time.forward(31)
    assert {job.job_id for job in store.jobs.late(Queue.SCORE, 5)} == {dead.job_id, resting.job_id, fresh.id}
    assert store.jobs.wind() == 0


def test_hosts_with_wrong_clocks_agree_by_the_clock_of_their_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store.db.is_sqlite:
        pytest.skip("SQLite is used from one host")
    accepted = take_chat(store)
    right = datetime.now
    monkeypatch.setattr(clock_module, "time", WrongClock(600))
    monkeypatch.setattr(clock_module, "now", lambda: right(UTC) + timedelta(seconds=600))
    store.db.engine.dispose()
    lease = claim(store, accepted)
    with store.db.read() as connection:
        until = connection.execute(select(jobs.c.lease_until).where(jobs.c.id == lease.job_id)).scalar_one()
    assert 25 < (until - right(UTC)).total_seconds() < 31
    store.db.engine.dispose()


class WrongClock:
    """The time module of a host whose clock is ahead."""

    monotonic = staticmethod(time_module.monotonic)

    def __init__(self, ahead_s: float) -> None:
        self._ahead_s = ahead_s

    def time(self) -> float:
        return time_module.time() + self._ahead_s
