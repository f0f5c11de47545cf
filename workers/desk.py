"""What a stage has before it, and what it may hand back: an effect to commit, or an effect and another try later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, update

from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError
from qa_engine.settings import Settings
from qa_engine.storage import Failure, InteractionRow, State, Store
from qa_engine.storage.access import SYSTEM
from qa_engine.storage.jobs import Lease
from qa_engine.storage.overdue import stand, told
from qa_engine.storage.tables import jobs

if TYPE_CHECKING:  # a process that only fetches or delivers loads none of it
    from qa_engine.pipeline import Tools
    from qa_engine.ports import Progress

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
    found: InteractionRow | None
    tools: Callable[[], Tools]
    progress: Progress
    allow: Deadline
    keep: Callable[[Effect], None]
    """Commits a part of the work at once. Raises StaleFence when the job is no longer ours."""

    @property
    def row(self) -> InteractionRow:
        """The interaction that is worked on; work on a run has none."""
        assert self.found is not None
        return self.found

    @property
    def asker(self) -> Principal:
        """The installation, in the interaction's tenant."""
        return replace(SYSTEM, tenant=self.lease.tenant)


def later(desk: Desk, error: QAEngineError, seconds: float) -> Again:
    """Another try, no fault of the job's; people see meanwhile what it waits for."""

    def effect(connection: Connection) -> None:
        stand(connection, desk.row.id, desk.lease.stage, State.QUEUED)
        why = update(jobs).where(jobs.c.id == desk.lease.job_id).values(error=told(Failure.of(error)))
        connection.execute(why)

    return Again(seconds, effect)
