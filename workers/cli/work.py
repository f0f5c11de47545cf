"""`qa-engine work QUEUE`: worker processes of one queue, supervised."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from qa_engine.settings import get_settings
from qa_engine.storage import Queue, Store
from workers import household
from workers.logs import configure


def work(
    queue: Annotated[
        Literal["transcribe", "score", "fetch", "deliver", "archive", "reconcile"],
        typer.Argument(help="The queue to work on; `reconcile` only rings for late jobs."),
    ],
    processes: Annotated[int, typer.Option(min=1, max=256, help="Worker processes of this queue.")] = 1,
) -> None:
    """Work on one queue. Ctrl-C or SIGTERM: present jobs are ended or given back, none is lost."""
    settings = get_settings()
    configure(settings, f"work-{queue}")
    Store.open(settings).close()
    specs = [*household.redis_if_needed(settings), household.reconciler()]
    if queue != "reconcile":
        specs += household.workers(Queue(queue), processes, settings)
    household.supervise(specs, settings).run()
