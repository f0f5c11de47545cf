"""`qa-engine` as if on a host of another name, its workers with the drill's stages: several of them make a fleet."""

from __future__ import annotations

import os
import socket
import sys

from qa_engine.storage import Queue
from tests.drills.worker import STAGES
from workers import household, supervisor, worker
from workers.cli.main import main

NAME = "DRILL_HOST"


def _python(module: str, *words: str) -> list[str]:
    return supervisor.python("tests.drills.host" if module == "workers.worker" else module, *words)


if __name__ == "__main__":
    socket.gethostname = lambda: os.environ[NAME]
    if sys.argv[1] in list(Queue):
        worker.main(STAGES)
    else:
        household.python = _python  # type: ignore[attr-defined]
        main()
