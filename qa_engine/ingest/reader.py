"""Reads a chat file of any known format: all at once, or one conversation after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from qa_engine.errors import BadChat
from qa_engine.ingest.record import Chats, Found, Limits
from qa_engine.ingest.registry import FORMATS
from qa_engine.ingest.source import LineSource, Source, parse

MEND = "send JSON, CSV with a header, lines like [10:15:00] 客服: 您好, or a WeCom archive (docs/chat-formats.md)"


def read_chats(data: bytes, name: str, limits: Limits | None = None) -> Chats:
    """All conversations of a file; what could not be read stands in ``errors`` beside them.

    ``name`` is for people and error messages. Raises BadChat when nothing at all could be read.
    """
    found = list(_found(Source(data, name, limits or Limits())))
    records = tuple(f for f in found if not isinstance(f, BadChat))
    errors = tuple(f for f in found if isinstance(f, BadChat))
    if not records:
        raise errors[0] if errors else BadChat("holds no conversation", where=name, mend=MEND)
    return Chats(records, errors)


def stream_chats(file: BinaryIO, name: str, limits: Limits | None = None) -> Iterator[Found]:
    """The same one by one, errors in their place: a file with one JSON object a line is never whole in memory."""
    try:
        yield from _streamed(file, name, limits or Limits())
    except BadChat as error:
        yield error


def _streamed(file: BinaryIO, name: str, caps: Limits) -> Iterator[Found]:
    lines = _lines(file, name, caps)
    head: list[bytes] = []
    for line in lines:
        head.append(line)
        if line.strip():
            break
    second = next(lines, b"")
    first = _object(head[-1].strip() if head else b"")
    if first is None and head and head[-1].startswith(b"{"):
        first = _object(second) if second.startswith(b"{") else None  # a torn first line is no reason to read it whole
    if first is not None and second.strip():
        yield from _found(LineSource(first, chain(head, [second], lines), name, caps))
        return
    rest = file.read(max(0, caps.max_bytes + 1 - len(second)))
    yield from _found(Source(b"".join(head) + second + rest, name, caps))


def _lines(file: BinaryIO, name: str, limits: Limits) -> Iterator[bytes]:
    while line := file.readline(limits.max_line_bytes + 1):
        if len(line) > limits.max_line_bytes:
            raise BadChat(f"a line longer than {limits.max_line_bytes} bytes", where=name, mend="split the file")
        yield line


def _object(line: bytes) -> dict[str, object] | None:
    try:
        value = parse(line.removeprefix(b"\xef\xbb\xbf"), "")
    except BadChat:
        return None
    return value if isinstance(value, dict) else None


def _found(source: Source) -> Iterator[Found]:
    """What the fitting format finds. A format's refusal of the whole file is one error."""
    try:
        chosen = next((f for f in FORMATS if _fits(f.sniff, source)), None)
        if chosen is None:
            raise _nothing(source)
        yield from chosen.parse(source)
    except BadChat as error:
        yield error


def _fits(sniff: object, source: Source) -> bool:
    assert callable(sniff)
    if isinstance(source, LineSource) and source.first is None:
        return False
    return bool(sniff(source))


def _nothing(source: Source) -> BadChat:
    """JSON that is broken or of no known shape is told as such."""
    if isinstance(source, LineSource) or source.looks_like_json:
        broken = next((f for f in source.objects() if isinstance(f, BadChat)), None)
        if broken is not None and source.first is None:
            return broken
        keys = ", ".join(list(source.first or {})[:8])
        return BadChat(f"JSON of no known chat format (keys: {keys[:200]})", where=source.name, mend=MEND)
    return BadChat("no known chat format", where=source.name, mend=MEND)
