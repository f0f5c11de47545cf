"""Looks up when the same customer had come before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from qa_engine.domain.metadata import EARLIER_CONTACTS
from qa_engine.storage.records import InteractionRow
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

FURTHEST = timedelta(days=90)
MOST = 50
DAY_S = 86_400


class Earlier(Repository):
    def earlier_contacts(self, row: InteractionRow) -> Mapping[str, Any]:
        """For the metadata: the days before this contact of each earlier one, newest first; nothing where the sender
        told it, or where nobody knows who the customer is."""
        told = row.interaction
        if told.customer_ref is None or EARLIER_CONTACTS in told.metadata:
            return {}
        table, began = interactions.c, told.started_at or row.received_at
        when = func.coalesce(table.started_at, table.received_at)
        same = (table.tenant == told.tenant) & (table.customer_ref == told.customer_ref) & (table.id != row.id)
        query = select(table.started_at, table.received_at).where(same, when < began, when >= began - FURTHEST)
        with self.db.read() as connection:
            found = [
                start or received for start, received in connection.execute(query.order_by(when.desc()).limit(MOST))
            ]
        return {EARLIER_CONTACTS: [round((began - at).total_seconds() / DAY_S, 2) for at in found]}


def keep_told(connection: Connection, row: InteractionRow, more: Mapping[str, Any]) -> None:
    """``more`` becomes part of the interaction's metadata, so that it is judged by the same again."""
    if more:
        merged = {**row.interaction.metadata, **more}
        connection.execute(update(interactions).where(interactions.c.id == row.id).values(metadata=merged))
