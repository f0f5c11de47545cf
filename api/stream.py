"""One follower's stream of what happens to alerts: first what it missed, then what comes, with a heartbeat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from time import monotonic

from starlette.concurrency import run_in_threadpool

from api.board import Board, Follower, framed
from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError
from qa_engine.storage import Store
from qa_engine.storage.alert_events import MAX_EVENTS

BEAT_S = 15.0
AGAIN_MS = 1000
"""How soon a browser comes back whose stream ended."""


async def stream(
    board: Board, store: Store, principal: Principal, after: int | None, known: Callable[[], Principal]
) -> AsyncIterator[str]:
    """``after``: the number of the last event it has, None for only what is new. ``known`` tells who it is now and
    raises when it is nobody any more: then the stream ends."""
    last = await run_in_threadpool(store.last_alert_event)
    follower = board.join(principal, last)
    try:
        yield f"retry: {AGAIN_MS}\n\n"
        if after is not None and after > last:  # the database was put back to an earlier day
            yield f"id: {last}\nevent: reset\ndata: {{}}\n\n"
        elif after is not None:
            last = after
        async for frame in _missed(store, principal, last):
            last = frame[0]
            yield frame[1]
        async for text in _coming(follower, last, known):
            yield text
    except QAEngineError:  # the storage is away: its own tries bring the follower back
        return
    finally:
        board.leave(follower)


async def _missed(store: Store, principal: Principal, last: int) -> AsyncIterator[tuple[int, str]]:
    while True:
        events = await run_in_threadpool(store.alert_events, principal, last)
        for event in events:
            yield framed(event)
        if len(events) < MAX_EVENTS:
            return
        last = events[-1].id


async def _coming(follower: Follower, last: int, known: Callable[[], Principal]) -> AsyncIterator[str]:
    beat_at = monotonic() + BEAT_S
    while not follower.over:
        frame = await follower.next(max(0.0, beat_at - monotonic()))
        if frame is not None and frame[0] > last:
            last = frame[0]
            yield frame[1]
        if monotonic() >= beat_at:
            beat_at = monotonic() + BEAT_S
            if await run_in_threadpool(known) != follower.principal:
                return
            yield ": beat\n\n"
