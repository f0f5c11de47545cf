"""What a drill has to show: one line of jobs, faults, lost, doubled and how long recovery took."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from qa_engine.storage import State, Store
from qa_engine.storage.tables import interactions, outbox, scorecards


@dataclass
class Tally:
    """``recoveries``: seconds from each fault to the moment when what it hit went on."""

    drill: str
    database: str
    jobs: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    recoveries: list[float] = field(default_factory=list)
    more: str = ""

    def count(self, store: Store, accepted: Sequence[str], unanswered: int = 0) -> None:
        """Every accepted interaction must be done, with one scorecard; nothing else may be there.

        An interaction that nobody accepted, a second scorecard and a second effect of one job are doubled. Of
        ``unanswered`` requests, never sent again, nobody can know whether they were accepted.
        """
        with store.db.read() as connection:
            states = dict(connection.execute(select(interactions.c.id, interactions.c.state)).all())
            cards = Counter(connection.execute(select(scorecards.c.interaction_id)).scalars())
            told = connection.execute(select(outbox.c.payload).where(outbox.c.topic == "effect")).scalars()
            effects = Counter(payload["job"] for payload in told)
        done = {one for one in accepted if states.get(one) == State.DONE and cards[one]}
        self.jobs = len(accepted)
        self.lost = len(accepted) - len(done)
        self.doubled = max(0, len(set(states) - set(accepted)) - unanswered)
        self.doubled += sum(count - 1 for counted in (cards, effects) for count in counted.values())

    @property
    def line(self) -> str:
        told = f"drill {self.drill:<22} {self.database:<10}  jobs {self.jobs:>6}  faults {self.faults:>5}"
        told += f"  lost {self.lost}  doubled {self.doubled}"
        if self.recoveries:
            told += f"  slowest recovery {max(self.recoveries):.1f} s  (p99 {share(self.recoveries, 0.99):.1f} s"
            told += f", p50 {share(self.recoveries, 0.5):.1f} s)"
        return f"{told}  {self.more}".rstrip()


def share(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of all do not pass."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def unfinished(store: Store) -> int:
    """How many interactions still wait or are worked on."""
    with store.db.read() as connection:
        is_open = interactions.c.state.in_((State.QUEUED, State.WORKING))
        return int(connection.execute(select(func.count()).select_from(interactions).where(is_open)).scalar_one())
