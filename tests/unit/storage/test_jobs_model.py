"""Whatever senders, workers, clocks and deaths do in whatever order: no job is lost and none has its effect twice."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from qa_engine.errors import Conflict, StaleFence
from qa_engine.storage import SYSTEM, Failure, JobState, Queue, Store, StoredReply, clock
from qa_engine.storage.idempotency import KEPT_FOR, LOCKED_FOR
from qa_engine.storage.jobs import Lease
from qa_engine.storage.outbox import post
from qa_engine.storage.tables import jobs
from tests.databases import clean_store
from tests.unit.storage.cast import take_chat

WORKERS = st.integers(0, 2)
NAMES = st.sampled_from(["a", "b", "c", "d"])
QUEUES = st.sampled_from([Queue.SCORE, Queue.ARCHIVE])
MAX_ATTEMPTS = 3


class Machine(RuleBasedStateMachine):
    """A store whose clock is ours."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.opened = clean_store("sqlite", self.folder, max_attempts=MAX_ATTEMPTS)
        self.store: Store = self.opened.__enter__()
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)
        self.real, clock.now = clock.now, lambda: self.moment

    def teardown(self) -> None:
        clock.now = self.real
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)


class JobMachine(Machine):
    def __init__(self) -> None:
        super().__init__()
        self.held: dict[int, Lease] = {}
        self.valid: dict[str, int] = {}
        self.ids: dict[str, str] = {}
        self.done: list[str] = []

    def teardown(self) -> None:
        try:
            self._in_the_end_all_is_done()
        finally:
            super().teardown()

    @rule(name=NAMES, archive=st.booleans())
    def arrive(self, name: str, archive: bool) -> None:
        accepted = take_chat(self.store, name, external_id=name, priority=-1 if archive else 0)
        assert accepted.duplicate == (name in self.ids)
        assert accepted.interaction.job is not None
        assert self.ids.setdefault(name, accepted.interaction.job.id) == accepted.interaction.job.id

    @rule(name=NAMES)
    def arrive_with_other_content(self, name: str) -> None:
        if name in self.ids:
            with pytest.raises(Conflict):
                take_chat(self.store, "something else", external_id=name)

    @initialize()
    def two_have_come(self) -> None:
        self.arrive("a", archive=False)
        self.arrive("b", archive=True)

    @rule(worker=WORKERS, name=NAMES)
    def claim(self, worker: int, name: str) -> None:
        if name in self.ids:
            self._hold(worker, self.store.jobs.claim(self.ids[name], f"w{worker}"))

    @rule(worker=WORKERS, queue=QUEUES)
    def claim_next(self, worker: int, queue: Queue) -> None:
        waiting = self._claimable(queue)
        lease = self.store.jobs.claim_next(queue, f"w{worker}")
        assert (lease is None and not waiting) or (lease is not None and lease.job_id in waiting)
        self._hold(worker, lease)

    @rule(workers=st.permutations(range(3)), name=NAMES)
    def overtake(self, workers: list[int], name: str) -> None:
        """A lease runs out while its holder is still at work, and another takes the job."""
        self.claim(workers[0], name)
        self.wait(31)
        self.claim(workers[1], name)

    @rule(worker=WORKERS)
    def finish(self, worker: int) -> None:
        lease = self.held.pop(worker, None)
        if lease is None:
            return
        try:
            self.store.jobs.finish(lease, lambda connection: post(connection, "effect", {"job": lease.job_id}))
        except StaleFence:
            self._must_be_stale(lease)
        else:
            assert self.valid[lease.job_id] == lease.fence
            self.done.append(lease.job_id)

    @rule(worker=WORKERS, retry=st.booleans())
    def crash(self, worker: int, retry: bool) -> None:
        lease = self.held.pop(worker, None)
        if lease is not None:
            try:
                self.store.jobs.fail(lease, Failure(code="crashed", message="boom"), retry=retry)
            except StaleFence:
                self._must_be_stale(lease)

    @rule(worker=WORKERS)
    def give_back(self, worker: int) -> None:
        lease = self.held.pop(worker, None)
        if lease is not None:
            try:
                self.store.jobs.give_back(lease)
            except StaleFence:
                self._must_be_stale(lease)
            else:
                assert self._row(lease.job_id).attempts == lease.attempts - 1

    @rule(worker=WORKERS)
    def renew(self, worker: int) -> None:
        lease = self.held.get(worker)
        if lease is not None:
            try:
                self.store.jobs.renew(lease, "hear", 0.5)
            except StaleFence:
                self._must_be_stale(lease)

    @rule(worker=WORKERS)
    def die(self, worker: int) -> None:
        self.held.pop(worker, None)

    @rule(worker=WORKERS)
    def bereave(self, worker: int) -> None:
        """Told of a death that may be none: the worker may well go on, until someone else has its job."""
        self.store.jobs.bereave(f"w{worker}")

    @rule(seconds=st.sampled_from([1, 20, 31, 100]))
    def wait(self, seconds: int) -> None:
        self.moment += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([5, 600, 86_400]))
    def set_the_clock_back(self, seconds: int) -> None:
        self.moment -= timedelta(seconds=seconds)
        self.store.jobs.wind()

    @rule(queue=QUEUES)
    def reconcile(self, queue: Queue) -> None:
        self.store.jobs.park_poison()
        late = {job.job_id for job in self.store.jobs.late(queue, 0)}
        assert {job.job_id for job in self.store.jobs.abandoned(queue, 0)} <= late <= self._claimable(queue)
        assert not late & set(self.done)

    @rule()
    def release(self) -> None:
        with self.store.db.read() as connection:
            stopped = select(jobs.c.interaction_id).where(jobs.c.state.in_(("parked", "failed")))
            ids = connection.execute(stopped).scalars().all()
        for interaction_id in ids:
            self.store.release(SYSTEM, interaction_id)

    @invariant()
    def effects_are_those_of_finished_jobs_and_each_once(self) -> None:
        effects = [message.payload["job"] for message in self.store.outbox.waiting("effect")]
        assert sorted(effects) == sorted(self.done)
        assert len(set(effects)) == len(effects)

    @invariant()
    def no_job_is_lost(self) -> None:
        with self.store.db.read() as connection:
            kept = dict(connection.execute(select(jobs.c.id, jobs.c.state)).all())
        assert set(kept) == set(self.ids.values())
        assert {job for job, state in kept.items() if state == JobState.DONE} == set(self.done)

    def _in_the_end_all_is_done(self) -> None:
        """An hour later everyone is dead, a person has released what stopped, and one worker comes."""
        self.moment += timedelta(hours=1)
        self.held.clear()
        self.store.jobs.park_poison()
        self.release()
        for queue in Queue:
            while (lease := self.store.jobs.claim_next(queue, "last")) is not None:
                self.held[0] = lease
                self.valid[lease.job_id] = lease.fence
                self.finish(0)
        assert set(self.done) == set(self.ids.values())
        self.effects_are_those_of_finished_jobs_and_each_once()

    def _hold(self, worker: int, lease: Lease | None) -> None:
        if lease is not None:
            self.held[worker] = lease
            assert lease.fence > self.valid.get(lease.job_id, 0)
            self.valid[lease.job_id] = lease.fence

    def _must_be_stale(self, lease: Lease) -> None:
        assert self.valid[lease.job_id] != lease.fence or self._row(lease.job_id).state != JobState.LEASED

    def _claimable(self, queue: Queue) -> set[str]:
        with self.store.db.read() as connection:
            rows = connection.execute(select(jobs).where(jobs.c.queue == queue)).all()
        return {
            row.id
            for row in rows
            if row.attempts < MAX_ATTEMPTS
            and (
                (row.state == JobState.QUEUED and row.available_at <= self.moment)
                or (row.state == JobState.LEASED and row.lease_until < self.moment)
            )
        }

    def _row(self, job_id: str):
        with self.store.db.read() as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).one()


