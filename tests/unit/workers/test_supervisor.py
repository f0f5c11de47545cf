"""Children are restarted when they die, killed when they are overdue, and gone when told to stop."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from workers.lifeline import Lifeline, Listener
from workers.supervisor import Child, Spec, Supervisor, _stop_these

SLEEP = "import time; time.sleep(60)"


def child(code: str, **more: object) -> Child:
    lines: list[tuple[str, str]] = []
    made = Child(Spec("c", [sys.executable, "-c", code], **more), lambda name, line: lines.append((name, line)))  # type: ignore[arg-type]
    made.lines = lines  # type: ignore[attr-defined]
    return made


def until(holds: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "never"
        time.sleep(0.01)


def test_it_starts_and_buries_and_starts_again_after_a_rest() -> None:
    one, told = child("print('born'); raise SystemExit(3)"), []

    def tend() -> bool:
        one.tend(10)
        told.append(one.process)
        return len(one.lines) >= 2  # type: ignore[attr-defined]

    until(tend)
    _stop_these([one])
    assert one.lines[0] == ("c", "born")  # type: ignore[attr-defined]
    assert one._rest > 0.5


def test_it_kills_the_children_of_its_child_too() -> None:
    one = child(f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}")
    one.tend(10)
    assert one.process is not None
    until(lambda: psutil.Process(one.process.pid).children())  # type: ignore[union-attr]
    family = psutil.Process(one.process.pid).children()
    one.kill()
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_it_kills_a_child_that_does_not_stop_in_time() -> None:
    one = child(
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}", stop_s=0.3
    )
    one.tend(10)
    until(lambda: one.lines)  # type: ignore[attr-defined]
    began = time.monotonic()
    _stop_these([one])
    assert one.process is not None and one.process.poll() == -9 and time.monotonic() - began < 5


def test_it_tells_who_died_and_who_did_not() -> None:
    died: list[int] = []
    one = child("raise SystemExit(1)", bereaved=died.append)
    one.tend(10)
    assert one.process is not None
    pid = one.process.pid
    until(lambda: (one.tend(10), died)[1])
    assert died == [pid]
    _stop_these([one])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], None),
        ([("busy", 60.0)], None),
        ([("busy", 0.05)], "past its time"),
        ([("busy", 0.05), ("busy", 60.0)], None),
        ([("busy", 0.05), ("idle",)], None),
    ],
)
def test_it_knows_who_is_overdue(said: list[tuple[object, ...]], why: str | None) -> None:
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    line, listener = Lifeline(writes), Listener(reads)
    for word, *rest in said:
        line.busy("job", *rest) if word == "busy" else line.idle()  # type: ignore[arg-type]
    listener.listen()
    time.sleep(0.1)
    found = listener.overdue(60)
    assert (found is None) == (why is None) and (why or "") in (found or "")
    os.close(reads)
    os.close(writes)


def test_it_knows_who_is_busy_and_silent() -> None:
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    line, listener = Lifeline(writes), Listener(reads)
    line.busy("job", 60)
    listener.listen()
    time.sleep(0.1)
    assert "no sign of life" in (listener.overdue(0.05) or "")
    line.beat()
    listener.listen()
    assert listener.overdue(0.05) is None
    os.close(reads)
    os.close(writes)


def test_a_lifeline_to_nobody_is_silent_and_harmless() -> None:
    Lifeline(None).busy("job", 1)
    reads, writes = os.pipe()
    os.close(reads)
    Lifeline(writes).beat()
    os.close(writes)


def test_it_prints_the_lines_of_its_children_with_their_names(capfd: pytest.CaptureFixture[str]) -> None:
    specs = [Spec(name, [sys.executable, "-c", f"print('from {name}', flush=True); {SLEEP}"]) for name in ("a", "bb")]
    supervisor = Supervisor(specs, silent_s=10)
    seen: list[str] = []

    def meanwhile() -> None:
        seen.append(capfd.readouterr().err)
        if "from a" in "".join(seen) and "from bb" in "".join(seen):
            supervisor.stop()

    threading.Timer(10, supervisor.stop).start()
    supervisor.run(meanwhile)
    told = "".join(seen)
    assert "a  | from a" in told and "bb | from bb" in told
    assert all(child.process is not None and child.process.poll() is not None for child in supervisor.children)


def test_it_stops_those_that_serve_others_last(tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def leave(*_):\n"
        "    open({path!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "print('ready', flush=True)\n"
        "time.sleep({slow}); time.sleep(60)\n"
    )
    specs = [
        Spec(name, [sys.executable, "-c", code.format(path=str(order), name=name, slow=0)], serves_others=last)
        for name, last in (("redis", True), ("worker", False), ("api", False))
    ]
    supervisor = Supervisor(specs, silent_s=10)
    ready: list[str] = []
    for made in supervisor.children:
        made._print = lambda name, line: ready.append(name)
    supervisor.run(lambda: supervisor.stop() if len(ready) == 3 else None)
    assert sorted(order.read_text().split()[:2]) == ["api", "worker"] and order.read_text().split()[2] == "redis"
