"""How files and object stores (any fsspec URL) are reached, and how any trouble there is told: it is away."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import fsspec

from qa_engine.errors import BadSetting, QAEngineError

BUFFER = 1 << 20
BLOCK = 4 << 20
"""Bytes of one request: a player asks for seconds of a recording, and the default of s3fs would fetch 50 MiB."""
_S3 = {"config_kwargs": {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 2}}}
"""The defaults of botocore wait minutes for a host that is gone."""
Told = Callable[[str], QAEngineError]


class PlaceAway(QAEngineError):
    """Where files come from cannot be reached now; nothing of it was taken in half."""

    code = "place_away"


def connect(url: str, where: str) -> tuple[Any, str]:
    """The file system behind an fsspec URL, and the path in it. Raises BadSetting; ``where`` names who asked."""
    options = _S3 if url.startswith(("s3://", "s3a://")) else {}
    try:
        files, root = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
    except (ImportError, ValueError) as error:
        raise BadSetting(f"not a usable URL: {error}", where=where, mend="use s3://BUCKET/PREFIX or a folder") from None
    return files, str(root)


@contextmanager
def reaching(away: Told, missing: Told | None = None) -> Iterator[None]:
    """Whatever a client library raises becomes ``away``; that a file is not there becomes ``missing``."""
    try:
        yield
    except QAEngineError:
        raise
    except FileNotFoundError as error:
        raise (missing or away)("it is not there") from error
    except Exception as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise away((why or f"{type(error).__name__}: {error}")[:300]) from error


def reader(files: Any, path: str, away: Told, missing: Told) -> BinaryIO:
    """A seekable stream of a remote file whose every read tells trouble as ``away``."""
    with reaching(away, missing):
        return cast(BinaryIO, io.BufferedReader(Reader(files.open(path, "rb", block_size=BLOCK), away), BUFFER))


class Reader(io.RawIOBase):
    """A stream whose every trouble is told as ``away``."""

    def __init__(self, stream: BinaryIO, away: Told) -> None:
        self._stream, self._away = stream, away

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with reaching(self._away):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with reaching(self._away):
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        self._stream.close()
        super().close()
