"""Whatever workers, clocks and deaths do in whatever order: no job is lost and none has its effect twice."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from qa_engine.errors import StaleFence
from qa_engine.storage import SYSTEM, Failure, JobState, Queue, Store, clock
from qa_engine.storage.jobs import Lease
from qa_engine.storage.outbox import post
from qa_engine.storage.tables import jobs
from tests.databases import clean_store
from tests.unit.storage.cast import take_chat

WORKERS = st.integers(0, 2)


class JobMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.opened = clean_store("sqlite", self.folder, max_attempts=3)
        self.store: Store = self.opened.__enter__()
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)
        self.real, clock.now = clock.now, lambda: self.moment
        self.held: dict[int, Lease] = {}
        self.valid: dict[str, int] = {}
        self.ids: list[str] = []
        self.done: list[str] = []

    def teardown(self) -> None:
        clock.now = self.real
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    @rule()
    def arrive(self) -> None:
        if len(self.ids) < 3:
            job = take_chat(self.store, str(len(self.ids))).interaction.job
            assert job is not None
            self.ids.append(job.id)

    @rule(worker=WORKERS, which=st.integers(0, 2))
    def claim(self, worker: int, which: int) -> None:
        if which < len(self.ids):
            lease = self.store.jobs.claim(self.ids[which], f"w{worker}")
            if lease is not None:
                self.held[worker] = lease
                assert lease.fence > self.valid.get(lease.job_id, 0)
                self.valid[lease.job_id] = lease.fence

    @rule(worker=WORKERS)
    def finish(self, worker: int) -> None:
        lease = self.held.pop(worker, None)
        if lease is None:
            return
        try:
            self.store.jobs.finish(lease, lambda connection: post(connection, "effect", {"job": lease.job_id}))
        except StaleFence:
            assert self.valid[lease.job_id] != lease.fence or self._state(lease.job_id) is not JobState.LEASED
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
                assert self.valid[lease.job_id] != lease.fence or self._state(lease.job_id) is not JobState.LEASED

    @rule(worker=WORKERS)
    def die(self, worker: int) -> None:
        self.held.pop(worker, None)

    @rule(seconds=st.sampled_from([1, 20, 31, 100]))
    def wait(self, seconds: int) -> None:
        self.moment += timedelta(seconds=seconds)

    @rule()
    def reconcile(self) -> None:
        self.store.jobs.park_poison()
        late = {job.job_id for job in self.store.jobs.late(Queue.SCORE, 0)}
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
        assert set(kept) == set(self.ids)
        assert {job for job, state in kept.items() if state == JobState.DONE} == set(self.done)

    def _state(self, job_id: str) -> JobState:
        with self.store.db.read() as connection:
            return JobState(connection.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar_one())


TestJobMachine = JobMachine.TestCase
TestJobMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
