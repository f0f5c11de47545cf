"""What has been kept long enough: jobs that are done and messages that have arrived are forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, delete, select

from qa_engine.storage import clock
from qa_engine.storage.alert_sends import SendState
from qa_engine.storage.alert_tables import alert_messages, alert_sends
from qa_engine.storage.records import JobState, Stage
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import deliveries, jobs
from qa_engine.storage.webhooks import DeliveryState

BATCH = 1_000
"""Rows of each kind in one transaction."""


class Pruning(Repository):
    def forget_done(self, limit: int = BATCH) -> int:
        """Delete some done jobs and arrived messages older than QA_ENGINE_KEEP_JOBS_DAYS; returns how many.

        Messages are those of webhooks and of alerts; the alerts themselves stay, and so does what failed or is parked,
        until someone sees to it. Call again while there is something to forget.
        """
        old = clock.now() - timedelta(days=self.settings.keep_jobs_days)
        done = jobs.c.stage.in_(list(Stage)) & (jobs.c.state == JobState.DONE) & (jobs.c.finished_at < old)
        arrived = (deliveries.c.state == DeliveryState.DELIVERED) & (deliveries.c.delivered_at < old)
        sent = (alert_sends.c.state == SendState.SENT) & (alert_sends.c.sent_at < old)
        forgotten = self._forget(jobs, done, limit) + self._forget(deliveries, arrived, limit)
        forgotten += self._forget(alert_messages, alert_messages.c.at < old, limit)
        return forgotten + self._forget(alert_sends, sent, limit)

    def _forget(self, table: Table, which: ColumnElement[bool], limit: int) -> int:
        ids = select(table.c.id).where(which).limit(limit)
        with self.db.write() as connection:
            return connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount
