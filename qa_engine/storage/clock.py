"""The one clock of everything that is kept: aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment; tests move it by replacing this function."""
    return datetime.now(UTC)
