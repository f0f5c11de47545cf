"""The rows of a table file, CSV or XLSX, with the number that each has where people see it; zip bombs end here."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import openpyxl

from qa_engine.errors import BadInput
from qa_engine.ingest.decode import decode

MIB = 1024 * 1024
MAX_FILE, MAX_UNPACKED = 100 * MIB, 400 * MIB
MAX_COLUMNS, MAX_CELL = 200, 32_000
TABLE_NAMES = {".csv", ".tsv", ".xlsx"}
Row = tuple[int, list[Any]]
"""Number from 1, and the cells: text, or what a spreadsheet holds (numbers, times, truth values, None)."""


def rows(file: BinaryIO, name: str) -> Iterator[Row]:
    """Row by row. Raises BadInput for what is no table, or larger than anyone writes."""
    data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise BadInput(f"a table larger than {MAX_FILE // MIB} MiB", where=name, mend="split it")
    if data.startswith(b"PK\x03\x04") or name.lower().endswith(".xlsx"):
        yield from _of_workbook(data, name)
    else:
        yield from _of_text(data, name)


def delimiter(header: str) -> str:
    """What parts the cells: comma, tab, semicolon or bar, whichever the header holds most of."""
    return max(",\t;|", key=header.count)


def _of_text(data: bytes, name: str) -> Iterator[Row]:
    text = decode(data, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(first))
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"no valid CSV: {error}", where=f"{name}:{number}", mend='quote cells with "') from None
        if cells is None:
            return
        yield number, list(cells[:MAX_COLUMNS])


def _of_workbook(data: bytes, name: str) -> Iterator[Row]:
    """The first sheet; formulas by the values that were saved with them."""
    mend = "save it as .xlsx without a password, or as CSV"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise BadInput(f"unpacks to more than {MAX_UNPACKED // MIB} MiB", where=name, mend="split it")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), 1):
                yield number, [cell[:MAX_CELL] if isinstance(cell, str) else cell for cell in cells]
        finally:
            book.close()
    except BadInput:
        raise
    except Exception as error:  # a broken workbook breaks the parser in any way
        raise BadInput(f"no workbook that can be read: {str(error)[:200]}", where=name, mend=mend) from error
