"""The worker process: hears the bell of one queue, works in this very process, and keeps its models warm."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker_registration import clean_worker_registry

from qa_engine.errors import BadSetting, QAEngineError
from qa_engine.pipeline import Tools
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Stage, Store
from workers.bell import connect
from workers.embedded_redis import redis_url
from workers.lifeline import Lifeline
from workers.logs import configure, logger
from workers.stages import STAGES, Desk, Effect
from workers.station import Station
from workers.tether import tether

log = logger(__name__)
LISTEN_S = 30
"""RQ's idea of a worker's time to live; it listens a little less long at a stretch."""
REST_S = 1.0


class WarmWorker(SimpleWorker):
    """RQ's worker without fork, retry or registry: what it hears it forgets at once, for the database remembers."""

    def __init__(self, queues: Sequence[str], station: Station, connection: redis.Redis, jobs_left: int) -> None:
        if len(queues) != 1:
            raise BadSetting("a worker process serves one queue", where="queues", mend="start one worker a queue")
        super().__init__(queues, connection=connection, serializer=JSONSerializer, worker_ttl=LISTEN_S)
        self.log_job_description = False
        self._station, self.jobs_left, self.told_to_stop = station, jobs_left, False

    def execute_job(self, job: Any, queue: Queue) -> None:
        with self.connection.pipeline() as pipe:
            pipe.lrem(queue.intermediate_queue_key, 1, job.id)
            pipe.delete(job.key)
            pipe.execute()
        if self._station.work(job.id):
            self.jobs_left -= 1
        if self.jobs_left <= 0 or self.told_to_stop:
            self._stop_requested = True

    def run_maintenance_tasks(self) -> None:
        """Sweep away what workers that were killed have left in Redis; no job of ours lives there."""
        for queue in self.queues:
            self.connection.delete(queue.intermediate_queue_key)
            clean_worker_registry(queue)
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def request_stop(self, signum: int, frame: Any) -> None:
        """SIGTERM, SIGINT: end the present job or, after ``stop_s``, give it back."""
        self.told_to_stop = self._stop_requested = True
        if not self._station.busy:
            raise StopRequested
        threading.Thread(target=self._leave, name="leaving", daemon=True).start()

    def _leave(self) -> NoReturn:
        time.sleep(self._station.store.settings.stop_s)
        self._station.give_back()
        os._exit(0)


def serve_queue(queue: str, station: Station, settings: Settings) -> None:
    """Until told to stop or worn out. Redis may come and go; the models stay."""
    jobs_left = settings.recycle_jobs
    while jobs_left > 0:
        worker = None
        try:
            worker = WarmWorker([queue], station, connect(redis_url(settings), answer_s=None), jobs_left)
            worker.work(logging_level="WARNING")
            jobs_left = worker.jobs_left
        except (redis.RedisError, OSError) as error:
            log.warning("the bell is away", error=str(error))
        if worker is not None and worker.told_to_stop:
            return
        time.sleep(REST_S if jobs_left > 0 else 0)


def heard(job_id: str) -> NoReturn:
    """Named in RQ messages; runs only if some other RQ worker listens on our queue, and then says so."""
    raise RuntimeError(f"job {job_id}: only `qa-engine work` may serve this queue")


def main(stages: Mapping[str, Callable[[Desk], Effect]] = STAGES) -> None:
    """``python -m workers.worker QUEUE --parent PID``; drills bring stages of their own."""
    words = argparse.ArgumentParser()
    words.add_argument("queue", choices=list(Stage))
    words.add_argument("--parent", type=int)
    told = words.parse_args()
    tether(told.parent)
    settings = get_settings()
    configure(settings, f"{told.queue}-{os.getpid()}")
    try:
        store = Store.open(settings)
        station = Station(store, _tools(settings), lifeline=Lifeline.of_environment(), stages=stages)
        serve_queue(told.queue, station, settings)
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
