"""When it was said: the time formats of exports, read into an aware moment or seconds of a day."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

HOUR, DAY = 3_600.0, 86_400.0
EARLIEST, LATEST = 1970, 2200

_DATE = r"(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{1,2}/\d{1,2}/\d{4})"
_HALF = r"(?:上午|下午|中午|凌晨|晚上|早上|[AaPp]\.?[Mm]\.?)"
_CLOCK = r"\d{1,3}\s*[:：]\s*\d{2}(?:\s*[:：]\s*\d{2}(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})"
TIME_PATTERN = rf"(?:{_DATE}[\sT,]*)?(?:{_HALF}\s*)?{_CLOCK}(?:\s*{_HALF})?(?:\s*{_ZONE})?"

_FULL = re.compile(
    rf"(?P<date>{_DATE})?[\sT,]*(?P<before>{_HALF})?\s*(?P<clock>{_CLOCK})?\s*(?P<after>{_HALF})?\s*(?P<zone>{_ZONE})?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})")


def moment(value: object, zone: tzinfo) -> datetime | float | None:
    """An aware UTC moment, or seconds of a day (a clock without date), or None for what is no time.

    Numbers from 1e11 up are Unix milliseconds, from 1e8 up Unix seconds. Times without a zone are in ``zone``.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _unix(value)
    text = str(value).strip()
    if re.fullmatch(r"\d{9,10}(\.\d+)?|\d{13}", text):
        return _unix(float(text))
    return _written(text[:80], zone)


def _unix(value: float) -> datetime | None:
    seconds = value / 1000 if abs(value) >= 1e11 else value
    if not math.isfinite(seconds) or not 1e8 <= seconds < 7e9:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _written(text: str, zone: tzinfo) -> datetime | float | None:
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _aware([int(part) for part in compact.groups()], 0.0, zone)
    found = _FULL.fullmatch(text)
    if not found or not (found["date"] or found["clock"]):
        return None
    seconds = _clock(found["clock"], found["before"] or found["after"] or "") if found["clock"] else 0.0
    if seconds is None or not found["date"]:
        return seconds
    if seconds >= DAY:
        return None
    return _aware([*_date(found["date"]), 0, 0, 0], seconds, _zone(found["zone"]) or zone)


def _aware(parts: list[int], seconds: float, zone: tzinfo) -> datetime | None:
    year, month, day, hour, minute, second = parts
    if not EARLIEST <= year <= LATEST:
        return None
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone) + timedelta(seconds=seconds)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> tuple[int, int, int]:
    a, b, c = (int(part) for part in re.findall(r"\d+", text))
    if a >= 1000:
        return a, b, c
    return (c, b, a) if a > 12 else (c, a, b)


def _clock(text: str, half: str) -> float | None:
    parts = re.split(r"\s*[:：]\s*", text.replace(",", "."))
    hours, minutes = int(parts[0]), int(parts[1])
    seconds = float(parts[2]) if len(parts) > 2 else 0.0
    if minutes > 59 or seconds >= 60:
        return None
    late = half[:1] in "下晚PpM" and bool(half)
    if late and hours < 12:
        hours += 12
    if half[:1] in "上凌Aa" and half and hours == 12:
        hours = 0
    return hours * 3600 + minutes * 60 + seconds


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        return None
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
