"""One request, one effect: the first reply to an Idempotency-Key is kept for a day and given again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from qa_engine.domain import Principal
from qa_engine.errors import BadInput, Conflict
from qa_engine.storage import clock
from qa_engine.storage.records import StoredReply
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import idempotency_keys

KEPT_FOR = timedelta(hours=24)
LOCKED_FOR = timedelta(minutes=2)
"""After this a request that never ended (its process died) may be tried again."""


class Idempotency(Repository):
    def begin_idempotent(self, principal: Principal, key: str, fingerprint: str) -> StoredReply | None:
        """None: go on, then call ``finish_idempotent`` (or ``abandon_idempotent`` when it failed without effect).

        A reply: give that again. Raises Conflict when the key came with another fingerprint (SHA-256 of the request),
        or when its first request is still being worked on.
        """
        if not 1 <= len(key) <= 255 or "\0" in key:
            raise BadInput("an idempotency key has 1 to 255 characters", where="Idempotency-Key")
        now, ours = clock.now(), _ours(principal, key)
        row = {
            "tenant": principal.tenant,
            "actor": principal.id,
            "key": key,
            "fingerprint": fingerprint,
            "created_at": now,
            "locked_until": now + LOCKED_FOR,
        }
        unfinished = idempotency_keys.c.status.is_(None) & (idempotency_keys.c.locked_until < now)
        with self.db.write() as connection:
            over = ours & ((idempotency_keys.c.created_at < now - KEPT_FOR) | unfinished)
            connection.execute(delete(idempotency_keys).where(over))
            if insert_new(connection, idempotency_keys, [row]):
                return None
            kept = connection.execute(select(idempotency_keys).where(ours)).mappings().one()
        if kept["fingerprint"] != fingerprint:
            mend = "use a new key for a new request"
            raise Conflict("this key was used for another request", where="Idempotency-Key", mend=mend)
        if kept["status"] is None:
            raise Conflict("the first request is still at work", where="Idempotency-Key", mend="try again in a moment")
        return StoredReply(kept["status"], kept["body"])

    def finish_idempotent(self, principal: Principal, key: str, status: int, body: Any) -> None:
        with self.db.write() as connection:
            connection.execute(update(idempotency_keys).where(_ours(principal, key)).values(status=status, body=body))

    def abandon_idempotent(self, principal: Principal, key: str) -> None:
        """The request failed without effect: the key is free again."""
        unfinished = _ours(principal, key) & idempotency_keys.c.status.is_(None)
        with self.db.write() as connection:
            connection.execute(delete(idempotency_keys).where(unfinished))

    def forget_replies(self) -> int:
        """Delete those older than a day; returns how many."""
        with self.db.write() as connection:
            old = idempotency_keys.c.created_at < clock.now() - KEPT_FOR
            return connection.execute(delete(idempotency_keys).where(old)).rowcount


def _ours(principal: Principal, key: str) -> ColumnElement[bool]:
    table = idempotency_keys.c
    return (table.tenant == principal.tenant) & (table.actor == principal.id) & (table.key == key)
