"""The bell on RQ: a message carries a job's id and nothing else; whoever hears it asks the database."""

from __future__ import annotations

from collections.abc import Iterable

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

HEARD = "workers.worker.heard"
"""What an RQ message names as its function; our worker takes the id and never calls it."""

CONNECT_S, ANSWER_S = 2.0, 5.0


def connect(url: str, answer_s: float | None = ANSWER_S) -> redis.Redis:
    """A client that fails soon and tells, instead of trying again by itself."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=CONNECT_S, socket_timeout=answer_s, retry=Retry(NoBackoff(), 0)
    )


class Bell:
    """Implements ``ports.JobQueue``. Every method raises ConnectionError when Redis is away."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)

    def ring(self, queue: str, job_id: str, *, first: bool = False) -> None:
        self.ring_all(queue, [job_id], first=first)

    def ring_all(self, queue: str, job_ids: Iterable[str], *, first: bool = False) -> None:
        """In one go. ``first`` puts them before those that wait."""
        with _telling():
            waiting = Queue(queue, connection=self._redis, serializer=JSONSerializer)
            with self._redis.pipeline() as pipe:
                for job_id in job_ids:
                    waiting.enqueue_call(
                        HEARD, args=(job_id,), job_id=job_id, description=job_id, at_front=first, pipeline=pipe
                    )
                pipe.execute()

    def waiting(self, queue: str) -> set[str]:
        """The ids that wait in Redis now."""
        with _telling():
            return set(Queue(queue, connection=self._redis, serializer=JSONSerializer).get_job_ids())

    def length(self, queue: str) -> int:
        """How many wait in Redis now."""
        with _telling():
            return Queue(queue, connection=self._redis, serializer=JSONSerializer).count

    def ping(self) -> None:
        with _telling():
            self._redis.ping()

    def close(self) -> None:
        self._redis.close()


class _telling:  # noqa: N801 - reads as a word in a with statement
    """Redis's own errors become the ConnectionError of the port."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, redis.RedisError):
            raise ConnectionError(f"Redis is away: {error}") from error
