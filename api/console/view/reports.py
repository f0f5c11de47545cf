"""How the hours of a day are drawn: a column an hour, as high as its contacts, the part at risk below."""

from __future__ import annotations

from dataclasses import dataclass

from qa_engine.reports.emotion_day import EmotionDay, Hour

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
