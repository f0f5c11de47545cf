"""How much may wait and how full the disks may be before intake says no, so that what is here can be finished."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError
from qa_engine.storage.access import Throttled
from qa_engine.storage.blobs import Blobs, FolderBlobs
from qa_engine.storage.db import Database
from qa_engine.storage.records import State
from qa_engine.storage.tables import interactions

COUNTED_EVERY_S = 2.0
AGAIN_S = 30
"""When to ask again: by then the workers have made some room."""
MIB = 1024 * 1024


class NoSpace(QAEngineError):
    """A disk is nearly full; nothing was kept, what is here is worked on."""

    code = "no_space"


class Quota:
    """One a process. Between two counts it remembers what it let in itself."""

    def __init__(self, db: Database, blobs: Blobs, *, max_waiting: int, min_free_mb: int, home: Path) -> None:
        self._db, self._most, self._min_free = db, max_waiting, min_free_mb * MIB
        self._folders = [home] if db.is_sqlite else []
        self._folders += [blobs.folder] if isinstance(blobs, FolderBlobs) else []
        self._lock = threading.Lock()
        self._open: dict[str, tuple[float, int]] = {}

    def may_take(self, principal: Principal, n: int = 1, *, share: float = 1.0) -> None:
        """Let ``n`` more interactions in. Raises Throttled when too many of the tenant's are still to be done, NoSpace.

        ``share`` of the limit is what this sender may fill at most; a batch over all of that is let in when it is free.
        """
        self.has_space()
        if not self._most:
            return
        most = max(1, int(self._most * share))
        n = min(n, most)
        with self._lock:
            at, waiting = self._open.get(principal.tenant, (-COUNTED_EVERY_S, 0))
            if time.monotonic() - at >= COUNTED_EVERY_S:
                at, waiting = time.monotonic(), self._count(principal.tenant)
            full = waiting + n > most
            self._open[principal.tenant] = (at, waiting if full else waiting + n)
        if full:
            raise Throttled(
                f"{waiting} interactions wait or are in work, and {most} may at most",
                retry_after_s=AGAIN_S,
                mend="send them later, add workers, or raise QA_ENGINE_MAX_WAITING",
            )

    def has_space(self) -> None:
        """Raises NoSpace when the disk of the database or of the sound has less left than it must."""
        for folder in self._folders:
            try:
                free = shutil.disk_usage(folder).free
            except OSError:  # a folder that is away is told by whoever needs it
                continue
            if free < self._min_free:
                raise NoSpace(
                    f"only {free // MIB} MiB are free on this disk",
                    where=str(folder),
                    mend="make room, or lower QA_ENGINE_MIN_FREE_MB",
                )

    def _count(self, tenant: str) -> int:
        """Never more than one over the limit: the index is read no further."""
        still = (interactions.c.tenant == tenant) & interactions.c.state.in_((State.QUEUED, State.WORKING))
        some = select(interactions.c.id).where(still).limit(self._most + 1).subquery()
        with self._db.read() as connection:
            return connection.execute(select(func.count()).select_from(some)).scalar_one()
