"""Which bytes a Range header asks for: one range or the whole, never more (RFC 9110, section 14)."""

from __future__ import annotations

import re

from api.problems import RangeNotSatisfiable

_ONE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,20})[ \t]*-[ \t]*([0-9]{0,20})[ \t]*", re.ASCII | re.IGNORECASE)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(first, last) byte, both included, or None for the whole file.

    Anything but a single well-formed byte range is ignored, as the RFC allows. Raises RangeNotSatisfiable.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        return _suffix(int(last), size)
    start, end = int(first), int(last) if last else size - 1
    if last and end < start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(f"byte {start} lies beyond the end, the file has {size} bytes", size)
    return start, min(end, size - 1)


def _suffix(length: int, size: int) -> tuple[int, int]:
    if length == 0 or size == 0:
        raise RangeNotSatisfiable("a suffix of no bytes", size)
    return max(size - length, 0), size - 1
