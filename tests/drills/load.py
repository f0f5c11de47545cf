"""Sends at a fixed rate, whether answers come or not, as callers do."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.drills.server import Answer
from tests.drills.tally import share


@dataclass(frozen=True)
class Load:
    """What became of everything that was sent."""

    answers: Sequence[Answer]

    @property
    def accepted(self) -> list[str]:
        return [answer.id for answer in self.answers if answer.status in (200, 202)]

    @property
    def unanswered(self) -> int:
        return sum(answer.status == 0 for answer in self.answers)

    @property
    def errors(self) -> int:
        return len(self.answers) - len(self.accepted)

    def __str__(self) -> str:
        seconds = [answer.seconds for answer in self.answers]
        statuses = dict(Counter(answer.status for answer in self.answers))
        return (
            f"intake p50 {share(seconds, 0.5) * 1000:.0f} ms, p99 {share(seconds, 0.99) * 1000:.0f} ms, "
            f"max {max(seconds) * 1000:.0f} ms, answers {statuses}"
        )


async def send(deed: Callable[[int], Awaitable[Answer]], rate: float, seconds: float) -> Load:
    """``deed(n)`` is started every 1/rate seconds, however many are still unanswered; lateness counts as waiting."""
    began, tasks = time.monotonic(), []
    for n in range(round(rate * seconds)):
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(_timed(deed, n, due)))
    return Load(await asyncio.gather(*tasks))


async def _timed(deed: Callable[[int], Awaitable[Answer]], n: int, due: float) -> Answer:
    answer = await deed(n)
    return Answer(answer.name, answer.status, time.monotonic() - due, answer.body)
