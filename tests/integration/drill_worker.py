"""A worker whose stage is slow on purpose, for drills: what the chat says decides what becomes of it."""

from __future__ import annotations

import os
import signal
import time

from sqlalchemy import Connection

from qa_engine.errors import BadChat
from qa_engine.storage import Stage
from qa_engine.storage.outbox import post
from qa_engine.storage.scorecards import keep_scorecard
from tests.unit.storage.cast import card
from workers.stages import Desk, Effect
from workers.worker import main


def drill(desk: Desk) -> Effect:
    """``sleep SECONDS``, ``die``, ``crash``, ``bad``; then a scorecard and a trace."""
    transcript = desk.store.transcript(desk.asker, desk.row.id)
    assert transcript is not None
    deed, _, seconds = transcript.turns[0].text.partition(" ")
    if deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "crash":
        raise ZeroDivisionError("on purpose")
    if deed == "bad":
        raise BadChat("nobody said anything", where=desk.row.interaction.source, mend="send words")
    until = time.monotonic() + float(seconds or 0)
    while time.monotonic() < until:
        desk.progress("sleep", 1 - (until - time.monotonic()) / float(seconds))
        time.sleep(0.02)

    def effect(connection: Connection) -> None:
        keep_scorecard(connection, desk.lease, card(), {"drill": "1"})
        post(connection, "effect", {"job": desk.lease.job_id})

    return effect


if __name__ == "__main__":
    main({Stage.SCORE: drill})
