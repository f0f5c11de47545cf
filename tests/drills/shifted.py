"""A drill process whose host has a wrong clock: by the seconds that a file says, which may change at any moment."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from qa_engine.storage import clock
from tests.drills.worker import STAGES
from workers import reconciler
from workers.worker import main

FILE = "QA_ENGINE_DRILL_CLOCK"
"""Names the file with the offset of this process's clock, in seconds."""


def shift(offset: Path) -> None:
    """From now on this process reads a clock that is off by that much."""

    def wrong() -> float:
        return time.time() + float(offset.read_text() or 0)

    clock.time = SimpleNamespace(time=wrong, monotonic=time.monotonic)  # type: ignore[assignment]
    clock.now = lambda: datetime.fromtimestamp(wrong(), UTC)


def shift_if_told() -> bool:
    """Whether the environment wants this process's clock to be wrong."""
    if FILE in os.environ:
        shift(Path(os.environ[FILE]))
    return FILE in os.environ


if __name__ == "__main__":
    shift_if_told()
    if sys.argv[1] == "reconcile":
        del sys.argv[1]
        reconciler.main()
    else:
        main(STAGES)
