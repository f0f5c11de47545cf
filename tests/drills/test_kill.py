"""The kill drill: workers, their children and the whole tree die or freeze all the time, and Redis forgets."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from qa_engine.storage import Store
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.sizes import small_and_whole
from tests.drills.tally import Tally, unfinished
from tests.drills.watch import Watch
from tests.integration.house import House, house
from tests.unit.storage.cast import take_chat

QUICK = {"lease_s": 3, "heartbeat_s": 1, "reconcile_s": 0.5, "stop_s": 1, "max_attempts": 1000}
EVERY_S = 0.6
WIPE_EVERY = 15


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, **QUICK) as opened:
        yield opened


@dataclass
class Hand:
    """Strikes one household, and remembers all whom it has seen in it."""

    running: House
    watch: Watch
    chance: random.Random = field(default_factory=lambda: random.Random(4))
    frozen: list[tuple[float, int]] = field(default_factory=list)
    seen: dict[int, psutil.Process] = field(default_factory=dict)
    blows: int = 0

    def strike(self) -> None:
        family = self.running.family()
        self.seen |= {one.pid: one for one in family}
        deeds = [self.worker] * 7 + [self.child] * 4 + [self.freeze] * 3 + [self.tree]
        self.chance.choice(deeds)(family)
        if self.blows % WIPE_EVERY == WIPE_EVERY - 1:
            self.running.wipe_redis()

    def worker(self, _family: list[psutil.Process]) -> None:
        self._hit(self._someone(), signal.SIGKILL)

    def child(self, family: list[psutil.Process]) -> None:
        """Redis, the reconciler, or what a worker has started."""
        workers = self.running.workers()
        others = [one.pid for one in family if one.pid not in workers]
        self._hit(self.chance.sample(others, min(1, len(others))), signal.SIGKILL)

    def tree(self, family: list[psutil.Process]) -> None:
        self._hit([one.pid for one in family], signal.SIGKILL)

    def freeze(self, _family: list[psutil.Process]) -> None:
        """Half of the frozen wake up when their lease is over, and find that their work is another's by now."""
        victims = self._someone()
        self._hit(victims, signal.SIGSTOP)
        wakes = time.monotonic() + self.chance.choice([QUICK["lease_s"] + 0.3, 15])
        self.frozen += [(wakes, pid) for pid in victims]

    def thaw(self) -> None:
        due = [pid for moment, pid in self.frozen if time.monotonic() > moment]
        self.frozen = [one for one in self.frozen if one[1] not in due]
        for pid in due:
            _signal(pid, signal.SIGCONT)

    def _someone(self) -> list[int]:
        """A worker at work; nobody while none is, for whoever is just starting would never get to work."""
        workers = self.running.workers()
        at_work = [pid for pid in self.watch.busy() if pid in workers]
        return self.chance.sample(at_work, min(1, len(at_work)))

    def _hit(self, pids: list[int], with_what: signal.Signals) -> None:
        moment, self.blows = time.monotonic(), self.blows + bool(pids)
        for pid in pids:
            _signal(pid, with_what)
        self.watch.hit(pids, moment)


@pytest.mark.parametrize(("store", "jobs"), small_and_whole(30, 1500), indirect=["store"])
def test_it_loses_and_doubles_nothing_whoever_is_killed(store: Store, jobs: int, tell: Tell) -> None:
    watch = Watch(store)
    arrivals = _arrivals(store, jobs)
    ids = [next(arrivals) for _ in range(min(jobs, 100))]
    with house(store, "-m", "tests.drills.household", "3", "--hurry", **QUICK) as running:
        hand = Hand(running, watch)
        running.wait(lambda: unfinished(store) < len(ids), 60, "the first is done")
        _meanwhile(
            lambda: len(ids) < jobs or unfinished(store) > 0, hand, jobs // 2, lambda: ids.extend(_some(arrivals))
        )
        running.wait(lambda: unfinished(store) == 0 and watch.look() == 0, 90, "all jobs end")
    tally = Tally("kill", store.db.engine.dialect.name, faults=hand.blows, recoveries=watch.seconds)
    tally.count(store, ids)
    tell(tally)
    assert [one for one in hand.seen.values() if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def _meanwhile(goes_on: Callable[[], bool], hand: Hand, most: int, arrive: Callable[[], None]) -> None:
    due, until = time.monotonic(), time.monotonic() + 3600
    while goes_on():
        assert time.monotonic() < until, hand.running.log.read_text()[-6000:]
        if time.monotonic() >= due and hand.blows < most:
            hand.strike()
            due = time.monotonic() + EVERY_S
        arrive()
        hand.thaw()
        hand.watch.look()
        time.sleep(0.05)


def _arrivals(store: Store, jobs: int) -> Iterator[str]:
    for n in range(jobs):
        deed = "spawn 0.1" if n % 10 == 0 else f"sleep {n % 4 / 10}"
        yield take_chat(store, deed, external_id=str(n)).interaction.id


def _some(arrivals: Iterator[str]) -> list[str]:
    return [one for _ in range(2) if (one := next(arrivals, None)) is not None]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
