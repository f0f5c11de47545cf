"""Where a watched folder's files go when they are done with: never over another file, the reason beside the bad."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from qa_engine.errors import BadSetting, QAEngineError
from qa_engine.ingest.sniff import AUDIO_NAMES
from workers.settling import DONE, REJECTED, Ready

MOST_TOLD = 1_000
"""Failures of one file that its reason lists."""


@dataclass(frozen=True, slots=True)
class Aside:
    """All methods raise OSError; then nothing is lost, and the same again is harmless."""

    folder: Path

    def prepare(self) -> None:
        """Raises BadSetting when files could not be moved here."""
        try:
            for name in (DONE, REJECTED):
                (self.folder / name).mkdir(exist_ok=True)
            probe = self.folder / DONE / ".qa-engine"
            probe.touch()
            probe.unlink()
        except OSError as error:
            mend = "give a folder that is there and may be written: files are moved to done/ and rejected/ in it"
            raise BadSetting(
                f"the folder cannot be watched: {error.strerror}", where=str(self.folder), mend=mend
            ) from None

    def done(self, ready: Ready, day: date) -> Path:
        return self._move(ready, self.folder / DONE / day.isoformat())

    def rejected(self, ready: Ready, errors: Sequence[QAEngineError], taken: int) -> Path:
        """The reason first: a file without one would tell nothing. ``taken`` conversations are in nonetheless."""
        path = self._target(ready, self.folder / REJECTED)
        reason = path.with_name(f"{path.name}.reason.json")
        told = [{"code": e.code, "message": e.message, "where": e.where, "mend": e.mend} for e in errors[:MOST_TOLD]]
        body: dict[str, object] = {
            **told[0],
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "taken": taken,
            "failed": len(errors),
        }
        if len(errors) > 1:
            body["failures"] = told
        reason.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8", errors="backslashreplace")
        return self._move(ready, self.folder / REJECTED)

    def rejoin(self, lone: Path) -> bool:
        """A kill between the moves leaves a sidecar behind its recording; whether it could follow it now."""
        inside = lone.relative_to(self.folder)
        places = [self.folder / REJECTED, *sorted((self.folder / DONE).glob("*"), reverse=True)]
        for place in places:
            there = place / inside
            left = (p for p in there.parent.glob(f"{_escaped(there.stem)}.*") if p.suffix.lower() in AUDIO_NAMES)
            if not there.exists() and next(left, None) is not None:
                _move(lone, there)
                return True
        return False

    def _move(self, ready: Ready, place: Path) -> Path:
        """The recording first: left behind, it would come again without what its sidecar tells."""
        target = self._target(ready, place)
        _move(ready.path, target)
        if ready.sidecar is not None:
            with suppress(FileNotFoundError):
                _move(ready.sidecar, target.with_suffix(ready.sidecar.suffix))
        return target

    def _target(self, ready: Ready, place: Path) -> Path:
        """A name that is free there, for the file and for its sidecar."""
        wanted = place / ready.path.relative_to(self.folder)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        number, target = 1, wanted
        while target.exists() or (ready.sidecar and target.with_suffix(ready.sidecar.suffix).exists()):
            number += 1
            target = wanted.with_name(f"{wanted.stem}~{number}{wanted.suffix}")
        return target


def _move(path: Path, target: Path) -> None:
    """Reserves the name first, for a plain rename would replace what came there meanwhile."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        path.replace(target)
    except OSError:
        target.unlink()
        raise


def _escaped(stem: str) -> str:
    return "".join(f"[{char}]" if char in "[*?" else char for char in stem)
