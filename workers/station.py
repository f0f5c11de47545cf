"""Where one worker process works: claims a job, keeps its lease alive beside the work, and commits or explains."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from structlog.contextvars import bound_contextvars

from qa_engine.errors import BadInput, BadRubric, QAEngineError, StaleFence
from qa_engine.storage import SYSTEM, Failure, Queue, Store
from qa_engine.storage.db import DatabaseAway
from qa_engine.storage.jobs import Lease
from workers.desk import Again, Deadline, Desk, Outcome
from workers.lifeline import Lifeline
from workers.logs import logger
from workers.names import worker_name
from workers.stages import STAGES

if TYPE_CHECKING:
    from qa_engine.pipeline import Tools
    from qa_engine.ports import Progress

log = logger(__name__)
PROGRESS_EVERY_S = 1.0
LONGEST_MESSAGE = 2000
COMMIT_TRIES_S, COMMIT_REST_S = 600.0, 2.0


class Station:
    """One job at a time. ``tools`` builds the models by its first call; they stay for the life of the process."""

    def __init__(
        self,
        store: Store,
        tools: Callable[[], Tools],
        *,
        lifeline: Lifeline | None = None,
        stages: Mapping[str, Callable[[Desk], Outcome]] = STAGES,
        name: str | None = None,
    ) -> None:
        self.store, self.name = store, name or worker_name(os.getpid())
        self._tools, self._stages = tools, stages
        self._lifeline = lifeline or Lifeline(None)
        self._lease: Lease | None = None
        self.busy = False

    def work(self, job_id: str) -> bool:
        """Do that job if it can be had; tells whether it was. Errors end in the job's row, not here."""
        return self._work(lambda: self.store.jobs.claim(job_id, self.name))

    def work_next(self, queue: Queue) -> bool:
        """The same for whatever has waited longest in that queue: how work goes on while the bell is away."""
        return self._work(lambda: self.store.jobs.claim_next(queue, self.name))

    def give_back(self) -> None:
        """We must stop now: the job returns to the queue, its attempt not counted."""
        lease = self._lease
        if lease is not None:
            with suppress(QAEngineError):
                self.store.jobs.give_back(lease)
            log.info("job given back", job=lease.job_id, interaction=lease.interaction_id)

    def _work(self, claim: Callable[[], Lease | None]) -> bool:
        self.busy = True
        try:
            self._lease = lease = claim()
            if lease is not None:
                self._do(lease)
            return lease is not None
        finally:
            self.busy = False

    def _do(self, lease: Lease) -> None:
        self._lifeline.busy(lease.job_id, self.store.settings.job_timeout_s)
        done, began = threading.Event(), time.monotonic()
        heart = threading.Thread(target=self._beat, args=(lease, done), name="heartbeat", daemon=True)
        heart.start()
        try:
            with bound_contextvars(job=lease.job_id, interaction=lease.interaction_id, stage=lease.stage):
                self._run(lease)
                log.info("job ended", seconds=round(time.monotonic() - began, 3), attempt=lease.attempts)
        finally:
            done.set()
            heart.join()
            self._lease = None
            self._lifeline.idle()

    def _run(self, lease: Lease) -> None:
        try:
            self._finish(lease, self._stages[lease.stage](self._desk(lease)))
        except StaleFence:
            log.warning("result dropped: another worker holds the job by now")
        except BadInput as error:  # a rubric that cannot be used is the house's fault, not the sender's
            self._fail(lease, Failure.of(error), retry=isinstance(error, BadRubric))
        except QAEngineError as error:
            log.warning("attempt failed", error=str(error))
            self._fail(lease, Failure.of(error), retry=True)
        except Exception as error:
            log.exception("attempt crashed")
            told = Failure(
                code="crashed", message=f"{type(error).__name__}: {error}"[:2000], mend="see the worker's log"
            )
            self._fail(lease, told, retry=True)

    def _finish(self, lease: Lease, outcome: Outcome) -> None:
        jobs = self.store.jobs
        if isinstance(outcome, Again):
            _patiently(lambda: jobs.postpone(lease, outcome.seconds, outcome.effect))
        else:
            _patiently(lambda: jobs.finish(lease, outcome))

    def _fail(self, lease: Lease, failure: Failure, *, retry: bool) -> None:
        try:
            state = self.store.jobs.fail(lease, failure, retry=retry)
            log.warning("job not done", state=state, code=failure.code, reason=failure.message)
        except QAEngineError as error:  # the lease runs out and someone takes the job again
            log.warning("the failure could not be kept", error=str(error))

    def _desk(self, lease: Lease) -> Desk:
        asker, subject = replace(SYSTEM, tenant=lease.tenant), lease.interaction_id
        return Desk(
            store=self.store,
            settings=self.store.settings,
            lease=lease,
            found=self.store.interaction(asker, subject) if subject else None,
            tools=self._tools,
            progress=self._progress(lease),
            allow=self._allow(lease),
            keep=lambda part: _patiently(lambda: self.store.jobs.renew(lease, part=part)),
        )

    def _allow(self, lease: Lease) -> Deadline:
        return lambda seconds: self._lifeline.busy(lease.job_id, seconds)

    def _progress(self, lease: Lease) -> Progress:
        last: tuple[str, float] = ("", 0.0)

        def tell(stage: str, fraction: float) -> None:
            nonlocal last
            now = time.monotonic()
            if stage != last[0] or now - last[1] >= PROGRESS_EVERY_S:
                last = (stage, now)
                with suppress(DatabaseAway):  # telling how far we are is not worth losing the work for
                    self.store.jobs.renew(lease, stage, fraction)

        return tell

    def _beat(self, lease: Lease, done: threading.Event) -> None:
        while not done.wait(self.store.settings.heartbeat_s):
            self._lifeline.beat()
            try:
                self.store.jobs.renew(lease)
            except StaleFence:
                return
            except QAEngineError as error:
                told = {"job": lease.job_id, "interaction": lease.interaction_id}  # this thread has no context
                log.warning("the lease could not be renewed", **told, error=str(error))


def _patiently(commit: Callable[[], None]) -> None:
    """The work is done: a database that is away for a while must not make us do it again."""
    until = time.monotonic() + COMMIT_TRIES_S
    while True:
        try:
            return commit()
        except DatabaseAway as error:
            if time.monotonic() > until:
                raise
            log.warning("the result could not be kept yet", error=str(error))
        time.sleep(COMMIT_REST_S)
