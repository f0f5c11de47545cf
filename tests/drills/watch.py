"""Measures recovery: how long a job whose worker was struck waits until someone has it again."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import select

from qa_engine.storage import JobState, Store
from qa_engine.storage.tables import jobs
from workers.names import worker_name


class Watch:
    """``seconds`` holds one figure for each job that was hit and has been claimed again since."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hit: dict[str, tuple[int, float]] = {}
        self.seconds: list[float] = []

    def busy(self) -> dict[int, str]:
        """Process ids of workers that hold a job, by the database's word, with that job."""
        with self._store.db.read() as connection:
            held = select(jobs.c.worker, jobs.c.id).where(jobs.c.state == JobState.LEASED)
            return {int(worker.rpartition(":")[2]): job for worker, job in connection.execute(held)}

    def hit(self, pids: Sequence[int], moment: float) -> int:
        """These processes were struck at that monotonic moment; returns how many jobs that hit."""
        names = [worker_name(pid) for pid in pids]
        held = select(jobs.c.id, jobs.c.fence).where(jobs.c.state == JobState.LEASED, jobs.c.worker.in_(names))
        with self._store.db.read() as connection:
            found = connection.execute(held).all()
        self._hit |= {job: (fence, moment) for job, fence in found if job not in self._hit}
        return len(found)

    def look(self) -> int:
        """See who has gone on; returns how many have not."""
        if self._hit:
            with self._store.db.read() as connection:
                asked = select(jobs.c.id, jobs.c.fence, jobs.c.state).where(jobs.c.id.in_(self._hit))
                for job, fence, state in connection.execute(asked).all():
                    self._see(job, fence, state)
        return len(self._hit)

    def _see(self, job: str, fence: int, state: str) -> None:
        before, moment = self._hit[job]
        if fence > before:
            self.seconds.append(time.monotonic() - moment)
            del self._hit[job]
        elif state == JobState.DONE:  # its end was committed before the blow fell
            del self._hit[job]
