"""How reports are drawn: the hours of a day as columns with the part at risk, the outcomes of an item as one bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qa_engine.domain import Outcome
from qa_engine.reports.emotion_day import EmotionDay, Hour
from qa_engine.reports.undetermined import ItemCount

WIDTH, GAP, HEIGHT = 24, 6, 120
"""Of the picture, in its own units."""


@dataclass(frozen=True, slots=True)
class Column:
    """``y`` and ``height`` of all contacts of an hour, and of those at risk."""

    hour: Hour
    x: int
    y: float
    height: float
    risk_y: float
    risk_height: float


def columns(report: EmotionDay) -> tuple[Column, ...]:
    most = max((hour.count.told for hour in report.hours), default=0) or 1
    return tuple(_column(n, hour, most) for n, hour in enumerate(report.hours))


def _column(n: int, hour: Hour, most: int) -> Column:
    height, risk = (round(HEIGHT * part / most, 1) for part in (hour.count.told, hour.count.at_risk))
    return Column(hour, n * (WIDTH + GAP), round(HEIGHT - height, 1), height, round(HEIGHT - risk, 1), risk)


JUDGED = (Outcome.MET, Outcome.PARTIAL, Outcome.NOT_MET, Outcome.UNDETERMINED)


def shares(item: ItemCount) -> Iterator[tuple[Outcome, int, float, float]]:
    """Of each outcome that counts: how often, where its piece of a bar of 100 begins, and how long it is."""
    at = 0.0
    for outcome in JUDGED:
        n = item.outcomes.get(outcome, 0)
        width = round(100 * n / item.applicable, 2) if item.applicable else 0.0
        yield outcome, n, round(at, 2), width
        at += width
