"""Takes backups while work goes on: a folder of moments, each a database and its recordings, which are kept once."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from qa_engine import __version__
from qa_engine.errors import NotFound, QAEngineError
from qa_engine.ports import BlobStore
from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.access import SYSTEM
from qa_engine.storage.audit import append
from qa_engine.storage.blobs import CHUNK, FolderBlobs, RemoteBlobs, open_blobs
from qa_engine.storage.db import Database
from qa_engine.storage.dumps import dump, prove
from qa_engine.storage.migrate import current

FORMAT = 1
MANIFEST, RECORDINGS, BLOBS = "manifest.json", "recordings.sha256", "blobs"
"""Of one moment: what it is, and which recordings belong to it (`sha256sum -c` reads that); of all: the recordings."""
_COMING = ".coming-"


class BadBackup(QAEngineError):
    """A folder that holds no backup, or one that cannot be used here."""

    code = "bad_backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``tables`` is the version of the tables; ``lost`` names recordings that the store itself had no longer.

    ``recordings`` counts what is kept here, None where the blob store is left to its own backup. Sizes are bytes.
    """

    taken_at: str
    engine: str
    tables: str
    database: str
    file: str
    file_bytes: int
    file_sha256: str
    rows: Mapping[str, int]
    recordings: int | None
    recordings_bytes: int
    list_sha256: str
    lost: Sequence[str]
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Moment:
    """One backup: its folder and what it says of itself; ``copied`` recordings came with this very one."""

    folder: Path
    manifest: Manifest
    copied: int = 0

    @property
    def file(self) -> Path:
        return self.folder / self.manifest.file

    def recordings(self) -> Iterator[str]:
        """The SHA-256 of each recording that belongs to it."""
        with (self.folder / RECORDINGS).open(encoding="ascii") as lines:
            for line in lines:
                yield line[:64]


def back_up(settings: Settings, folder: Path, *, blobs: bool | None = None, verify: bool = False) -> Moment:
    """Database first, then recordings: they are kept before the rows that name them, and never change.

    ``blobs``: whether recordings are copied; by default those of a folder are, and those of an object store are not.
    ``verify`` reads the dump and every recording again. Raises BadBackup, DumpFailed, BlobsAway.
    """
    db, source = Database(settings.database), open_blobs(settings.blobs)
    if current(db) is None:
        raise BadBackup("there is no QA Engine in this database", mend="see QA_ENGINE_HOME and QA_ENGINE_DATABASE_URL")
    copies = blobs if blobs is not None else not isinstance(source, RemoteBlobs)
    taken = clock.now()
    with _told(folder), _coming(folder) as draft:
        file = draft / ("database.sqlite" if db.is_sqlite else "database.dump")
        contents = dump(db, file)
        copied = _copy(source, FolderBlobs(folder / BLOBS), contents.blobs if copies else (), verify=verify)
        if verify:
            prove(db, file)
        manifest = Manifest(
            taken_at=taken.isoformat(timespec="seconds"),
            engine=__version__,
            tables=contents.tables,
            database=db.engine.dialect.name,
            file=file.name,
            file_bytes=file.stat().st_size,
            file_sha256=digest(file),
            rows=contents.rows,
            recordings=len(copied.kept) if copies else None,
            recordings_bytes=copied.bytes,
            list_sha256=_list(draft / RECORDINGS, copied.kept),
            lost=copied.lost,
        )
        _write(draft / MANIFEST, json.dumps(asdict(manifest), indent=1))
        moment = _arrive(draft, folder, taken)
    with db.write() as connection:
        append(connection, SYSTEM, "backup", moment.name, {"folder": str(folder)})
    db.close()
    return Moment(moment, manifest, copied.new)


def find(folder: Path, name: str | None = None) -> Moment:
    """The newest backup in a folder, or the one of that name. Raises BadBackup."""
    there = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))
    chosen = [path for path in there if name is None or path.name == name]
    if not chosen:
        told = f"those there are: {', '.join(path.name for path in there[-5:])}" if there else "it holds none"
        raise BadBackup("no such backup" if name else "no backup", where=str(folder), mend=told)
    path = chosen[-1] / MANIFEST
    try:
        told_here: dict[str, Any] = json.loads(path.read_bytes())
        if told_here.get("format") != FORMAT:
            raise BadBackup(
                f"format {told_here.get('format')} is not known here", where=str(path), mend="upgrade first"
            )
        return Moment(chosen[-1], Manifest(**told_here))
    except (ValueError, TypeError, AttributeError) as error:
        raise BadBackup(f"the manifest cannot be read: {error}", where=str(path)) from error


def digest(path: Path) -> str:
    """SHA-256 in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sound(blobs: BlobStore, name: str) -> bool:
    """Whether the store has this recording, and every byte of it right."""
    try:
        with blobs.open(name) as stream:
            found = hashlib.sha256()
            while chunk := stream.read(CHUNK):
                found.update(chunk)
    except NotFound:
        return False
    return found.hexdigest() == name


@dataclass(slots=True)
class _Copied:
    kept: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    bytes: int = 0
    new: int = 0


def _copy(source: BlobStore, target: FolderBlobs, names: Sequence[str], *, verify: bool) -> _Copied:
    """What is there by name and size was written whole before, and is not copied again."""
    copied = _Copied()
    for name in names:
        size = size_in(target, name)
        if size is None or size_in(source, name) not in (size, None) or (verify and not sound(target, name)):
            size = transfer(source, target, name)
            copied.new += size is not None
        (copied.lost if size is None else copied.kept).append(name)
        copied.bytes += size or 0
    return copied


def transfer(source: BlobStore, target: BlobStore, name: str) -> int | None:
    """The size of what was copied; None when the source has it no longer, or not as it was."""
    try:
        with source.open(name) as stream:
            arrived, size = target.put(stream)
    except NotFound:
        return None
    if arrived != name:
        target.delete(arrived)
        return None
    return size


def size_in(blobs: BlobStore, name: str) -> int | None:
    """None when it is not there."""
    try:
        return blobs.size(name)
    except NotFound:
        return None


@contextmanager
def _coming(folder: Path) -> Iterator[Path]:
    """A folder of its own name until all is in it; what is in it is for its owner only. One at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            for left in (*folder.glob(f"{_COMING}*"), folder / BLOBS / "incoming"):  # by one that was killed
                shutil.rmtree(left, ignore_errors=True)
            draft = folder / f"{_COMING}{secrets.token_hex(4)}"
            draft.mkdir(mode=0o700)
            try:
                yield draft
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except Timeout:
        raise BadBackup("another backup is being taken here", where=str(folder), mend="wait until it ends") from None


def _arrive(draft: Path, folder: Path, taken: datetime) -> Path:
    """From here on it is a backup."""
    moment = folder / taken.strftime("%Y%m%dT%H%M%S.%fZ")
    for path in (*draft.iterdir(), draft):
        _fsync(path)
    draft.replace(moment)
    _fsync(folder)
    return moment


def _list(path: Path, names: Sequence[str]) -> str:
    """Returns the digest of the list itself."""
    _write(path, "".join(f"{name}  ../{BLOBS}/{name[:2]}/{name}\n" for name in names))
    return digest(path)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        mend = "see that it can be written and has space"
        raise BadBackup(f"the backup cannot be kept: {error}", where=str(folder), mend=mend) from error
