"""Which files under the given paths are interactions, and which are sidecars that describe a recording beside them."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Protocol, TypeVar, cast

from qa_engine.errors import BadInput
from qa_engine.ingest.described import merged
from qa_engine.ingest.remote import BUFFER, Reader, reaching
from qa_engine.ingest.sniff import AUDIO_NAMES, CHAT_NAMES

DOCUMENTS = frozenset({"readme", "license", "licence", "notice", "source", "copying", "changelog"})
"""Text files that describe a folder; named on the command line they are read all the same."""
MAX_SIDECAR = 1 << 20
P = TypeVar("P", bound=PurePath)


class CannotRead(BadInput):
    """One file that is not there or may not be read; the others can be."""

    code = "cannot_read"


class Origin(Protocol):
    """A file to take in, wherever it lies."""

    @property
    def name(self) -> str: ...

    @property
    def where(self) -> str:
        """What people find it by: path or URL."""
        ...

    @property
    def told(self) -> dict[str, Any]:
        """What its sidecar and its manifest's row tell. Raises BadInput for a sidecar that cannot be used."""
        ...

    @property
    def teller(self) -> str:
        """Where that is told: the manifest's row, else the file itself."""
        ...

    def open(self) -> BinaryIO:
        """Raises CannotRead, now or at a read, or PlaceAway."""
        ...

    def state(self) -> tuple[int, str]:
        """Size in bytes, and a mark that changes with the content."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file on this machine. ``given`` is what a manifest's ``row`` tells; it wins over the sidecar."""

    path: Path
    given: Mapping[str, Any] = field(default_factory=dict)
    row: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def where(self) -> str:
        return str(self.path)

    @property
    def told(self) -> dict[str, Any]:
        beside = sidecar_of(self.path)
        if beside is None or not beside.is_file():
            return dict(self.given)
        with Source(beside).open() as stream:
            return merged(read_sidecar(stream, str(beside)), self.given)

    @property
    def teller(self) -> str:
        return self.row or str(self.path)

    def open(self) -> BinaryIO:
        with reaching(self._unreadable):
            return cast(BinaryIO, io.BufferedReader(Reader(self.path.open("rb"), self._unreadable), BUFFER))

    def state(self) -> tuple[int, str]:
        with reaching(self._unreadable):
            found = self.path.stat()
        return found.st_size, str(found.st_mtime_ns)

    def _unreadable(self, why: str) -> CannotRead:
        return CannotRead(f"cannot be read: {why}", where=str(self.path), mend="see that it is there and may be read")


def gather(paths: Sequence[Path]) -> Iterator[Source]:
    """Files as given, folders searched in order of names; a sidecar travels with its recording.

    Raises BadInput for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            yield from (Source(found) for found in interactions([p for p in path.rglob("*") if p.is_file()], path))
        elif path.is_file():
            yield Source(path)
        else:
            raise BadInput("no such file or folder", where=str(path), mend="check the path")


def interactions(paths: Collection[P], root: P) -> Iterator[P]:
    """Those of a folder's files that are recordings or chats, in order; hidden ones and sidecars are not."""
    seen = [p for p in paths if not any(part.startswith(".") for part in p.relative_to(root).parts)]
    files = sorted(p for p in seen if p.stem.lower() not in DOCUMENTS)
    recordings = {p.with_suffix("") for p in files if p.suffix.lower() in AUDIO_NAMES}
    for path in files:
        suffix = path.suffix.lower()
        is_sidecar = suffix == ".json" and path.with_suffix("") in recordings
        if suffix in AUDIO_NAMES or (suffix in CHAT_NAMES and not is_sidecar):
            yield path


def sidecar_of(path: P) -> P | None:
    """Where the sidecar of a recording would lie; chats have none."""
    return path.with_suffix(".json") if path.suffix.lower() in AUDIO_NAMES else None


def read_sidecar(stream: BinaryIO, where: str) -> dict[str, Any]:
    """Raises BadInput for a sidecar that is not a JSON object."""
    data = stream.read(MAX_SIDECAR + 1)
    if len(data) > MAX_SIDECAR:
        raise BadInput(f"a sidecar larger than {MAX_SIDECAR} bytes", where=where, mend="keep only what describes it")
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        mend = 'write {"agent": "A017", ...} as UTF-8'
        raise BadInput(f"the sidecar is not JSON: {error}", where=where, mend=mend) from None
    if not isinstance(told, dict):
        raise BadInput("the sidecar is not a JSON object", where=where, mend='write {"agent": "A017", ...}')
    return told
