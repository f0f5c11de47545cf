"""Figures with their units as they are said: ``7天``, ``七天`` and ``7 days`` are each one figure of one unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from qa_engine.checkers.normal import normalise

_DIGITS = "零一二三四五六七八九"
_OTHER = {"〇": "零", "洞": "零", "幺": "一", "两": "二", "俩": "二"}
_TENS = {"十": 10, "百": 100, "千": 1000}
_HANZI = "零〇洞一幺二两俩三四五六七八九十百千万"
_FIGURE = re.compile(
    rf"(?P<percent>百分之)?(?P<number>\d[\d,]*(?:\.\d+)?|[{_HANZI}]+)\s*(?P<unit>%|个?工作日|个?小时|分钟|个?月|[天日号周年元块万折次点]"
    r"|(?:working |business )?(?:days?|hours?|minutes?|weeks?|months?|years?|dollars?|yuan|percent)\b)?"
)
_UNITS = {"日": "天", "号": "天", "块": "元", "yuan": "元", "dollar": "dollar", "percent": "%"}


def figures(text: str) -> Mapping[str, frozenset[float]]:
    """The figures of a text by unit; those without a unit only where they are written in digits.

    >>> figures("七个工作日内退款 300 元") == {"工作日": {7.0}, "元": {300.0}}
    True
    """
    return _figures(normalise(text))


@lru_cache(maxsize=4096)
def _figures(text: str) -> Mapping[str, frozenset[float]]:
    found: dict[str, set[float]] = {}
    for match in _FIGURE.finditer(text):
        unit = "%" if match["percent"] else _unit(match["unit"])
        number = match["number"]
        if unit or number[0].isdigit():
            found.setdefault(unit, set()).add(value(number))
    return {unit: frozenset(values) for unit, values in found.items()}


def without_figures(text: str) -> str:
    """The text with its figures blanked, so that two wordings of one statement are alike whatever their figures."""
    return _FIGURE.sub(lambda m: " " if m["unit"] or m["number"][0].isdigit() else m[0], normalise(text))


def _unit(unit: str | None) -> str:
    plain = (unit or "").removeprefix("个").removesuffix("s")
    return _UNITS.get(plain, plain)


def value(number: str) -> float:
    """A number in digits or in Hanzi: ``1,200``, ``三百二十``, ``幺三八`` (read digit by digit).

    >>> value("三百二十"), value("一二三"), value("两万")
    (320.0, 123.0, 20000.0)
    """
    if number[0].isdigit():
        return float(number.replace(",", ""))
    plain = "".join(_OTHER.get(c, c) for c in number)
    if "万" in plain:
        left, _, right = plain.partition("万")
        return (value(left) if left else 1) * 10_000 + (value(right) if right else 0)
    if not any(c in _TENS for c in plain):
        return float("".join(str(_DIGITS.index(c)) for c in plain))
    total, digit = 0.0, 0.0
    for char in plain:
        if char in _TENS:
            total, digit = total + (digit or 1) * _TENS[char], 0.0
        else:
            digit = float(_DIGITS.index(char))
    return total + digit


def differ(one: str, other: str) -> bool:
    """Whether both give figures of one unit, and of no common value."""
    a, b = figures(one), figures(other)
    return any(a[unit].isdisjoint(b[unit]) for unit in a.keys() & b.keys())
