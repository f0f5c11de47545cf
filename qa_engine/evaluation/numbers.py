"""Decides when two spellings of a number are the same: 一百二十 and 120 take one form, so neither is an error."""

from __future__ import annotations

import re

DIGITS = (
    {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1} | {str(i): i for i in range(10)}
)
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}

_DIGIT = "".join(DIGITS)
_NUMBER = re.compile(rf"[{_DIGIT}十百千万亿]+")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_POINT = re.compile(rf"(?<=[{_DIGIT}十百千万亿])[点.:](?=[{_DIGIT}])")


def fold_numbers(text: str) -> str:
    """Every number in Arabic figures, decimal marks left out; both sides of a comparison must pass through here.

    Digits said one by one stay a string of digits (幺三八 -> 138); a number with units becomes its value
    (一百二十 -> 120, 1万 -> 10000). A run that is no number (千万别, 万一) keeps its unit words.
    """
    text = _PERCENT.sub(r"百分之\1", _GROUPED.sub("", text))
    text = _POINT.sub("", _whole_parts(text))
    return _NUMBER.sub(lambda found: _fold(found.group()), text)


def _whole_parts(text: str) -> str:
    """Fold what stands before a decimal mark first, so that 二十点五 is 20 and 5, not 205 by units."""
    pieces = _POINT.split(text)
    marks = _POINT.findall(text)
    folded = [_NUMBER.sub(lambda found: _fold(found.group()), piece) for piece in pieces]
    return "".join(piece + mark for piece, mark in zip(folded, [*marks, ""], strict=True))


def _fold(run: str) -> str:
    value = _value(run)
    if value is not None:
        return str(value)
    return "".join(str(DIGITS[c]) if c in DIGITS else c for c in run)


def _value(run: str) -> int | None:
    """The number that a run with units says; None for plain digits and for what is no well-formed number."""
    if all(c in DIGITS for c in run) or run[0] in "百千万亿" or run[-1] in "零〇":
        return None
    total = section = 0
    pending, last, gap = "", 0, False
    for c in run:
        if c in DIGITS:
            gap = gap or (c in "零〇" and not pending)
            pending += "" if c in "零〇" and not pending else str(DIGITS[c])
            continue
        unit = SMALL.get(c) or LARGE[c]
        if c in SMALL:
            if len(pending) > 1 or (not pending and c != "十") or (last and last <= unit < 10_000):
                return None
            section += int(pending or 1) * unit
        else:
            if not pending and not section:
                return None
            part = section + int(pending or 0)
            total, section = ((total + part) * unit if c == "亿" else total + part * unit), 0
        pending, last, gap = "", unit, False
    return _close(total + section, pending, last, gap)


def _close(value: int, pending: str, last: int, gap: bool) -> int | None:
    """Add what follows the last unit: 一千零五 is 1005, 一千五 is said for 1500."""
    if len(pending) > 1 and last in SMALL.values():
        return None
    if not pending:
        return value
    short = len(pending) == 1 and last > 10 and not gap
    return value + int(pending) * (last // 10 if short else 1)
