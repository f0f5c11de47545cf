"""What a stage has before it, and what it may hand back: an effect to commit, or an effect and another try later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from qa_engine.domain import Principal
from qa_engine.pipeline import Tools
from qa_engine.ports import Progress
from qa_engine.settings import Settings
from qa_engine.storage import InteractionRow, Store
from qa_engine.storage.access import SYSTEM
from qa_engine.storage.jobs import Lease

Effect = Callable[[Connection], None]
Deadline = Callable[[float], None]
"""Told the seconds that the rest of the job may take."""


@dataclass(frozen=True, slots=True)
class Again:
    """The job is not over: ``effect`` is committed, and after so many seconds it is worked on anew.

    No failure of ours, and no attempt that counts: someone else is not ready.
    """

    seconds: float
    effect: Effect


Outcome = Effect | Again


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a stage has before it."""

    store: Store
    settings: Settings
    lease: Lease
    row: InteractionRow
    tools: Callable[[], Tools]
    progress: Progress
    allow: Deadline

    @property
    def asker(self) -> Principal:
        """The installation, in the interaction's tenant."""
        return replace(SYSTEM, tenant=self.lease.tenant)
