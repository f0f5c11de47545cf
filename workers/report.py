"""The report of taking in: JSON lines that tell every failure and why, and from which a later run goes on."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_engine.errors import BadInput, BadSetting, QAEngineError
from workers.intake import Batch

HEADER = {"report": "qa-engine ingest", "version": 1}
State = tuple[int, str]
"""Size and mark of a source: whether it is still what it was."""


@dataclass
class Progress:
    """How far a source came: the first ``upto`` conversations are done with, but for those that ``failed``."""

    state: State | None = None
    upto: int = 0
    failed: set[int] = field(default_factory=set)
    done: bool = False

    @property
    def is_in(self) -> bool:
        return self.done and not self.failed

    def wants(self, number: int) -> bool:
        return number > self.upto or number in self.failed


class Report:
    """Appended to and fsynced once a batch, after the database has it: what a killed run did not write is done again,
    and then known before. A last line that was torn is dropped."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput for a file that is no report, BadSetting for one that cannot be written."""
        self.path = path
        self._sources: dict[str, Progress] = {}
        try:
            whole = path.read_bytes() if path.exists() else b""
            kept = whole[: whole.rfind(b"\n") + 1]
            self._replay(kept, len(kept) < len(whole))
            self._file = path.open("ab")
            self._file.truncate(len(kept))
            if not kept:
                self._write([HEADER])
        except OSError as error:
            raise BadSetting(f"the report cannot be written: {error.strerror}", where=str(path)) from None

    def close(self) -> None:
        self._file.close()

    def begin(self, source: str, state: State) -> Progress:
        """How far this source came before; all is forgotten of one that has changed since."""
        progress = self._sources.get(source)
        if progress is None or progress.state != state:
            progress = self._sources[source] = Progress(state)
            self._write([_begun(source, state)])
        return progress

    def batch(self, source: str, batch: Batch) -> None:
        """What became of a batch; its failures come first, so that none is passed by."""
        progress, lines = self._sources[source], list[dict[str, Any]]()
        for number, result in batch.results:
            if isinstance(result, QAEngineError):
                lines.append({"source": source, "conversation": number, **_told(result)})
                progress.failed.add(number)
            elif number in progress.failed:
                lines.append({"source": source, "conversation": number, "mended": True})
                progress.failed.discard(number)
        progress.upto = max(progress.upto, batch.upto)
        self._write([*lines, {"source": source, "upto": progress.upto}], sync=True)

    def done(self, source: str, counted: Counter[str]) -> None:
        self._sources[source].done = True
        self._write([{"done": source, **{name: counted[name] for name in ("new", "known", "bad")}, "at": _now()}])

    def failed(self, error: QAEngineError) -> None:
        """Something that never became a source, such as a manifest's row; it is looked at again the next time."""
        self._write([{"source": error.where or "", **_told(error)}])

    def _write(self, lines: Iterable[dict[str, Any]], *, sync: bool = False) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        try:
            self._file.write(text.encode("utf-8", "backslashreplace"))
            self._file.flush()
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise BadSetting(f"the report cannot be written: {error.strerror}", where=str(self.path)) from None

    def _replay(self, kept: bytes, torn: bool) -> None:
        for number, line in enumerate(kept.splitlines(), 1):
            told = _object(line)
            if told is None or (number == 1 and told != HEADER):
                raise self._no_report(number)
            self._follow(told)
        if torn and not kept:
            raise self._no_report(1)

    def _no_report(self, line: int) -> BadInput:
        mend = "name a new file, or the report of an earlier run"
        return BadInput("no report of `qa-engine ingest`", where=f"{self.path}:{line}", mend=mend)

    def _follow(self, told: dict[str, Any]) -> None:
        source = told.get("done") or told.get("source") or ""
        if "mark" in told:
            state = (int(told["size"]), str(told["mark"]))
            self._sources[source] = Progress(state)
        progress = self._sources.get(source)
        if progress is None:
            return
        if "upto" in told:
            progress.upto = int(told["upto"])
        elif "mended" in told:
            progress.failed.discard(told["conversation"])
        elif "conversation" in told:
            progress.failed.add(told["conversation"])
        progress.done = "done" in told or progress.done


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _begun(source: str, state: State) -> dict[str, Any]:
    return {"source": source, "size": state[0], "mark": state[1], "at": _now()}


def _told(error: QAEngineError) -> dict[str, Any]:
    told = {"code": error.code, "message": error.message, "where": error.where, "mend": error.mend}
    return {**told, "at": _now()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
