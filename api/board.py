"""The live board: one thread a process reads what happened to alerts and hands it to all who follow; nobody waits.

Each follower has a queue of its own with an end. Who reads too slowly is let go, and resumes by the number of its last
event.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from api.schemas.alerts import AlertEventOut
from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError
from qa_engine.storage import Store, Throttled
from qa_engine.storage.alert_events import MAX_EVENTS, AlertEvent

LOOK_S = 0.25
"""How often the database is asked whether anything happened; once for all followers of a process."""
REST_S = 1.0
BEHIND = 256
"""Events that may wait for one follower."""
MOST_FOLLOWERS = 500
View = tuple[str, ...]
Frame = tuple[int, str]
"""The number of an event, and its text on the wire."""


@dataclass(eq=False)
class Follower:
    """``next`` gives frames until ``over``: told to leave because it fell behind, or the board closed."""

    principal: Principal
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Queue[Frame | None] = field(default_factory=lambda: asyncio.Queue(BEHIND))
    over: bool = False

    async def next(self, seconds: float) -> Frame | None:
        """None when nothing came within so many seconds, or when it is over."""
        try:
            return await asyncio.wait_for(self.waiting.get(), seconds)
        except TimeoutError:
            return None

    def offer(self, frames: Sequence[Frame]) -> None:
        """On the follower's own loop."""
        for frame in frames:
            if self.over:
                return
            try:
                self.waiting.put_nowait(frame)
            except asyncio.QueueFull:
                self.end()

    def end(self) -> None:
        self.over = True
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Board:
    """Of one process. ``store`` is asked for when it is first needed."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._followers: set[Follower] = set()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def join(self, principal: Principal, last: int) -> Follower:
        """What was not there when it is called is handed over; ``last`` is the number of an event that was, or 0.

        Raises Throttled when too many follow.
        """
        follower = Follower(principal, asyncio.get_running_loop())
        with self._lock:
            if len(self._followers) >= MOST_FOLLOWERS:
                raise Throttled("too many follow the board here", retry_after_s=30)
            self._followers.add(follower)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, args=(last,), name="board", daemon=True)
                self._thread.start()
        return follower

    def leave(self, follower: Follower) -> None:
        with self._lock:
            self._followers.discard(follower)

    def close(self) -> None:
        self._closed.set()
        for follower in self._all():
            _on_its_loop(follower, follower.end)

    def _all(self) -> Sequence[Follower]:
        with self._lock:
            return list(self._followers)

    def _watch(self, seen: int) -> None:
        """Ends when nobody follows any more; the next to come begins anew."""
        while not self._closed.is_set():
            with self._lock:
                if not self._followers:
                    self._thread = None
                    return
            try:
                seen = self._look(seen)
                self._closed.wait(LOOK_S)
            except QAEngineError:  # the database is away: nothing is lost, it is told when it is back
                self._closed.wait(REST_S)

    def _look(self, seen: int) -> int:
        """Hand over what happened after ``seen``; returns how far that was."""
        last = self._store().last_alert_event()
        if last <= seen:
            return last
        views: Mapping[View, list[Follower]] = self._views()
        for followers in views.values():
            for frames in self._between(followers[0].principal, seen, last):
                for follower in followers:
                    _on_its_loop(follower, follower.offer, frames)
        return last

    def _views(self) -> Mapping[View, list[Follower]]:
        """Who sees the same is read for once."""
        views: defaultdict[View, list[Follower]] = defaultdict(list)
        for follower in self._all():
            views[view_of(follower.principal)].append(follower)
        return views

    def _between(self, principal: Principal, after: int, last: int) -> Sequence[Sequence[Frame]]:
        found: list[Sequence[Frame]] = []
        while after < last:
            events = self._store().alert_events(principal, after)
            found.append([framed(event) for event in events])
            if len(events) < MAX_EVENTS:
                break
            after = events[-1].id
        return found


def view_of(principal: Principal) -> View:
    """What decides which interactions a principal sees."""
    who = (principal.tenant, principal.role, principal.team, principal.agent, principal.vendor)
    return (*(str(part) for part in who), *sorted(principal.scopes))


def framed(event: AlertEvent) -> Frame:
    """As Server-Sent Events have it."""
    return event.id, f"id: {event.id}\nevent: {event.kind}\ndata: {AlertEventOut.of(event).model_dump_json()}\n\n"


def _on_its_loop(follower: Follower, act: Callable[..., None], *words: object) -> None:
    try:
        follower.loop.call_soon_threadsafe(act, *words)
    except RuntimeError:  # its loop has ended, and it with it
        follower.over = True
