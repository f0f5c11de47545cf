"""What a PLACE of the command line is: a file, a folder, a manifest, an object store; and all that is to come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.ingest.files import Origin, Source, gather
from qa_engine.ingest.manifest import Entry, entries, is_manifest
from qa_engine.ingest.objects import Bucket, Stored, named
from qa_engine.ingest.tables import TABLE_NAMES

HEAD = 64 * 1024
O = TypeVar("O", Source, Stored)  # noqa: E741 - an origin


@dataclass(frozen=True, slots=True)
class Link:
    """A recording that is yet to be fetched from a web server."""

    url: str
    given: Mapping[str, Any]
    row: str

    @property
    def where(self) -> str:
        return self.url

    def state(self) -> tuple[int, str]:
        """What lies there is seen when it is fetched."""
        return 0, ""


Found = Origin | Link


class _Tree(Protocol[O]):
    """A folder or a bucket."""

    def interactions(self) -> Iterator[O]: ...

    def tables(self) -> Iterator[O]: ...

    def beside(self, manifest: O, audio: str, given: Mapping[str, Any], row: str) -> O: ...


class _Folder:
    """The same for a folder, or a file, of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def interactions(self) -> Iterator[Source]:
        return gather([self._path])

    def tables(self) -> Iterator[Source]:
        found: Iterable[Path] = sorted(self._path.rglob("*")) if self._path.is_dir() else [self._path]
        return (Source(path) for path in found if path.suffix.lower() in TABLE_NAMES and path.is_file())

    def beside(self, manifest: Source, audio: str, given: Mapping[str, Any], row: str) -> Source:
        """Raises BadInput for a path that leads out of the manifest's folder, or to nothing."""
        folder = manifest.path.parent
        path = folder / audio
        if not Path(audio).is_absolute() and not path.resolve().is_relative_to(folder.resolve()):
            raise BadInput("the path leads out of the manifest's folder", where=row, mend="write the whole path")
        if not path.is_file():
            raise BadInput(f"no such recording: {audio}", where=row, mend=f"paths count from {folder}")
        return Source(path, given, row)


def sources(places: Sequence[str], zone: tzinfo) -> Iterator[Found | QAEngineError]:
    """Everything in the places, manifests first; a recording that a manifest names comes once, with what it tells.

    A manifest's bad row is an error in its place; its times without a zone are in ``zone``. Raises BadInput for a
    place that is not there, PlaceAway.
    """
    for place in places:
        if place.startswith(("http://", "https://")):
            yield Link(place, {}, place)
        elif _is_local(place):
            yield from _all(_Folder(_path(place)), zone)
        else:
            yield from _all(Bucket(place), zone)


def _is_local(place: str) -> bool:
    return "://" not in place or place.startswith("file://")


def _path(place: str) -> Path:
    return Path(unquote(urlsplit(place).path)) if place.startswith("file://") else Path(place)


def _all(tree: _Tree[O], zone: tzinfo) -> Iterator[Found | QAEngineError]:
    manifests = [table for table in tree.tables() if _is_manifest(table)]
    come = {_same(manifest) for manifest in manifests}
    for manifest in manifests:
        with manifest.open() as stream:
            for entry in entries(stream, manifest.where, zone):
                found = _named(tree, manifest, entry) if isinstance(entry, Entry) else entry
                if isinstance(found, Source | Stored):
                    come.add(_same(found))
                yield found
    yield from (source for source in tree.interactions() if _same(source) not in come)


def _is_manifest(table: Origin) -> bool:
    try:
        with table.open() as stream:
            return is_manifest(stream.read(HEAD), table.name)
    except OSError:
        return False


def _named(tree: _Tree[O], manifest: O, entry: Entry) -> Found | QAEngineError:
    """What a row names: a path from the manifest on, any path of this machine, or a URL."""
    audio, row = entry.audio.strip(), f"{entry.where}: audio"
    try:
        if audio.startswith(("http://", "https://")):
            return Link(audio, entry.told, entry.where)
        if "::" in audio or (audio.startswith("file://") and not isinstance(manifest, Source)):
            raise BadInput(f"not a URL that a manifest may name: {audio[:200]}", where=row)
        if not _is_local(audio):
            return named(audio, entry.told, entry.where)
        path = str(_path(audio)).replace("\\", "/")
        return tree.beside(manifest, path, entry.told, entry.where)
    except QAEngineError as error:
        return BadInput(error.message, where=row, mend=error.mend)


def _same(source: Origin) -> str:
    return str(source.path.resolve()) if isinstance(source, Source) else source.where
