"""How archive work makes room for live work: it looks, waits, rests after it held the database, and thinks quietly."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache
from time import monotonic, sleep
from typing import TypeVar

from qa_engine.storage.rescore_work import LiveWork, live_work
from workers.desk import Desk

T = TypeVar("T")
LEAST = 19
"""Niceness of thinking: on a busy machine it gets what live work leaves."""
LOOK_S, LONGEST_S = 0.2, 20.0
"""How often is looked whether live work still waits, and how long a batch stands back for it."""
REST_FOR_HELD = 3.0
"""So many times longer than it held SQLite's one write lock a worker leaves it to others, while live work is about."""


def stand_back(desk: Desk) -> None:
    """While live work waits."""
    until = monotonic() + LONGEST_S
    while monotonic() < until and _live(desk) is LiveWork.WAITS:
        desk.progress("rest", 0.0)
        sleep(LOOK_S)


def rest(desk: Desk, held_s: float) -> None:
    """After a transaction that took so long, where others had to wait for it."""
    if desk.store.db.is_sqlite and _live(desk) is not LiveWork.NONE:
        sleep(min(LONGEST_S, held_s * REST_FOR_HELD))


def quietly(think: Callable[[], T]) -> T:
    """In a thread of least priority. Transactions stay out of it: a lock must not be held by someone who is slow."""
    return _thinker().submit(copy_context().run, think).result()


@lru_cache(maxsize=1)
def _thinker() -> ThreadPoolExecutor:
    """On Linux a priority is a thread's own; elsewhere the whole process becomes as quiet."""
    return ThreadPoolExecutor(1, "thinker", initializer=os.nice, initargs=(LEAST,))


def _live(desk: Desk) -> LiveWork:
    with desk.store.db.read() as connection:
        return live_work(connection)
