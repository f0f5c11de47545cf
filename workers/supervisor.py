"""Keeps a set of child processes running: restarts the dead, kills the overdue, stops all when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from workers.lifeline import FD_VARIABLE, Listener
from workers.logs import logger

log = logger(__name__)
POLL_S = 0.1
FIRST_REST_S, LONGEST_REST_S, STEADY_S = 0.5, 30.0, 20.0
"""A child that dies rests a while before its next life, ever longer until it once lives STEADY_S."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One process to keep. ``lifeline``: it tells of its jobs. ``stop_s``: how long it may take to stop.

    ``serves_others``: stopped only when the others are gone. ``bereaved`` is called, in a thread of its own, with the
    process id of one that died.
    """

    name: str
    argv: Sequence[str]
    lifeline: bool = False
    stop_s: float = 10.0
    environment: dict[str, str] = field(default_factory=dict)
    serves_others: bool = False
    bereaved: Callable[[int], None] | None = None


def python(module: str, *words: str) -> list[str]:
    """The command line of one of our own modules, which ties itself to us."""
    return [sys.executable, "-m", module, *words, "--parent", str(os.getpid())]


def tethered(*argv: str) -> list[str]:
    """The command line of any other program, tied to us."""
    return [sys.executable, "-m", "workers.tether", str(os.getpid()), *argv]


class Child:
    """One life after another of the same process."""

    def __init__(self, spec: Spec, prefix: Callable[[str, str], None]) -> None:
        self.spec, self._print = spec, prefix
        self.process: subprocess.Popen[bytes] | None = None
        self._listener: Listener | None = None
        self._rest, self._next, self._born = FIRST_REST_S, 0.0, 0.0

    def tend(self, silent_s: float) -> None:
        """Start it if it is due, bury it if it died, kill it if it is overdue."""
        if self.process is None:
            if time.monotonic() >= self._next:
                self._start()
            return
        status = self.process.poll()
        if status is not None:
            self._bury(status)
        elif self._listener is not None:
            self._listener.listen()
            why = self._listener.overdue(silent_s)
            if why:
                log.error("child killed", child=self.spec.name, why=why)
                self.kill()

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """The child and all its own children."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _start(self) -> None:
        environment = {**os.environ, **self.spec.environment, "PYTHONUNBUFFERED": "1"}
        reads = writes = None
        if self.spec.lifeline:
            reads, writes = os.pipe()
            os.set_blocking(reads, False)
            os.set_blocking(writes, False)
            environment[FD_VARIABLE] = str(writes)
        self.process = subprocess.Popen(  # noqa: S603 - our own command lines
            self.spec.argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[writes] if writes is not None else [],
            start_new_session=True,
        )
        if reads is not None and writes is not None:
            os.close(writes)
            self._listener = Listener(reads)
        self._born = time.monotonic()
        threading.Thread(target=self._tell, args=(self.process.stdout,), daemon=True).start()

    def _bury(self, status: int) -> None:
        self.kill()  # what it left behind
        if self.spec.bereaved is not None and self.process is not None and status != 0:
            threading.Thread(target=self.spec.bereaved, args=(self.process.pid,), daemon=True).start()
        lived = time.monotonic() - self._born
        if self._listener is not None:
            os.close(self._listener.fd)
        self.process = self._listener = None
        self._rest = FIRST_REST_S if lived > STEADY_S or status == 0 else min(self._rest * 2, LONGEST_REST_S)
        self._next = time.monotonic() + self._rest
        tell = log.info if status == 0 else log.error
        tell("child ended", child=self.spec.name, status=status, lived_s=round(lived, 1), again_in_s=self._rest)

    def _tell(self, lines: IO[bytes] | None) -> None:
        for line in lines or ():
            self._print(self.spec.name, line.decode("utf-8", "replace").rstrip("\n"))


class Supervisor:
    """Run from the main thread: children are tied to the thread that starts them."""

    def __init__(self, specs: Sequence[Spec], *, silent_s: float, plain_lines: bool = False) -> None:
        self._width = max((len(spec.name) for spec in specs), default=0)
        self._plain, self._silent_s = plain_lines, silent_s
        self.children = [Child(spec, self._line) for spec in specs]
        self._stop = threading.Event()

    def run(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Until SIGTERM or SIGINT; ``meanwhile`` is called at each turn. All children are gone when it returns."""
        before = {number: signal.signal(number, self._told) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._stop.is_set():
                for child in self.children:
                    child.tend(self._silent_s)
                if meanwhile is not None:
                    meanwhile()
                self._stop.wait(POLL_S)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        self._stop.set()

    def _told(self, _signal: int, _frame: Any) -> None:
        """The first time: stop in order. Told again: at once; whoever is killed now has its job taken up later."""
        if self._stop.is_set():
            for child in self.children:
                child.kill()
        self._stop.set()

    def _stop_all(self) -> None:
        """Those that the others need come last; whoever does not stop in time is killed."""
        patience = max((child.spec.stop_s for child in self.children), default=0)
        log.info("stopping: jobs are ended or given back; tell again to stop at once", at_most_s=patience)
        for last in (False, True):
            _stop_these([child for child in self.children if child.spec.serves_others is last])

    def _line(self, name: str, line: str) -> None:
        text = line if self._plain else f"{name:<{self._width}} | {line}"
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _stop_these(children: Sequence[Child]) -> None:
    for child in children:
        child.terminate()
    began = time.monotonic()
    for child in children:
        if not child.wait(began + child.spec.stop_s - time.monotonic()):
            log.warning("child did not stop and is killed", child=child.spec.name)
        child.kill()
        child.wait(5.0)
