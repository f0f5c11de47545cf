"""What a worker process tells its supervisor: that it lives, and by when its present job must have ended."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

FD_VARIABLE = "QA_ENGINE_LIFELINE"


class Lifeline:
    """The worker's end: a pipe that the supervisor reads. Without a supervisor it says nothing."""

    def __init__(self, fd: int | None) -> None:
        self._fd, self._lock = fd, threading.Lock()

    @classmethod
    def of_environment(cls) -> Lifeline:
        told = os.environ.get(FD_VARIABLE)
        return cls(int(told) if told else None)

    def busy(self, job_id: str, seconds: float) -> None:
        """From now on at most ``seconds`` for this job; said again, it replaces what was said before."""
        self._say({"job": job_id, "seconds": seconds})

    def beat(self) -> None:
        self._say({"beat": True})

    def idle(self) -> None:
        self._say({"job": None})

    def _say(self, message: dict[str, object]) -> None:
        if self._fd is not None:
            with self._lock, suppress(BlockingIOError, BrokenPipeError):
                os.write(self._fd, json.dumps(message).encode() + b"\n")


@dataclass
class Listener:
    """The supervisor's end. Times are of the monotonic clock."""

    fd: int
    job: str | None = None
    deadline: float | None = None
    last_heard: float = field(default_factory=time.monotonic)
    _rest: bytes = b""

    def listen(self) -> None:
        """Read what was said since; never waits."""
        while True:
            try:
                chunk = os.read(self.fd, 65536)
            except BlockingIOError:
                return
            if not chunk:
                return
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                self._hear(json.loads(line))

    def overdue(self, silent_s: float) -> str | None:
        """Why the worker must be killed, or None: its job's time is over, or it is busy and silent."""
        now = time.monotonic()
        if self.job is None:
            return None
        if self.deadline is not None and now > self.deadline:
            return f"job {self.job} is past its time"
        if now - self.last_heard > silent_s:
            return f"job {self.job}: no sign of life for {now - self.last_heard:.0f} s"
        return None

    def _hear(self, message: dict[str, object]) -> None:
        self.last_heard = time.monotonic()
        if "job" in message:
            self.job = str(message["job"]) if message["job"] else None
            seconds = message.get("seconds")
            self.deadline = self.last_heard + seconds if isinstance(seconds, int | float) else None
