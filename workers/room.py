"""Whether those who bring much may go on: they have time, so they wait, say so once, and leave room for live work."""

from __future__ import annotations

import time
from collections.abc import Callable

from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError
from qa_engine.storage import Store, Throttled
from qa_engine.storage.quota import NoSpace
from workers.logs import logger

log = logger(__name__)
SHARE = 0.9
"""Of QA_ENGINE_MAX_WAITING; the rest is for what comes in one by one."""
LOOK_S = 2.0


def log_waiting(error: QAEngineError) -> None:
    log.warning("intake waits", error=str(error))


def wait_for_room(store: Store, asker: Principal, n: int, tell: Callable[[QAEngineError], None] = log_waiting) -> None:
    """Returns when ``n`` more interactions may come in."""
    told = False
    while True:
        try:
            return store.quota.may_take(asker, n, share=SHARE)
        except (Throttled, NoSpace) as error:
            if not told:
                tell(error)
            told = True
            time.sleep(LOOK_S)