class RequestMachine(Machine):
    """Requests under idempotency keys; ``kept`` is what a sender may rely on."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, tuple[str, datetime, StoredReply | None]] = {}
        self.answers = 0

    @rule(key=NAMES, content=st.sampled_from(["x", "y"]))
    def begin(self, key: str, content: str) -> None:
        first, began, reply = self.kept.get(key, (content, self.moment, None))
        known = key in self.kept and not self._is_over(began, reply)
        if not known:
            assert self.store.begin_idempotent(SYSTEM, key, content) is None
            self.kept[key] = (content, self.moment, None)
        elif first != content or reply is None:
            with pytest.raises(Conflict):
                self.store.begin_idempotent(SYSTEM, key, content)
        else:
            assert self.store.begin_idempotent(SYSTEM, key, content) == reply

    @rule(key=NAMES)
    def finish(self, key: str) -> None:
        if key in self.kept and self.kept[key][2] is None:
            content, began, _ = self.kept[key]
            self.answers += 1
            self.kept[key] = (content, began, StoredReply(202, {"answer": self.answers}))
            self.store.finish_idempotent(SYSTEM, key, 202, {"answer": self.answers})

    @rule(key=NAMES)
    def abandon(self, key: str) -> None:
        self.store.abandon_idempotent(SYSTEM, key)
        if key in self.kept and self.kept[key][2] is None:
            del self.kept[key]

    @rule(minutes=st.sampled_from([1, 3, 600, 1500, -10]))
    def pass_time(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)

    @rule()
    def forget(self) -> None:
        self.store.forget_replies()
        self.kept = {key: told for key, told in self.kept.items() if told[1] >= self.moment - KEPT_FOR}

    def _is_over(self, began: datetime, reply: StoredReply | None) -> bool:
        return began < self.moment - KEPT_FOR or (reply is None and began + LOCKED_FOR < self.moment)


TestJobMachine = JobMachine.TestCase
TestRequestMachine = RequestMachine.TestCase
TestJobMachine.settings = TestRequestMachine.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
