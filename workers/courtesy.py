"""How archive work makes room for live work: it looks, waits, and rests after it held the database."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, sleep

from qa_engine.storage.rescore_work import LiveWork, live_work
from workers.desk import Desk

LOOK_S, LONGEST_REST_S = 0.2, 20.0
"""How often is looked whether live work still waits, and how long a batch stands back for it."""
REST_FOR_HELD = 40.0
"""Two workers that rest so much longer than they hold the database hold it for 5 % of the time."""


@dataclass(slots=True)
class Courtesy:
    """How an archive worker keeps off the database while live work is about.

    ``held_s``: how long its last batch kept a transaction open, in which others wait on SQLite, the longer the less
    processor time the machine leaves to a niced process.
    """

    held_s: float = 0.0

    def stand_back(self, desk: Desk) -> None:
        """While live work waits; and, while any is about, so long that what we hold is a small share of the time."""
        began = monotonic()
        rest = min(LONGEST_REST_S, self.held_s * REST_FOR_HELD)
        while (since := monotonic() - began) < LONGEST_REST_S:
            with desk.store.db.read() as connection:
                live = live_work(connection)
            if live is LiveWork.NONE or (live is LiveWork.ABOUT and since >= rest):
                return
            desk.progress("rest", 0.0)
            sleep(LOOK_S)


courtesy = Courtesy()
"""Of this process."""
