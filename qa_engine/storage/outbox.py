"""Messages that must leave because something was committed: written in that same transaction, sent afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from qa_engine.storage import clock
from qa_engine.storage.db import Database
from qa_engine.storage.tables import outbox

RING = "ring"
"""Topic of messages to the bell: ``{"queue": ..., "job": ...}``."""


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    topic: str
    payload: Mapping[str, Any]


def post(connection: Connection, topic: str, payload: Mapping[str, Any]) -> None:
    post_all(connection, topic, [payload])


def post_all(connection: Connection, topic: str, payloads: Sequence[Mapping[str, Any]]) -> None:
    now = clock.now()
    rows = [{"topic": topic, "payload": dict(payload), "created_at": now} for payload in payloads]
    connection.execute(insert(outbox), rows)


class Outbox:
    """What waits to leave. A message may be sent twice (killed between sending and ``sent``), never lost."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self, topic: str = RING, limit: int = 500) -> Sequence[Message]:
        """Oldest first."""
        query = select(outbox).where(outbox.c.topic == topic).order_by(outbox.c.id).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [Message(row["id"], row["topic"], row["payload"]) for row in rows]

    def sent(self, ids: Sequence[int]) -> None:
        if ids:
            with self._db.write() as connection:
                connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
