"""What an agent met in a span of time: the emotion of their contacts, as far as the one who asks may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from qa_engine.domain import Principal
from qa_engine.domain.codec import load
from qa_engine.emotion import Emotion
from qa_engine.emotion.strain import Contact, contact, silent
from qa_engine.storage.access import READ, require, visible
from qa_engine.storage.repository import Repository
from qa_engine.storage.results import result
from qa_engine.storage.tables import interactions

MOST = 500
"""Contacts of one shift."""


class Strains(Repository):
    def contacts(self, principal: Principal, agent: str, start: datetime, end: datetime) -> Sequence[Contact]:
        """Those that began (else: came in) from ``start`` up to ``end``, in order of time."""
        require(principal, READ)
        table = interactions.c
        began = func.coalesce(table.started_at, table.received_at)
        theirs = (visible(principal), table.agent == agent, began >= start, began < end)
        columns = (table.id, table.started_at, table.received_at, table.content_sha256, table.results)
        query = select(*columns).where(*theirs).order_by(began, table.id).limit(MOST)
        with self.db.read() as connection:
            return [_contact(connection, row) for row in connection.execute(query).mappings().all()]


def _contact(connection: Connection, row: RowMapping) -> Contact:
    at = row["started_at"] or row["received_at"]
    version = row["results"].get("emotion")
    found = result(connection, row["content_sha256"], "emotion", version) if version else None
    return silent(row["id"], at) if found is None else contact(row["id"], at, load(Emotion, dict(found)))
