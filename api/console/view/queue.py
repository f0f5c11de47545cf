"""How a queue reads: its depth, its age, its pace and how long the rest takes, in words of the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.console.view.format import number
from api.console.words import Words
from qa_engine.storage import QueueFigures

BAR, GAP, HEIGHT = 3, 1, 28
"""Of the small picture, in its own units."""
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class QueueCard:
    """``still``: something waits and nothing moves."""

    told: QueueFigures
    drain: str
    still: bool
    bars: tuple[Bar, ...]
    most: int


def cards(queues: Sequence[QueueFigures], t: Words) -> list[QueueCard]:
    return [
        QueueCard(
            told=told, drain=drain(told.drain_s, t), still=told.drain_s is None,
            bars=bars(told.done_by_minute), most=max(told.done_by_minute),
        )
        for told in queues
    ]  # fmt: skip


def drain(seconds: float | None, t: Words) -> str:
    """A sentence: about so long at this pace; that nothing moves; that nothing waits."""
    if seconds is None:
        return t("queue.still")
    if not seconds:
        return t("queue.nothing_waits")
    for unit, key in ((DAY_S, "queue.drain_days"), (HOUR_S, "queue.drain_hours")):
        if seconds >= 2 * unit:
            return t(key, n=number(seconds / unit, 0))
    return t("queue.drain_minutes", n=max(1, round(seconds / MINUTE_S)))


def bars(by_minute: Sequence[int]) -> tuple[Bar, ...]:
    """One for each minute in which something was done, as high as its share of the best."""
    most = max(by_minute) or 1
    heights = [(n, round(done / most * HEIGHT, 1)) for n, done in enumerate(by_minute) if done]
    return tuple(Bar(n * (BAR + GAP), round(HEIGHT - height, 1), height) for n, height in heights)
