"""Sees that no job is forgotten: sends what was committed to the bell, and rings again for whatever is late."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from qa_engine.errors import QAEngineError
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Queue, Store
from qa_engine.storage.overdue import Late
from workers.bell import Bell
from workers.embedded_redis import redis_url
from workers.logs import configure, logger
from workers.tether import tether

log = logger(__name__)
RELAY_S, REST_S = 0.5, 1.0
BATCH = 500
MOST_RUNG = 5000
"""At most this many messages wait in Redis for each queue; the rest waits in the database."""
FORGET_S = 3600.0
CLOCK_SLACK_S = 2.0
"""Clocks are corrected by less than this all the time."""


class Reconciler:
    """Several may run at once; a job rung for twice is still claimed once."""

    def __init__(self, store: Store, bell: Bell, *, late_s: float) -> None:
        self._store, self._bell, self._late_s = store, bell, late_s
        self._ahead = math.inf  # it may have been set back while nobody looked

    def relay(self) -> int:
        """What was committed leaves for the bell; returns how many messages. Raises ConnectionError."""
        messages = self._store.outbox.waiting(limit=BATCH)
        by_queue: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for message in messages:
            by_queue[message.payload["queue"], message.payload.get("first", False)].append(message.payload["job"])
        for (queue, first), job_ids in by_queue.items():
            room = len(job_ids) if first else MOST_RUNG - self._bell.length(queue)
            self._bell.ring_all(queue, job_ids[: max(0, room)], first=first)  # the rest is rung for when it is late
        self._store.outbox.sent([message.id for message in messages])
        return len(messages)

    def mend(self) -> None:
        """What needs no bell: jobs whose worker dies again and again are parked, a clock set back is allowed for, chats
        that fell silent are closed."""
        for job_id, interaction_id in self._store.jobs.park_poison():
            log.error("job parked: its worker died again and again", job=job_id, interaction=interaction_id)
        moment, steady = self._store.jobs.moment().timestamp(), time.monotonic()
        if moment - steady < self._ahead - CLOCK_SLACK_S and (jobs := self._store.jobs.wind()):
            log.warning("the clock was set back: jobs no longer wait for a time far ahead", jobs=jobs)
        self._ahead = moment - steady
        for interaction_id in self._store.close_silent(60 * self._store.settings.close_chats_min):
            log.info("chat closed: nobody said anything for long", interaction=interaction_id)

    def reconcile(self) -> int:
        """Rings for late jobs that Redis does not hold; returns how many. Raises ConnectionError."""
        return sum(self._ring_late(queue) for queue in Queue)

    def _ring_late(self, queue: Queue) -> int:
        """The abandoned before all others, however many wait; of these, while Redis holds plenty, none."""
        there = self._bell.waiting(queue)
        rung = self._ring(queue, self._store.jobs.abandoned(queue, self._late_s), there, first=True)
        while limit := max(0, min(BATCH, MOST_RUNG - len(there))):
            late = self._store.jobs.late(queue, self._late_s, limit=limit)
            rung += self._ring(queue, late, there)
            if len(late) < limit:
                break
        return rung

    def _ring(self, queue: Queue, late: Sequence[Late], there: set[str], *, first: bool = False) -> int:
        """Rings for those that are not there yet; returns how many."""
        lost = [job.job_id for job in late if job.job_id not in there]
        self._bell.ring_all(queue, lost, first=first)
        self._store.jobs.rung([job.job_id for job in late])
        there.update(lost)
        return len(lost)

    def escalate(self) -> None:
        """Alerts that nobody acknowledged are told to the next; each step is taken once, whoever comes first."""
        if moved := self._store.escalate_alerts():
            log.info("alerts escalated", alerts=moved)

    def tidy(self) -> bool:
        """Some of what has lived long enough is forgotten; tells whether there may be more of it."""
        self._store.forget_replies()
        return self._store.forget_done() > 0


def run(settings: Settings, stop: threading.Event) -> None:
    """Until told to stop; database and Redis may come and go."""
    store, reconciler = None, None
    due = tidy_due = time.monotonic()
    trouble = ""
    while not stop.is_set():
        try:
            store = store or Store.open(settings)
            reconciler = reconciler or Reconciler(store, Bell(redis_url(settings)), late_s=settings.reconcile_s)
            is_due = time.monotonic() >= due
            if is_due:
                due = time.monotonic() + settings.reconcile_s
                reconciler.mend()
                reconciler.escalate()
            while reconciler.relay() == BATCH:
                pass
            if is_due and (rung := reconciler.reconcile()):
                log.info("rang again for late jobs", jobs=rung)
            if time.monotonic() >= tidy_due:
                tidy_due = time.monotonic() + (0.0 if reconciler.tidy() else FORGET_S)
            trouble = ""
        except (QAEngineError, ConnectionError) as error:
            if str(error) != trouble:
                log.warning("cannot reconcile now", error=str(error))
            trouble = str(error)
            stop.wait(REST_S)
        stop.wait(RELAY_S)


def main() -> None:
    """``python -m workers.reconciler --parent PID``"""
    words = argparse.ArgumentParser()
    words.add_argument("--parent", type=int)
    tether(words.parse_args().parent)
    settings, stop = get_settings(), threading.Event()
    configure(settings, f"reconcile-{os.getpid()}")

    def leave(_signal: int, _frame: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    run(settings, stop)
    sys.exit(0)


if __name__ == "__main__":
    main()
