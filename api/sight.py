"""What those who run it are shown of the whole: however many ask, the database counts only now and then."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import monotonic

from fastapi import Request
from redis import Redis
from redis.exceptions import RedisError

from api.deps import store_of
from qa_engine.settings import Settings
from qa_engine.storage import Figures, Store

KEPT_S = 5.0
SHARE = 20.0
"""Counting takes at most a twentieth of one core: what took long is kept that many times as long."""
UNHEARD_S = 15.0
"""A message that has waited this long will not leave soon: Redis is away, or whoever rings."""


@dataclass
class Sight:
    """The figures of one process; while one asker counts, the others wait for what it finds."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: Figures | None = None
    _until: float = 0.0

    def figures(self, store: Store) -> Figures:
        """Raises QAEngineError when storage is away."""
        with self._lock:
            began = monotonic()
            if self._seen is None or began >= self._until:
                self._seen = store.figures()
                ended = monotonic()
                self._until = ended + max(KEPT_S, SHARE * (ended - began))
            return self._seen

    def forget(self) -> None:
        """Something was changed by hand: whoever did it sees it."""
        with self._lock:
            self._seen = None


def sight_of(request: Request) -> Sight:
    sight: Sight = request.app.state.sight
    return sight


def figures_of(request: Request) -> Figures:
    return sight_of(request).figures(store_of(request))


def redis_state(settings: Settings) -> str:
    """``ok``, ``away``, or ``embedded`` where `serve` minds its own."""
    if not settings.redis_url:
        return "embedded"
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.5) as redis:
            redis.ping()
    except (RedisError, ValueError, OSError):
        return "away"
    return "ok"


def bell_is_heard(settings: Settings, figures: Figures) -> bool:
    """Whether workers are rung for; otherwise they look into the database by themselves, a little later."""
    return redis_state(settings) != "away" and figures.outbox_oldest_s < UNHEARD_S
