"""A worker whose stages are slow on purpose, for drills: what the chat says decides what becomes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from sqlalchemy import Connection

from qa_engine.domain.codec import dump
from qa_engine.errors import BadChat
from qa_engine.storage import Stage
from qa_engine.storage.jobs import new_job
from qa_engine.storage.outbox import post
from qa_engine.storage.results import keep_result
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.updates import heard_of
from tests.unit.storage.cast import card, chat
from workers.desk import Desk, Effect
from workers.worker import main

HEARD = "drill/1"


def hear(desk: Desk) -> Effect:
    """Every call is heard to say ``sleep 0``."""

    def effect(connection: Connection) -> None:
        sha256 = desk.row.interaction.content_sha256
        keep_result(connection, sha256, "transcript", HEARD, dump(chat("sleep 0")))
        heard_of(connection, desk.row.id, results={"transcript": HEARD})
        new_job(connection, desk.lease.tenant, desk.row.id, Stage.SCORE)
        post(connection, "effect", {"job": desk.lease.job_id})

    return effect


def drill(desk: Desk) -> Effect:
    """``sleep SECONDS``, ``spawn SECONDS`` (a child), ``die``, ``crash``, ``bad``; then a scorecard and a trace."""
    transcript = desk.store.transcript(desk.asker, desk.row.id)
    assert transcript is not None
    deed, _, told = transcript.turns[0].text.partition(" ")
    if deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "crash":
        raise ZeroDivisionError("on purpose")
    if deed == "bad":
        raise BadChat("nobody said anything", where=desk.row.interaction.source, mend="send words")
    child = subprocess.Popen(["sleep", "600"]) if deed == "spawn" else None
    _sleep(desk, float(told or 0))
    if child is not None:
        child.kill()
        child.wait()

    def effect(connection: Connection) -> None:
        keep_scorecard(connection, desk.lease, card(), {"drill": "1"})
        post(connection, "effect", {"job": desk.lease.job_id})

    return effect


def _sleep(desk: Desk, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        desk.progress("sleep", 1 - (until - time.monotonic()) / seconds)
        time.sleep(0.02)


STAGES = {Stage.TRANSCRIBE: hear, Stage.SCORE: drill}

if __name__ == "__main__":
    main(STAGES)
