"""An archive worker of drills: small blocks in smaller pieces, slow enough to be killed in the middle of both."""

from __future__ import annotations

import os
import time

from qa_engine.storage import Stage, blocks
from qa_engine.storage.rescore_cards import PIECE
from workers import courtesy, rescoring
from workers.desk import Desk, Effect
from workers.worker import main

BLOCK = "QA_ENGINE_DRILL_BLOCK"
"""Names the size of a block; four pieces make one."""


def slowly(desk: Desk) -> Effect:
    """Half the time before and half after the work, so that blows fall on all of it."""
    time.sleep(0.1)
    effect = rescoring.rescore(desk)
    time.sleep(0.1)
    return effect


if __name__ == "__main__":
    blocks.BLOCK = int(os.environ[BLOCK])
    PIECE.update(dict.fromkeys(PIECE, blocks.BLOCK // 4))
    courtesy.rest = lambda _desk, _held_s: time.sleep(0.05)
    main({Stage.RESCORE: slowly})
