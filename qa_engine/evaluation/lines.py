"""Labelled data come as JSON lines: the lines of a file that say something, with their numbers for errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa_engine.errors import BadSetting


def numbered(data: Path, mend: str = "give a JSONL file") -> Iterator[tuple[int, str]]:
    """(number from 1, line) of all lines that are not blank. Raises BadSetting when the file is no text to read."""
    try:
        text = data.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the data file cannot be read: {error}", where=str(data), mend=mend) from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line
