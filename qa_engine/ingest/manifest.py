"""A table with one recording a row becomes where each recording lies and what is told of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any, BinaryIO

from qa_engine.errors import BadInput, QAEngineError
from qa_engine.ingest import tables
from qa_engine.ingest.times import moment
from qa_engine.ingest.words import COLUMNS

AUDIO = (
    "audio", "file", "path", "recording", "audio_path", "audio_file", "filename", "file_name", "url", "audio_url",
    "录音", "录音文件", "录音路径", "录音地址", "文件", "文件名", "文件路径", "音频", "音频文件",
)  # fmt: skip
FIELDS: dict[str, tuple[str, ...]] = {
    "audio": AUDIO,
    "external_id": ("external_id", "id", "外部编号", "外部id", *COLUMNS["conversation"]),
    "started_at": (
        "started_at", "start_time", "call_time", "began_at", *COLUMNS["time"], "开始时间", "通话时间", "呼叫时间",
        "通话开始时间", "录音时间", "来电时间",
    ),
    "direction": ("direction", "call_direction", "方向", "呼叫方向", "通话方向", "呼叫类型"),
    "agent": COLUMNS["agent"],
    "customer_ref": COLUMNS["customer"],
    "team": (*COLUMNS["team"], "组"),
    "vendor": (*COLUMNS["vendor"], "外包"),
    "ticket": COLUMNS["ticket"],
    "language": COLUMNS["language"],
}  # fmt: skip
DIRECTIONS = {
    "inbound": "inbound", "in": "inbound", "incoming": "inbound", "呼入": "inbound", "来电": "inbound",
    "outbound": "outbound", "out": "outbound", "outgoing": "outbound", "呼出": "outbound", "外呼": "outbound",
    "去电": "outbound",
}  # fmt: skip
_NAMES = {word: field for field, words in FIELDS.items() for word in words}
_OF_CHATS = ("text", "role", "speaker")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: ``audio`` as it is written there, ``told`` for ``described``, ``where`` is file:row."""

    audio: str
    told: Mapping[str, Any]
    where: str


def is_manifest(head: bytes, name: str) -> bool:
    """By the header of a table: a column for recordings, and not those of a chat. ``head`` is the file's beginning."""
    if name.lower().endswith(".xlsx"):
        return True
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    try:
        header = next((cells for _, cells in tables.rows(io.BytesIO(whole_lines), name) if _any(cells)), [])
    except QAEngineError:
        return False
    words = {_key(cell) for cell in header}
    of_chat = sum(not words.isdisjoint(COLUMNS[column]) for column in _OF_CHATS)
    return "audio" in _columns(header).values() and of_chat < 2


def entries(file: BinaryIO, name: str, zone: tzinfo) -> Iterator[Entry | BadInput]:
    """Each row, or what is wrong with it; the other rows go on. Times without a zone are in ``zone``."""
    columns: dict[int, str] = {}
    names: list[str] = []
    try:
        for number, cells in tables.rows(file, name):
            if not _any(cells):
                continue
            if not columns:
                columns, names = _header(cells, f"{name}:{number}")
                continue
            try:
                yield _entry(cells, columns, names, f"{name}:{number}", zone)
            except BadInput as error:
                yield error
    except QAEngineError as error:
        yield BadInput(error.message, where=error.where or name, mend=error.mend)


def _header(cells: list[Any], where: str) -> tuple[dict[int, str], list[str]]:
    columns = _columns(cells)
    if "audio" not in columns.values():
        raise BadInput("no column for the recordings", where=where, mend="name one audio (录音), with a path a row")
    return columns, [str(cell if cell is not None else "").strip() for cell in cells]


def _columns(header: list[Any]) -> dict[int, str]:
    """Position to field; the first of two columns with the same meaning counts, the other is metadata."""
    found: dict[int, str] = {}
    for index, cell in enumerate(header):
        field = _NAMES.get(_key(cell))
        if field and field not in found.values():
            found[index] = field
    return found


def _key(cell: Any) -> str:
    return re.sub(r"[\s\-]+", "_", str(cell or "").strip().strip("\ufeff").casefold())


def _any(cells: list[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def _entry(cells: list[Any], columns: Mapping[int, str], names: list[str], where: str, zone: tzinfo) -> Entry:
    told: dict[str, Any] = {}
    for index, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        field = columns.get(index)
        name = names[index] if index < len(names) else ""
        if field:
            told[field] = _value(field, cell, f"{where}: {name}", zone)
        elif name:
            told[name] = _plain(cell)
    audio = told.pop("audio", "")
    if not audio:
        raise BadInput("names no recording", where=f"{where}: {names[_place(columns)]}", mend="write its path")
    return Entry(str(audio), told, where)


def _place(columns: Mapping[int, str]) -> int:
    return next(index for index, field in columns.items() if field == "audio")


def _value(field: str, cell: Any, where: str, zone: tzinfo) -> Any:
    if field == "started_at":
        found = cell.replace(tzinfo=cell.tzinfo or zone) if isinstance(cell, datetime) else moment(_day(cell), zone)
        if not isinstance(found, datetime):
            raise BadInput(f"no date and time: {cell}", where=where, mend="write 2026-03-01 10:15:00")
        return found
    if field == "direction":
        if str(cell).strip().casefold() not in DIRECTIONS:
            raise BadInput(f"no direction: {cell}", where=where, mend="write inbound or outbound (呼入, 呼出)")
        return DIRECTIONS[str(cell).strip().casefold()]
    value = _plain(cell)
    return value.strip() if isinstance(value, str) else value


def _day(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell


def _plain(cell: Any) -> Any:
    """What JSON can hold; spreadsheets keep whole numbers as floats."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return str(cell) if isinstance(cell, date | time) else cell
