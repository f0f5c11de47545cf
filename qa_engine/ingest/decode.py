"""Bytes to text: UTF-8, UTF-8 with BOM, UTF-16 with BOM or GB18030, and what is no text is refused."""

from __future__ import annotations

import codecs
import math
from typing import Any

from qa_engine.errors import BadChat

SAVE_AS_TEXT = "save the chat as UTF-8 text (CSV, JSON or lines), not as a spreadsheet, archive or recording"
_ODD = dict.fromkeys([*range(0x20), 0x7F], "�")
for _kept in b"\t\n\r\x0b\x0c":
    _ODD.pop(_kept)


def decode(data: bytes, name: str) -> str:
    """The text of a file. Raises BadChat for binary data, with the line where it shows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16", name)
    if b"\x00" in data:
        raise BadChat("holds NUL bytes: no text file", where=_line(data, data.index(b"\x00"), name), mend=SAVE_AS_TEXT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _strict(data, "gb18030", name)
    head = text[:4000]
    if sum(ord(c) in _ODD for c in head) > len(head) // 50:
        raise BadChat("holds control characters: no text file", where=name, mend=SAVE_AS_TEXT)
    return text


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        where = _line(data, error.start, name)
        raise BadChat("is neither UTF-8 nor GB18030 text", where=where, mend=SAVE_AS_TEXT) from error


def _line(data: bytes, offset: int, name: str) -> str:
    line = data.count(b"\n", 0, offset) + 1
    return f"{name}:{line}"


def clean(text: str) -> str:
    """Without what a database or a page cannot hold: NUL, other control characters, half surrogates."""
    return text.translate(_ODD).encode("utf-8", "replace").decode("utf-8")


def clean_data(value: Any, depth: int, where: str) -> Any:
    """The same for metadata of any shape. Raises BadChat where it is nested deeper than ``depth``."""
    if depth < 0:
        raise BadChat("is nested too deeply", where=where, mend="send flat metadata")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_data(item, depth - 1, where) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_data(item, depth - 1, where) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)
    return value
