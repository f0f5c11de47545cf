"""How the whole installation stands: what waits, what works, what is stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from qa_engine.storage import clock
from qa_engine.storage.records import Figures, JobState, QueueFigures, Stage
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions, jobs, outbox

_OPEN = (JobState.QUEUED, JobState.LEASED, JobState.PARKED, JobState.FAILED)


class Measures(Repository):
    def figures(self) -> Figures:
        """Queues by stage, interactions by state, messages that wait to leave."""
        now = clock.now()
        table = jobs.c
        standing = select(table.stage, table.state, func.count()).where(table.state.in_(_OPEN))
        oldest = select(table.stage, func.min(table.created_at)).where(table.state == JobState.QUEUED)
        recent = (table.state == JobState.DONE) & (table.finished_at >= now - timedelta(hours=1))
        told: dict[str, dict[str, Any]] = {stage: {} for stage in Stage}
        with self.db.read() as connection:
            for stage, state, count in connection.execute(standing.group_by(table.stage, table.state)):
                told.setdefault(stage, {})[state] = count
            for stage, moment in connection.execute(oldest.group_by(table.stage)):
                told[stage]["oldest_s"] = max(0.0, (now - moment).total_seconds())
            done = select(table.stage, func.count()).where(recent).group_by(table.stage)
            for stage, count in connection.execute(done):
                told.setdefault(stage, {})["done_last_hour"] = count
            by_state = select(interactions.c.state, func.count()).group_by(interactions.c.state)
            states: dict[str, int] = dict(connection.execute(by_state).all())
            waiting = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
        queues = tuple(QueueFigures(stage=stage, **figures) for stage, figures in told.items())
        return Figures(queues=queues, interactions=states, outbox=waiting)
