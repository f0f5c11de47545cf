"""The worker process: hears the bell of one queue, works in this very process, and keeps its models warm."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import redis
import rq
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker_registration import clean_worker_registry

from qa_engine.errors import BadSetting, QAEngineError
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Queue, Store
from qa_engine.storage.db import DatabaseAway
from workers.bell import connect
from workers.desk import Desk, Outcome
from workers.embedded_redis import redis_url
from workers.lifeline import Lifeline
from workers.logs import configure, logger
from workers.stages import STAGES
from workers.station import Station
from workers.tether import tether

if TYPE_CHECKING:
    from qa_engine.pipeline import Tools

log = logger(__name__)
LISTEN_S = 30
"""RQ's idea of a worker's time to live; it listens a little less long at a stretch."""
LOOK_S, REST_S = 5.0, 1.0
"""While the bell is away: how long work is looked for in the database before the bell is tried again, and how often."""


class Shift:
    """One process's working life at one queue: over when it is worn out or told to stop."""

    def __init__(self, queue: Queue, station: Station) -> None:
        self.queue, self.station = queue, station
        self.jobs_left, self.told_to_stop = station.store.settings.recycle_jobs, False

    @property
    def over(self) -> bool:
        return self.told_to_stop or self.jobs_left <= 0

    def did(self, worked: bool) -> None:
        self.jobs_left -= worked

    def stop(self, _signal: int, _frame: Any) -> None:
        """SIGTERM, SIGINT: end the present job or, after ``stop_s``, give it back."""
        self.told_to_stop = True
        if not self.station.busy:
            raise StopRequested
        threading.Thread(target=self._leave, name="leaving", daemon=True).start()

    def look(self) -> None:
        """Work on what is found in the database itself, for a while."""
        until = time.monotonic() + LOOK_S
        while not self.over and time.monotonic() < until:
            try:
                worked = self.station.work_next(self.queue)
            except DatabaseAway as error:
                log.warning("neither bell nor database", error=str(error))
                worked = False
            self.did(worked)
            time.sleep(0 if worked else REST_S)

    def _leave(self) -> NoReturn:
        time.sleep(self.station.store.settings.stop_s)
        self.station.give_back()
        os._exit(0)


class Ear(rq.Queue):
    """Where RQ would wait for a lost Redis for ever, it stops listening instead: there are other ways to find work."""

    @classmethod
    def dequeue_any(cls, *words: Any, **more: Any) -> Any:
        try:
            return super().dequeue_any(*words, **more)
        except redis.RedisError as error:
            raise StopRequested from error


class WarmWorker(SimpleWorker):
    """RQ's worker without fork, retry or registry: what it hears it forgets at once, for the database remembers."""

    def __init__(self, queues: Sequence[str], shift: Shift, connection: redis.Redis) -> None:
        if len(queues) != 1:
            raise BadSetting("a worker process serves one queue", where="queues", mend="start one worker a queue")
        super().__init__(queues, connection=connection, serializer=JSONSerializer, worker_ttl=LISTEN_S, queue_class=Ear)
        self.log_job_description = False
        self._shift = shift

    def execute_job(self, job: Any, queue: rq.Queue) -> None:
        with self.connection.pipeline() as pipe:
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.delete(job.key)
            pipe.execute()
        self._shift.did(self._shift.station.work(job.id))
        self._stop_requested = self._shift.over

    def run_maintenance_tasks(self) -> None:
        """Sweep away what workers that were killed have left in Redis; no job of ours lives there."""
        for queue in self.queues:
            self.connection.delete(queue.intermediate_queue_key)
            clean_worker_registry(queue)
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def _install_signal_handlers(self) -> None:
        """Signals are the shift's, with and without a bell."""


def serve_queue(shift: Shift, settings: Settings) -> None:
    """Until told to stop or worn out. Redis may come and go; the models stay, and so does the work."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, shift.stop)
    url = redis_url(settings)
    with suppress(StopRequested):
        while not shift.over:
            try:
                connect(url, answer_s=REST_S).ping()  # who listens takes half a minute to miss an answer
                WarmWorker([shift.queue], shift, connect(url, answer_s=None)).work(logging_level="WARNING")
            except (redis.RedisError, OSError) as error:
                log.warning("the bell is away: looking for work in the database", error=str(error))
            shift.look()


def heard(job_id: str) -> NoReturn:
    """Named in RQ messages; runs only if some other RQ worker listens on our queue, and then says so."""
    raise RuntimeError(f"job {job_id}: only `qa-engine work` may serve this queue")


def main(stages: Mapping[str, Callable[[Desk], Outcome]] = STAGES) -> None:
    """``python -m workers.worker QUEUE --parent PID``; drills bring stages of their own."""
    words = argparse.ArgumentParser()
    words.add_argument("queue", type=Queue, choices=list(Queue))
    words.add_argument("--parent", type=int)
    told = words.parse_args()
    tether(told.parent)
    settings = get_settings()
    configure(settings, f"{told.queue}-{os.getpid()}")
    try:
        store = Store.open(settings)
        station = Station(store, _tools(settings), lifeline=Lifeline.of_environment(), stages=stages)
        serve_queue(Shift(told.queue, station), settings)
    except QAEngineError as error:
        sys.exit(f"the worker cannot work: {error}")


def _tools(settings: Settings) -> Callable[[], Tools]:
    @lru_cache(maxsize=1)
    def tools() -> Tools:
        from models.toolbox import build_tools  # noqa: PLC0415 - heavy, and loaded by the first job

        return build_tools(settings)

    return tools


if __name__ == "__main__":
    main()
