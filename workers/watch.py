"""Takes in what comes to a watched folder, again and again, and moves it aside; trouble is told once and waited out."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.ingest.files import CannotRead, Source
from qa_engine.ingest.manifest import is_manifest
from qa_engine.ingest.naming import NamePattern
from qa_engine.ingest.tables import TABLE_NAMES
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Store
from workers.aside import Aside
from workers.intake import Intake, Result
from workers.logs import configure, logger
from workers.settling import Ready, Settling
from workers.tether import tether

log = logger(__name__)
LONGEST_REST_S = 60.0
HEAD = 64 * 1024


@dataclass
class Watcher:
    """Moves a file only when what is in it is kept, or cannot be; a kill in between makes it come again, as known."""

    folder: Path
    intake: Intake
    _settling: Settling = field(init=False)
    _aside: Aside = field(init=False)
    _later: dict[Path, tuple[float, float]] = field(default_factory=dict)
    """Files that could not be read or moved: when each is tried again, and how long it rested last."""
    _prepared: bool = False

    def __post_init__(self) -> None:
        self._settling, self._aside = Settling(self.folder), Aside(self.folder)

    def look(self) -> int:
        """Take what is ready; returns how many files were moved. Raises OSError or QAEngineError: all of it is away."""
        if not self._prepared:
            self._aside.prepare()
            self._prepared = True
        now = time.monotonic()
        ready = [one for one in self._settling.look() if self._later.get(one.path, (0.0, 0.0))[0] <= now]
        self._later = {path: rest for path, rest in self._later.items() if path.exists()}
        return sum(self._take(one) for one in ready)

    def _take(self, ready: Ready) -> bool:
        before = _mark(ready.path)
        new, known, errors = 0, 0, list[QAEngineError]()
        for result in self._results(ready):
            if isinstance(result, QAEngineError):
                errors.append(result)
            else:
                new, known = new + (not result.duplicate), known + result.duplicate
        unreadable = next((error for error in errors if isinstance(error, CannotRead)), None)
        if unreadable is not None or _mark(ready.path) != before:
            return self._rest(ready.path, str(unreadable or "changed while it was taken"))
        try:
            self._put_aside(ready, errors, new, known)
        except OSError as error:
            return self._rest(ready.path, f"cannot be moved: {error}")
        self._later.pop(ready.path, None)
        return True

    def _results(self, ready: Ready) -> Iterator[Result]:
        try:
            _refuse(ready)
        except BadInput as error:
            yield error
        else:
            yield from self.intake.take(Source(ready.path))

    def _put_aside(self, ready: Ready, errors: list[QAEngineError], new: int, known: int) -> None:
        name = str(ready.path.relative_to(self.folder))
        if not errors:
            day = datetime.now(ZoneInfo(self.intake.store.settings.time_zone)).date()
            self._aside.done(ready, day)
            log.info("taken in", file=name, new=new, known=known)
        elif ready.path.suffix.lower() == ".json" and self._aside.rejoin(ready.path):
            log.info("sidecar moved to its recording", file=name)
        else:
            self._aside.rejected(ready, errors, new + known)
            log.warning("set aside", file=name, error=str(errors[0]), failed=len(errors), taken=new + known)

    def _rest(self, path: Path, why: str) -> bool:
        """Told the first time; the others go on."""
        if path not in self._later:
            log.warning("left where it is, and tried again", file=str(path), why=why)
        rest = min(LONGEST_REST_S, 2 * self._later.get(path, (0.0, self.intake.store.settings.watch_s))[1])
        self._later[path] = (time.monotonic() + rest, rest)
        return False


def _refuse(ready: Ready) -> None:
    """Raises BadInput for what is not taken from a folder, whatever is in it."""
    where = str(ready.path)
    if ready.leads_out:
        raise BadInput("a link that leads out of the watched folder", where=where, mend="put the file itself here")
    if ready.path.suffix.lower() in TABLE_NAMES:
        with Source(ready.path).open() as stream:
            head = stream.read(HEAD)
        if is_manifest(head, ready.path.name):
            mend = "use `qa-engine ingest`, or write a sidecar for each recording"
            raise BadInput("a manifest is not taken from a watched folder", where=where, mend=mend)


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def run(folder: Path, settings: Settings, stop: threading.Event, intake: Callable[[Store], Intake]) -> None:
    """Until told to stop; database, blob store and folder may come and go."""
    watcher: Watcher | None = None
    trouble, rest = "", settings.watch_s
    while not stop.is_set():
        try:
            watcher = watcher or Watcher(folder, intake(Store.open(settings)))
            watcher.look()
            if trouble:
                log.info("goes on")
            trouble, rest = "", settings.watch_s
        except (QAEngineError, OSError) as error:
            if str(error) != trouble:
                log.warning("nothing can be taken now", error=str(error))
            trouble, rest = str(error), min(LONGEST_REST_S, rest * 2)
        stop.wait(rest)


def told_to_stop() -> threading.Event:
    """Set by SIGTERM or SIGINT."""
    stop = threading.Event()

    def leave(_signal: int, _frame: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    return stop


def main() -> None:
    """``python -m workers.watch --parent PID`` watches the folder of the settings."""
    words = argparse.ArgumentParser()
    words.add_argument("--parent", type=int)
    tether(words.parse_args().parent)
    settings = get_settings()
    configure(settings, f"watch-{os.getpid()}")
    pattern = NamePattern.of(settings.watch_pattern) if settings.watch_pattern else None
    run(Path(settings.watch), settings, told_to_stop(), lambda store: Intake(store, {}, pattern=pattern))
    sys.exit(0)


if __name__ == "__main__":
    main()
