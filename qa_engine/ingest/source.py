"""One file as importers see it: its text, or the JSON objects in it, each with the place where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from qa_engine.errors import BadChat
from qa_engine.ingest.decode import decode
from qa_engine.ingest.record import ChatRecord, Found, Limits

LISTS = ("conversations", "chats", "dialogues", "sessions", "data")
Located = tuple[str, dict[str, Any]]


class Source:
    """A whole file in memory. Raises BadChat when it is empty, too large or no text."""

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        self.name, self.limits, self._data = name, limits, data
        if len(data) > limits.max_bytes:
            raise BadChat(f"larger than {limits.max_bytes} bytes", where=name, mend="split the file")
        if not data.strip(b"\xef\xbb\xbf \t\r\n"):
            raise BadChat("is empty", where=name, mend="export the chat again")

    @cached_property
    def text(self) -> str:
        return decode(self._data, self.name)

    @cached_property
    def looks_like_json(self) -> bool:
        """Whether it was meant as JSON: a bracket alone does not tell, chat lines begin with [10:00] too."""
        head = self.text.lstrip()[:200]
        return head.startswith("{") or (head.startswith("[") and head[1:].lstrip()[:1] in {"{", "["})

    @cached_property
    def first(self) -> dict[str, Any] | None:
        """The first JSON object that can be read, to tell formats by."""
        if not self.looks_like_json:
            return None
        return next((found[1] for found in self.objects() if not isinstance(found, BadChat)), None)

    def objects(self) -> Iterator[Located | BadChat]:
        """The JSON objects of the file: of one document, a list, a wrapper around a list, or one a line."""
        whole = self._document
        if isinstance(whole, BadChat):
            lines = [line.strip() for line in self.text.split("\n")]
            if sum(line.startswith("{") for line in lines) > 1 and any(_parses(line) for line in lines):
                yield from parse_lines(self.text.split("\n"), self.name)
            else:
                yield whole
        else:
            yield from _spread(whole, self.name)

    def each(self, read: Callable[[dict[str, Any], str, Limits], ChatRecord]) -> Iterator[Found]:
        """A record an object, or what is wrong with it; one bad conversation does not lose the others."""
        for found in self.objects():
            if isinstance(found, BadChat):
                yield found
                continue
            try:
                yield read(found[1], found[0], self.limits)
            except BadChat as error:
                yield error

    @cached_property
    def _document(self) -> Any:
        first, _, rest = self.text.strip().partition("\n")
        if rest and first.startswith("{") and _parses(first.strip()):
            return BadChat("is one object a line", where=self.name)
        try:
            return parse(self.text, self.name)
        except BadChat as error:
            return error


class LineSource(Source):
    """A stream with one JSON object a line, read as it is needed: never whole in memory."""

    def __init__(self, first: dict[str, Any], lines: Iterable[bytes], name: str, limits: Limits) -> None:
        self.name, self.limits, self._lines = name, limits, lines
        self.__dict__["first"] = first

    @cached_property
    def text(self) -> str:
        raise BadChat("is one JSON object a line", where=self.name)

    def objects(self) -> Iterator[Located | BadChat]:
        return parse_lines(self._lines, self.name)


def parse(text: str | bytes, where: str) -> Any:
    """JSON, or BadChat with the place. Nesting bombs, endless numbers and odd encodings end here."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{where}:{error.lineno}" if error.lineno > 1 or ":" not in where else where
        raise BadChat(
            f"no valid JSON: {error.msg} at column {error.colno}", where=place, mend="export it again"
        ) from error
    except RecursionError as error:
        raise BadChat("is nested too deeply", where=where, mend="send flat JSON") from error
    except (ValueError, OverflowError) as error:
        raise BadChat(f"no valid JSON: {str(error)[:120]}", where=where, mend="export it again") from error


def parse_lines(lines: Iterable[str | bytes], name: str) -> Iterator[Located | BadChat]:
    """One object a line; a bad line is told and does not stop the others."""
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            text = decode(line, where) if isinstance(line, bytes) else line.lstrip("\ufeff")
            value = parse(text, where)
        except BadChat as error:
            yield BadChat(error.message, where=where, mend=error.mend)
            continue
        yield from _spread(value, where)


def _spread(value: Any, where: str) -> Iterator[Located | BadChat]:
    if isinstance(value, dict):
        inner = next((value[key] for key in LISTS if isinstance(value.get(key), list)), None)
        if inner is not None and "messages" not in value and all(isinstance(item, dict) for item in inner):
            value = inner
        else:
            yield where, value
            return
    if not isinstance(value, list) or not value:
        yield BadChat("holds no conversation", where=where, mend="send JSON objects with messages")
        return
    for index, item in enumerate(value):
        place = f"{where}[{index}]"
        if isinstance(item, dict):
            yield place, item
        else:
            yield BadChat("is no JSON object", where=place, mend="each conversation is an object with messages")


def _parses(line: str) -> bool:
    try:
        return isinstance(parse(line, ""), dict)
    except BadChat:
        return False
