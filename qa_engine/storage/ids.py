"""Identifiers that sort by the moment they were made."""

from __future__ import annotations

import secrets
import threading
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_id(at_ms: int | None = None) -> str:
    """26 characters: 48 bits of milliseconds, then 80 random bits; in one process always later than the one before.

    ``at_ms`` (Unix milliseconds) makes an identifier of another moment, for seeding.
    """
    global _last  # noqa: PLW0603 - one sequence a process is the point
    millis = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (millis << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    if at_ms is None:
        with _lock:
            value = _last = max(value, _last + 1)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
