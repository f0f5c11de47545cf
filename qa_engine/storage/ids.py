"""Identifiers that sort by the moment they were made."""

from __future__ import annotations

import secrets
import threading
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """26 characters: 48 bits of milliseconds, then 80 random bits; in one process always later than the one before."""
    global _last  # noqa: PLW0603 - one sequence a process is the point
    value = (time.time_ns() // 1_000_000 << RANDOM_BITS) | secrets.randbits(RANDOM_BITS)
    with _lock:
        value = _last = max(value, _last + 1)
    return _spelled(value)


def id_at(milliseconds: int, random_bits: int) -> str:
    """The identifier of another moment (Unix time) and of 80 given bits, for seeding."""
    return _spelled((milliseconds << RANDOM_BITS) | random_bits)


def _spelled(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
