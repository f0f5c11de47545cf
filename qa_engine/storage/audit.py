"""The audit log: lines are only ever appended, each holds the digest of the one before, so that no change hides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.records import AuditEntry
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.tables import audit, audit_head
from qa_engine.storage.types import json_text

_START = "0" * 64
_ONE = 1


class Audit(Repository):
    def audit(self, principal: Principal, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        """Append one line; it can never be changed unseen."""
        with self.db.write() as connection:
            append(connection, principal, action, subject, detail)

    def audit_log(self, principal: Principal, after: int | None = None, limit: int = 100) -> Sequence[AuditEntry]:
        """Newest first, for admins; ``after`` is the last id of the page before."""
        require(principal, ADMIN)
        query = select(audit).where(audit.c.tenant == principal.tenant).order_by(audit.c.id.desc()).limit(limit)
        if after is not None:
            query = query.where(audit.c.id < after)
        with self.db.read() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def verify_audit(self) -> int | None:
        """The id of the first line that does not fit the chain; None when it is whole."""
        last, digest = 0, _START
        with self.db.read() as connection:
            for row in connection.execute(select(audit).order_by(audit.c.id)).mappings():
                if row["id"] != last + 1 or row["digest"] != _digest(digest, dict(row)):
                    return last + 1
                last, digest = row["id"], row["digest"]
            head = connection.execute(select(audit_head)).mappings().one_or_none()
        if head is None:
            return None if last == 0 else last
        return None if (head["last_id"], head["digest"]) == (last, digest) else last + 1


def append(
    connection: Connection, principal: Principal, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Within the caller's transaction; the head row is the lock that keeps the chain single."""
    insert_new(connection, audit_head, [{"one": _ONE, "last_id": 0, "digest": _START}])
    head = connection.execute(select(audit_head).where(audit_head.c.one == _ONE).with_for_update()).mappings().one()
    row: dict[str, Any] = {
        "id": head["last_id"] + 1,
        "tenant": principal.tenant,
        "at": clock.now(),
        "actor": principal.id,
        "action": plain(action),
        "subject": plain(subject),
        "detail": dict(detail or {}),
    }
    row["digest"] = _digest(head["digest"], row)
    connection.execute(insert(audit).values(**row))
    connection.execute(
        update(audit_head).where(audit_head.c.one == _ONE).values(last_id=row["id"], digest=row["digest"])
    )


def _digest(before: str, row: Mapping[str, Any]) -> str:
    names = ("id", "tenant", "actor", "action", "subject", "detail")
    line = json_text([before, row["at"].isoformat(), *(row[name] for name in names)])
    return hashlib.sha256(line.encode()).hexdigest()


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{name: row[name] for name in AuditEntry.__dataclass_fields__})
