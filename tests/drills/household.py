"""A household of drill workers: embedded Redis where none is set, reconciler, workers, truly supervised."""

from __future__ import annotations

import argparse
from dataclasses import replace

from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Queue
from tests.drills.shifted import shift_if_told
from workers import household, supervisor
from workers.logs import configure
from workers.supervisor import Spec, python


def main() -> None:
    """``python -m tests.drills.household SCORERS``; --hurry lets the dead rest no longer than half a second."""
    words = argparse.ArgumentParser()
    words.add_argument("score", type=int)
    words.add_argument("--transcribe", type=int, default=0)
    words.add_argument("--archive", type=int, default=0)
    words.add_argument("--hurry", action="store_true")
    told = words.parse_args()
    settings = get_settings()
    configure(settings, "drill")
    wrong_clock = shift_if_told()
    if told.hurry:
        supervisor.LONGEST_REST_S = supervisor.FIRST_REST_S
    reconciler = household.reconciler()
    if wrong_clock:
        reconciler = replace(reconciler, argv=python("tests.drills.shifted", "reconcile"))
    specs = [*household.redis_if_needed(settings), reconciler]
    for queue, processes in ((Queue.TRANSCRIBE, told.transcribe), (Queue.SCORE, told.score)):
        specs += _workers(queue, processes, settings, "tests.drills.shifted" if wrong_clock else "tests.drills.worker")
    specs += _workers(Queue.ARCHIVE, told.archive, settings, "tests.drills.rescorer")
    household.supervise(specs, settings).run()


def _workers(queue: Queue, processes: int, settings: Settings, module: str) -> list[Spec]:
    return [replace(spec, argv=python(module, queue)) for spec in household.workers(queue, processes, settings)]


if __name__ == "__main__":
    main()
