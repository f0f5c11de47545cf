"""CSV and TSV with a header: columns by their Chinese or English names, many conversations by the id column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from qa_engine.domain import Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest.build import build
from qa_engine.ingest.record import Found, Limits, Message
from qa_engine.ingest.roles import role_of
from qa_engine.ingest.source import Source
from qa_engine.ingest.times import moment
from qa_engine.ingest.words import COLUMNS, KINDS

NAME = "csv"
MEND = "give a header with time,role,text (时间,角色,内容), and conversation (会话) for several chats"
_OF_CHAT = ("agent", "customer", "team", "vendor", "ticket", "language")
_TRUE = {"1", "true", "yes", "y", "是", "自动", "t"}
_NAMES = {name: column for column, names in COLUMNS.items() for name in names}
Row = tuple[str, dict[str, str]]


def sniff(source: Source) -> bool:
    first = next((line for line in source.text[:20_000].splitlines() if line.strip()), "")
    columns = _columns(_split(first, _delimiter(first)))
    known = set(columns.values())
    named = source.name.lower().endswith((".csv", ".tsv"))
    return ("text" in known and len(known) > 1) or (named and _delimiter(first) in first)


def _delimiter(header: str) -> str:
    return max(",\t;|，", key=header.count)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _columns(header: list[str]) -> dict[int, str]:
    """Position to column; the first of two columns with the same meaning counts."""
    found: dict[int, str] = {}
    for index, cell in enumerate(header):
        column = _NAMES.get(re.sub(r"[\s\-]+", "_", cell.strip().strip("﻿").casefold()))
        column = column or _NAMES.get(re.sub(r"[\s_（(].*$", "", cell.strip().casefold()))
        if column and column not in found.values():
            found[index] = column
    return found


def parse(source: Source) -> Iterator[Found]:
    chats: dict[str, list[Row]] = {}
    for found in _rows(source):
        if isinstance(found, BadChat):
            yield found
        else:
            chats.setdefault(found[1].get("conversation", "").strip(), []).append(found)
    for name, rows in chats.items():
        try:
            yield _record(name, rows, source.limits)
        except BadChat as error:
            yield error


def _rows(source: Source) -> Iterator[Row | BadChat]:
    text = source.text.lstrip("﻿\r\n ")
    skipped = source.text[: len(source.text) - len(text)].count("\n")
    delimiter = _delimiter(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: dict[int, str] = {}
    names: list[str] = []
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield BadChat(f"no valid CSV: {error}", where=f"{source.name}:{line}", mend='quote cells with "')
            return
        if cells is None:
            return
        if not columns:
            columns, names = _columns(cells), cells
            if "text" not in columns.values():
                raise BadChat("no column for the text", where=f"{source.name}:{line}", mend=MEND)
        elif any(cell.strip() for cell in cells):
            yield f"{source.name}:{line}", _row(cells, columns, names)


def _row(cells: list[str], columns: Mapping[int, str], names: list[str]) -> dict[str, str]:
    row: dict[str, str] = {}
    for index, cell in enumerate(cells):
        if index in columns:
            row[columns[index]] = cell
        elif index < len(names) and names[index].strip() and cell.strip():
            row[f"+{names[index].strip()}"] = cell.strip()
    return row


def _record(name: str, rows: list[Row], limits: Limits) -> Found:
    told = {column: next((r[column] for _, r in rows if r.get(column, "").strip()), None) for column in _OF_CHAT}
    extra = {key[1:]: value for _, row in reversed(rows) for key, value in row.items() if key.startswith("+")}
    return build(
        [_message(row, where, limits) for where, row in rows],
        where=rows[0][0],
        importer=NAME,
        limits=limits,
        language=told["language"],
        metadata=extra,
        external_id=name or None,
        agent=told["agent"],
        team=told["team"],
        vendor=told["vendor"],
        customer_ref=told["customer"],
        ticket=told["ticket"],
    )


def _message(row: Mapping[str, str], where: str, limits: Limits) -> Message:
    label = row.get("role", "").strip()
    speaker = row.get("speaker", "").strip() or None
    role, automatic = role_of(label) or (role_of(speaker) if speaker and not label else None) or (Role.UNKNOWN, False)
    kind = KINDS.get(
        row.get("kind", "").strip().casefold(), TurnKind.TEXT if not row.get("kind", "").strip() else TurnKind.OTHER
    )
    return Message(
        role=role,
        text=row.get("text", ""),
        kind=kind,
        automatic=automatic or row.get("automatic", "").strip().casefold() in _TRUE,
        speaker=speaker or (label if role is Role.UNKNOWN and label else None),
        **_time(row, where, limits),
    )


def _time(row: Mapping[str, str], where: str, limits: Limits) -> dict[str, Any]:
    end = _seconds(row.get("end", ""))
    seconds = _seconds(row.get("seconds", ""))
    written = f"{row.get('date', '')} {row.get('time', '')}".strip()
    if not written:
        return {"seconds": seconds, "end": end}
    at = moment(written, limits.zone)
    if at is None and (offset := _seconds(written)) is not None:
        return {"seconds": offset, "end": end}
    if at is None:
        raise BadChat(f"{written[:40]!r} is no time", where=f"{where}, time", mend="use 2026-03-02 10:15:00")
    return {"at": at, "end": end} if isinstance(at, datetime) else {"clock": at, "end": end}


def _seconds(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number < 1e7 else None
