"""Which files of a watched folder are ready to be taken: whole, quiet for two looks, and joined by their sidecar."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qa_engine.ingest.files import DOCUMENTS, sidecar_of
from qa_engine.ingest.sniff import AUDIO_NAMES

DONE, REJECTED = "done", "rejected"
PARTIAL = frozenset({".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".lock"})
"""Endings of files that are still being written."""
QUIET, ALONE = 1, 2
"""Looks without a change before a file is taken; one more where a sidecar or a recording may yet come."""


@dataclass(frozen=True, slots=True)
class Ready:
    """``leads_out``: it is a link to something outside the folder, and must not be read."""

    path: Path
    sidecar: Path | None = None
    leads_out: bool = False


@dataclass
class Settling:
    """Remembers from look to look how long each file has been quiet. Looks by listing, for network shares tell no
    events."""

    folder: Path
    _quiet: dict[Path, tuple[int, int, int]] = field(default_factory=dict)

    def look(self) -> list[Ready]:
        """In order of names. Raises OSError when the folder cannot be listed."""
        names = list(_files(self.folder))
        self._quiet = {path: self._counted(path, found) for path in names if (found := _stat(path)) is not None}
        recordings = {_whole(path).with_suffix("") for path in names if _whole(path).suffix.lower() in AUDIO_NAMES}
        ready = (self._ready(path, recordings) for path in sorted(self._quiet) if not _is_partial(path))
        return [one for one in ready if one is not None]

    def _ready(self, path: Path, recordings: set[Path]) -> Ready | None:
        is_json = path.suffix.lower() == ".json"
        if path.stem.lower() in DOCUMENTS or (is_json and path.with_suffix("") in recordings):
            return None
        beside = sidecar_of(path)
        sidecar = beside if beside in self._quiet else None
        waits = ALONE if is_json or (beside is not None and sidecar is None) else QUIET
        if self._quiet[path][2] < waits or (sidecar is not None and self._quiet[sidecar][2] < QUIET):
            return None
        kept = [one for one in (path, sidecar) if one is not None and one.is_symlink()]
        root = self.folder.resolve()
        return Ready(path, sidecar, any(not one.resolve().is_relative_to(root) for one in kept))

    def _counted(self, path: Path, found: os.stat_result) -> tuple[int, int, int]:
        size, changed, quiet = self._quiet.get(path, (-1, -1, -1))
        same = (size, changed) == (found.st_size, found.st_mtime_ns)
        return found.st_size, found.st_mtime_ns, quiet + 1 if same else 0


def _files(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError) or error.filename == str(folder):
            raise error

    for here, folders, names in os.walk(folder, onerror=fail):
        aside = (DONE, REJECTED) if here == str(folder) else ()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in aside)
        yield from (Path(here, name) for name in names if not name.startswith((".", "~$")))


def _stat(path: Path) -> os.stat_result | None:
    """None for what is gone again or no file at all (a pipe, a socket, a link to nothing)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _is_partial(path: Path) -> bool:
    return path.suffix.lower() in PARTIAL


def _whole(path: Path) -> Path:
    return path.with_suffix("") if _is_partial(path) else path
