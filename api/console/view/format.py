"""How numbers, times and sizes read on the console."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo


def clock(seconds: float | None) -> str:
    """Seconds of a recording as 1:05 or 1:02:03; an en dash when unknown."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def iso_duration(seconds: float | None) -> str:
    """The same for the ``datetime`` attribute of <time>."""
    return f"PT{0.0 if seconds is None else max(0.0, seconds):.1f}S"


def number(value: float | None, digits: int = 1) -> str:
    """At most ``digits`` decimals, none when whole."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)}%"


def moment(at: datetime | None, zone: str, *, now: datetime | None = None) -> str:
    """A point in time in the console's zone; the year only when it is not this one."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(zone))
    same_year = now is not None and now.astimezone(ZoneInfo(zone)).year == local.year
    return local.strftime("%m-%d %H:%M" if same_year else "%Y-%m-%d %H:%M")


def day_name(at: datetime | None, zone: str, now: datetime) -> str | None:
    """``today``, ``yesterday`` or None, in the console's zone."""
    if at is None:
        return None
    days = (now.astimezone(ZoneInfo(zone)).date() - at.astimezone(ZoneInfo(zone)).date()).days
    return {0: "today", 1: "yesterday"}.get(days)


def time_of_day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def full_moment(at: datetime | None, zone: str) -> str:
    """To the second, with the zone's offset: for tooltips and details."""
    return "–" if at is None else at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %z")


def size(count: int) -> str:
    """Bytes in the unit that reads best."""
    value = float(count)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{number(value, 0 if unit == 'B' else 1)} {unit}"
        value /= 1024
    return f"{number(value)} GiB"


def blanks(sentence: str) -> str:
    """A sentence of a rubric without the values that a judgement fills in."""
    return re.sub(r"\{\w+\}", "…", sentence)
