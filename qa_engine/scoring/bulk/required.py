"""What a line must hold for an entry of a vocabulary to match in it.

What cannot be read demands nothing, so a line is never left out wrongly.
"""

from __future__ import annotations

from functools import lru_cache

from qa_engine.checkers.phrases import as_pattern
from qa_engine.scoring.bulk.needs import Need, Part, demanded, either
from qa_engine.scoring.bulk.reading import Reader, Unreadable


@lru_cache(maxsize=4096)
def required(entries: tuple[str, ...]) -> Need:
    """What a line must hold for one of the entries to match."""
    return demanded(either([_entry(entry) for entry in entries]))


@lru_cache(maxsize=16384)
def _entry(entry: str) -> Part:
    try:
        reader = Reader(as_pattern(entry))
        part = reader.alternatives()
    except (Unreadable, IndexError):
        return Part()
    return part if reader.at == len(reader.source) else Part()
