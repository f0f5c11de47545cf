"""Recordings and chats in an object store (any fsspec URL), with their sidecars, as files of this machine are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from qa_engine.errors import BadInput
from qa_engine.ingest.described import merged
from qa_engine.ingest.files import CannotRead, interactions, read_sidecar, sidecar_of
from qa_engine.ingest.remote import PlaceAway, Told, connect, reaching, reader
from qa_engine.ingest.tables import TABLE_NAMES

_MARKS = ("ETag", "etag", "mtime", "created")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object. ``entry`` is its line of a listing, ``sidecar`` the path of the object that describes it.

    ``given`` is what a manifest's ``row`` tells; it wins over the sidecar.
    """

    files: Any
    url: str
    path: str
    entry: Mapping[str, Any] = field(default_factory=dict)
    sidecar: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    row: str = ""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def where(self) -> str:
        return self.url

    @property
    def told(self) -> dict[str, Any]:
        if not self.sidecar:
            return dict(self.given)
        where = f"{self.url.rpartition('/')[0]}/{PurePosixPath(self.sidecar).name}"
        with reader(self.files, self.sidecar, away(where), missing(where)) as stream:
            return merged(read_sidecar(stream, where), self.given)

    @property
    def teller(self) -> str:
        return self.row or self.url

    def open(self) -> BinaryIO:
        return reader(self.files, self.path, away(self.url), missing(self.url))

    def state(self) -> tuple[int, str]:
        with reaching(away(self.url), missing(self.url)):
            entry = self.entry or self.files.info(self.path)
        return int(entry.get("size") or 0), next((str(entry[mark]) for mark in _MARKS if entry.get(mark)), "")


class Bucket:
    """Everything below an fsspec URL, listed once. Raises BadSetting, BadInput when nothing is there, PlaceAway."""

    def __init__(self, url: str) -> None:
        self._files, self._root = connect(url, url)
        self._protocol = url.partition("://")[0]
        with reaching(away(url), missing(url)):
            found = self._files.find(self._root, detail=True)
        if not found:
            raise BadInput("nothing is here", where=url, mend="check the URL")
        self._found = {PurePosixPath(path): entry for path, entry in found.items()}

    def interactions(self) -> Iterator[Stored]:
        if list(self._found) == [PurePosixPath(self._root)]:
            yield self._stored(PurePosixPath(self._root))
        else:
            yield from map(self._stored, interactions(self._found, PurePosixPath(self._root)))

    def tables(self) -> Iterator[Stored]:
        return (self._stored(path) for path in sorted(self._found) if path.suffix.lower() in TABLE_NAMES)

    def beside(self, manifest: Stored, audio: str, given: Mapping[str, Any], row: str) -> Stored:
        """A recording that a manifest names by its path from there. Raises BadInput for a path that leads out."""
        path = PurePosixPath(audio)
        if path.is_absolute() or ".." in path.parts:
            raise BadInput("the path leads out of the manifest's folder", where=row, mend="name what lies below it")
        full = PurePosixPath(manifest.path).parent / path
        if full in self._found:
            found = self._stored(full)
            return Stored(found.files, found.url, found.path, found.entry, found.sidecar, given, row)
        return Stored(self._files, self._url(str(full)), str(full), given=given, row=row)

    def _stored(self, path: PurePosixPath) -> Stored:
        entry, beside = self._found[path], sidecar_of(path)
        key = str(entry.get("name", path))
        sidecar = str(self._found[beside].get("name", beside)) if beside in self._found else ""
        return Stored(self._files, self._url(key), key, entry, sidecar)

    def _url(self, key: str) -> str:
        return f"{self._protocol}://{key.lstrip('/')}"


def named(url: str, given: Mapping[str, Any], row: str) -> Stored:
    """One object that a manifest names by its URL; whether it is there shows when it is read. Raises BadSetting."""
    files, path = connect(url, row)
    return Stored(files, url, path, given=given, row=row)


def away(where: str) -> Told:
    """How trouble with a place is told."""
    mend = "see that it runs and lets us in, and run again"
    return lambda why: PlaceAway(f"cannot be reached: {why}", where=where, mend=mend)


def missing(where: str) -> Told:
    return lambda _: CannotRead("no such bucket, folder or object", where=where, mend="check the URL")
