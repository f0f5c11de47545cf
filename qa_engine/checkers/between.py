"""How far two places are apart, in turns and in seconds."""

from __future__ import annotations

from qa_engine.checkers.base import Place


def turns_between(a: Place, b: Place) -> int | None:
    """Changes of speaker from one place to the other; 0 within one stretch. None where no turn is known."""
    return abs(b.line.run - a.line.run) if a.line and b.line else None


def seconds_between(a: Place, b: Place) -> float | None:
    """Seconds from the end of the earlier to the start of the later; None without times."""
    first, second = (a, b) if a.at <= b.at else (b, a)
    end, start = first.evidence().end, second.evidence().start
    return None if end is None or start is None else max(0.0, start - end)
