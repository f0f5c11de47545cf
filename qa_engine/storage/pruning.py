"""What has been kept long enough: jobs that are done and webhook messages that have arrived are forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, delete, select

from qa_engine.storage import clock
from qa_engine.storage.records import JobState, Stage
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import deliveries, jobs
from qa_engine.storage.webhooks import DeliveryState

BATCH = 1_000
"""Rows of each kind in one transaction."""


class Pruning(Repository):
    def forget_done(self, limit: int = BATCH) -> int:
        """Delete some done jobs and arrived messages older than QA_ENGINE_KEEP_JOBS_DAYS; returns how many.

        What failed or is parked stays until someone sees to it. Call again while there is something to forget.
        """
        old = clock.now() - timedelta(days=self.settings.keep_jobs_days)
        done = jobs.c.stage.in_(list(Stage)) & (jobs.c.state == JobState.DONE) & (jobs.c.finished_at < old)
        arrived = (deliveries.c.state == DeliveryState.DELIVERED) & (deliveries.c.delivered_at < old)
        return self._forget(jobs, done, limit) + self._forget(deliveries, arrived, limit)

    def _forget(self, table: Table, which: ColumnElement[bool], limit: int) -> int:
        ids = select(table.c.id).where(which).limit(limit)
        with self.db.write() as connection:
            return connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount
