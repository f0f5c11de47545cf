"""Starts a real household in processes of its own and looks at it from outside, as a test does."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from qa_engine.storage import SYSTEM, JobState, State, Store
from qa_engine.storage.tables import jobs
from workers.bell import connect
from workers.embedded_redis import redis_url

WORKERS = ("workers.worker", "tests.drills.worker", "tests.drills.shifted", "tests.drills.rescorer")
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class House:
    """A supervisor process and the store that it works on."""

    store: Store
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[int]:
        """Process ids of the living worker processes."""
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
            return [child.pid for child in family if _is_worker(child)]
        return []

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def wipe_redis(self) -> None:
        with suppress(Exception):
            connect(redis_url(self.store.settings)).flushall()

    def states(self) -> list[str]:
        with self.store.db.read() as connection:
            return [row.state for row in connection.execute(jobs.select())]

    def wait(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise AssertionError(f"{what}: not within {seconds} s; log:\n{self.log.read_text()[-6000:]}")
            time.sleep(0.05)

    def wait_for_state(self, interaction_id: str, state: State, seconds: float = 60) -> None:
        self.wait(lambda: self.store.interaction(SYSTEM, interaction_id).state is state, seconds, f"{state}")

    def all_ended(self) -> bool:
        return all(state in (JobState.DONE, JobState.FAILED, JobState.PARKED) for state in self.states())


@contextmanager
def house(store: Store, *words: str, **environment: object) -> Iterator[House]:
    """Runs ``python WORDS`` with the store's settings; told to stop at the end, and killed if it does not."""
    settings = store.settings
    told = {"HOME": settings.home, "DATABASE_URL": settings.database_url, "LOG_LEVEL": "INFO"} | environment
    log = settings.home.parent / f"house-{secrets.token_hex(3)}.log"  # a full home folder shall not silence it
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={**os.environ, **{f"QA_ENGINE_{name.upper()}": str(value) for name, value in told.items()}},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield House(store, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return any(word in WORKERS for word in process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    return False
