"""What an upload holds: the body is read to disk within its cap, then told apart into calls and chats."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import Depends, Request
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.admission import Admitted
from api.middleware.limits import MIB, announced
from api.problems import Malformed, TooLarge, WrongType
from qa_engine.errors import BadInput

MAX_JSON = 32 * MIB
"""A chat of the longest allowed length is far smaller."""
MAX_FIELD = 64 * 1024
MAX_FIELDS = 40
FILE, METADATA, URL = "file", "metadata", "url"


@dataclass(frozen=True, slots=True)
class Body:
    """What came, on disk once it is large; ``told`` is what the sender says of it beside the file."""

    stream: BinaryIO
    name: str
    told: dict[str, Any] = field(default_factory=dict)
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A body with its size in bytes and its SHA-256."""

    body: Body
    size: int
    sha256: str

    @property
    def fingerprint(self) -> str:
        """What an Idempotency-Key is bound to: the content and all that was told."""
        told = json.dumps([self.sha256, self.body.name, self.body.told], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()


class _WholeParser(MultiPartParser):
    """Knows whether the closing boundary came, so that a body that breaks off is not taken for a whole one."""

    spool_max_size = MIB
    ended = False

    def on_end(self) -> None:
        self.ended = True


async def read_body(request: Request, _sender: Admitted) -> AsyncIterator[Body]:
    """The body of a request whose sender may write and is let in. Its temporary file has no name and goes with it.

    Raises WrongType, Malformed, TooLarge.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared == "multipart/form-data":
        form = await _form(request)
        try:
            yield _from_form(form)
        finally:
            await form.close()
    elif declared == "application/json":
        with SpooledTemporaryFile(max_size=MIB) as spool:
            yield await _from_json(request, cast(BinaryIO, spool))
    else:
        mend = "send multipart/form-data with a file, or application/json with a chat or a URL"
        raise WrongType(f"cannot take {declared or 'a body without a type'}", where="Content-Type", mend=mend)


async def _form(request: Request) -> FormData:
    parser = _WholeParser(
        _with_known_charset(request.headers), request.stream(),
        max_files=2, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Malformed(error.message, where="body", mend="send one file and its metadata fields") from None
    if not parser.ended:
        await form.close()
        raise Malformed("the multipart body breaks off before its closing boundary", where="body", mend="send it again")
    return form


def _with_known_charset(headers: Headers) -> Headers:
    """Drops a charset that is no text encoding (``base64`` ...), which the parser would trip over."""
    kind = headers["content-type"]
    found = re.search(r"charset=\"?([^\";]*)", kind, re.IGNORECASE)
    try:
        good = found is None or codecs.lookup(found.group(1))._is_text_encoding
    except LookupError:
        good = False
    return headers if good else Headers({"content-type": re.sub(r";\s*charset=[^;]*", "", kind, flags=re.IGNORECASE)})


def _from_form(form: FormData) -> Body:
    files = [(name, part) for name, part in form.multi_items() if isinstance(part, UploadFile)]
    told: dict[str, Any] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and value != "":
            told.update(_metadata(value.encode("utf-8", "replace")) if name == METADATA else {name: value})
    for _, part in [f for f in files if f[0] == METADATA]:
        told.update(_metadata(part.file.read(MAX_FIELD + 1)))
    recordings = [part for name, part in files if name != METADATA]
    if len(recordings) != 1:
        raise BadInput(f"{len(recordings)} files came, one is wanted", where=FILE, mend=f"send one part named {FILE}")
    part = recordings[0]
    return Body(part.file, safe_name(part.filename or "upload"), told)


def _metadata(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_FIELD:
        raise TooLarge(f"metadata is larger than {MAX_FIELD // 1024} KiB", where=METADATA)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"metadata is not JSON: {error}", where=METADATA, mend='send {"agent": "A017", ...}') from None
    if not isinstance(told, dict):
        raise BadInput("metadata is not a JSON object", where=METADATA, mend='send {"agent": "A017", ...}')
    return told


async def _from_json(request: Request, spool: BinaryIO) -> Body:
    too_large = TooLarge(f"a chat is at most {MAX_JSON // MIB} MiB of JSON", where="body")
    if announced(request) > MAX_JSON:
        raise too_large
    async for chunk in request.stream():
        spool.write(chunk)
        if spool.tell() > MAX_JSON:
            raise too_large
    return Body(spool, "chat.json", is_json=True)


def measure(body: Annotated[Body, Depends(read_body)]) -> Upload:
    """Size and digest, read in a worker thread. Raises BadInput for an empty file."""
    body.stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := body.stream.read(MIB):
        digest.update(chunk)
        size += len(chunk)
    body.stream.seek(0)
    if size == 0:
        raise BadInput("the file is empty", where=body.name, mend="send the recording or the chat export")
    return Upload(body, size, digest.hexdigest())


def safe_name(name: str) -> str:
    """The last part of a file name, for people only: no folders, nothing invisible, at most 200 characters."""
    last = PureWindowsPath(PurePosixPath(name).name).name.replace("\u3000", " ")
    return "".join(c for c in last if c.isprintable()).strip()[-200:] or "upload"


Uploaded = Annotated[Upload, Depends(measure)]
