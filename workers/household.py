"""Which processes belong to `serve` and `work`: embedded Redis, API, reconciler, workers, watcher."""

from __future__ import annotations

from collections.abc import Callable

from qa_engine.errors import QAEngineError
from qa_engine.settings import Settings
from qa_engine.storage import Queue, Store
from workers import embedded_redis
from workers.logs import logger
from workers.names import worker_name
from workers.supervisor import Spec, Supervisor, python

log = logger(__name__)
SILENT_BEATS = 4.0
"""A busy worker that says nothing for this many heartbeats is stuck or stopped, and is killed."""


def everything(settings: Settings) -> list[Spec]:
    """What one machine needs to do the whole job."""
    return [
        *redis_if_needed(settings),
        api(settings),
        reconciler(),
        *workers(Queue.TRANSCRIBE, settings.transcribers, settings),
        *(
            spec
            for queue in (Queue.SCORE, Queue.FETCH, Queue.DELIVER, Queue.ARCHIVE)
            for spec in workers(queue, 1, settings)
        ),
        *watcher(settings),
    ]


def redis_if_needed(settings: Settings) -> list[Spec]:
    """A server of our own, unless one is set; while another process keeps the one of this home folder, it waits."""
    if settings.redis_url:
        return []
    embedded_redis.program()
    return [Spec("redis", python("workers.embedded_redis"), serves_others=True)]


def api(settings: Settings) -> Spec:
    environment = {"QA_ENGINE_HOST": settings.host, "QA_ENGINE_PORT": str(settings.port)}
    return Spec("api", python("workers.web"), environment=environment)


def reconciler() -> Spec:
    return Spec("reconcile", python("workers.reconciler"))


def watcher(settings: Settings) -> list[Spec]:
    """Of the watched folder, where one is set."""
    return [Spec("watch", python("workers.watch"))] if settings.watch else []


def workers(queue: Queue, processes: int, settings: Settings) -> list[Spec]:
    return [
        Spec(
            f"{queue}-{n}",
            python("workers.worker", queue),
            lifeline=True,
            stop_s=settings.stop_s + 5.0,
            bereaved=_bereaved(settings),
        )
        for n in range(1, processes + 1)
    ]


def _bereaved(settings: Settings) -> Callable[[int], None]:
    """A dead worker's job need not wait until its lease runs out."""

    def tell(pid: int) -> None:
        try:
            store = Store.open(settings)
            freed = store.jobs.bereave(worker_name(pid))
            store.close()
        except QAEngineError as error:
            log.warning("leases of a dead worker run out by themselves", error=str(error))
        else:
            log.info("leases of a dead worker ended", pid=pid, jobs=freed)

    return tell


def supervise(specs: list[Spec], settings: Settings) -> Supervisor:
    silent_s = settings.heartbeat_s * SILENT_BEATS
    return Supervisor(specs, silent_s=silent_s, plain_lines=settings.log_json)
