"""Which message leaves next when more waits than may leave: the grave ones alone, the rest put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qa_engine.alerts.domain import Grade

MOST_TOGETHER = 50
"""Alerts that one digest counts; it lists the first of them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many messages within so many seconds."""

    messages: int
    seconds: float


def room(rates: Sequence[Rate], sent: Sequence[datetime], now: datetime) -> int:
    """How many messages may leave now, after those that were sent at these moments."""
    return min(rate.messages - sum(1 for at in sent if now - at < timedelta(seconds=rate.seconds)) for rate in rates)


def free_at(rates: Sequence[Rate], sent: Sequence[datetime], now: datetime) -> datetime:
    """The first moment from ``now`` on at which one message may leave."""
    moment = now
    for rate in rates:
        span = timedelta(seconds=rate.seconds)
        within = sorted(at for at in sent if at > now - span)
        if len(within) >= rate.messages:
            moment = max(moment, within[-rate.messages] + span)
    return moment


def together(ranks: Sequence[int], free: int) -> int:
    """How many of those that wait, in this order, go into the next message: one alone while there is room for each,
    or while it is major and room is left for the others; else all that fit into a digest."""
    if len(ranks) <= max(1, free):
        return min(1, len(ranks))
    if ranks[0] == Grade.MAJOR.rank and free > 1:
        return 1
    return min(len(ranks), MOST_TOGETHER)
