"""Where sound is kept: named by its content, written whole or not at all, in a folder or behind any fsspec URL."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from qa_engine.errors import BadSetting, NotFound, QAEngineError
from qa_engine.ingest.remote import Told, connect, reaching, reader
from qa_engine.ports import BlobStore

CHUNK = 1 << 20


class BlobsAway(QAEngineError):
    """The blob store cannot be reached or has no space; nothing was kept."""

    code = "blobs_away"


class Blobs(BlobStore, Protocol):
    """A blob store that can tell whether it is there."""

    def ping(self) -> None:
        """Raises BlobsAway."""
        ...


def open_blobs(url: str) -> Blobs:
    """A folder's path (or file://) or an fsspec URL such as s3://bucket/prefix. Raises BadSetting."""
    if "://" not in url or url.startswith("file://"):
        return FolderBlobs(Path(url.removeprefix("file://")))
    return RemoteBlobs(url)


class FolderBlobs:
    """A local folder: temp file, fsync, rename, fsync of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._coming = folder / "incoming"
        try:
            self._coming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(f"the folder for audio cannot be made: {error}", where="QA_ENGINE_BLOB_URL") from None

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep durably; returns (sha256, size). What ``stream`` raises leaves nothing behind."""
        temporary = self._coming / secrets.token_hex(16)
        try:
            with temporary.open("xb") as out:
                sha256, size = _copy(stream, out)
                out.flush()
                os.fsync(out.fileno())
            target = self._path(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)
            _fsync_folder(target.parent)
        except OSError as error:
            raise BlobsAway(f"the audio could not be kept: {error}", mend="see that the disk has space") from error
        finally:
            temporary.unlink(missing_ok=True)
        return sha256, size

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("no such audio", where=sha256) from None

    def size(self, sha256: str) -> int:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            raise NotFound("no such audio", where=sha256) from None

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def ping(self) -> None:
        """Raises BlobsAway unless the folder can be written."""
        if not os.access(self._coming, os.W_OK):
            raise BlobsAway("the folder for audio cannot be written", where=str(self.folder))

    def _path(self, sha256: str) -> Path:
        return self.folder / _name(sha256)


class RemoteBlobs:
    """An object store: hashed into a local temporary file first, then uploaded under its final name.

    Object stores show an object only when its upload is complete, so a name never stands for half a file. Raises
    BlobsAway for whatever its client library raises.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._files, self._root = connect(url, "QA_ENGINE_BLOB_URL")

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        with reaching(self._away), tempfile.NamedTemporaryFile(prefix="qa-engine-") as local:
            sha256, size = _copy(stream, local)
            local.flush()
            path = self._path(sha256)
            if not (self._files.exists(path) and self._files.size(path) == size):
                self._files.put_file(local.name, path)
            return sha256, size

    def open(self, sha256: str) -> BinaryIO:
        return reader(self._files, self._path(sha256), self._away, _missing(sha256))

    def size(self, sha256: str) -> int:
        with reaching(self._away, _missing(sha256)):
            return int(self._files.size(self._path(sha256)))

    def delete(self, sha256: str) -> None:
        path = self._path(sha256)
        with reaching(self._away):
            if self._files.exists(path):
                self._files.rm_file(path)

    def ping(self) -> None:
        """Raises BlobsAway also when the bucket is not there: a first upload would fail, or make one."""
        with reaching(self._away):
            self._files.info(self._root.partition("/")[0])

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{_name(sha256)}"

    def _away(self, why: str) -> BlobsAway:
        mend = "see that it runs, has the bucket and lets us in"
        return BlobsAway(f"the blob store cannot be used: {why}", where=self._url, mend=mend)


def _missing(sha256: str) -> Told:
    return lambda _: NotFound("no such audio", where=sha256)


def _name(sha256: str) -> str:
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise NotFound("no such audio", where=sha256[:80])
    return f"{sha256[:2]}/{sha256}"


def _copy(stream: BinaryIO, out: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        out.write(chunk)
    return digest.hexdigest(), size


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
