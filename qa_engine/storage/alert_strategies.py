"""Which strategies a tenant uses: those that came with the product, until it keeps a document of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from qa_engine.alerts.reading import BadStrategies, read_strategies, shipped
from qa_engine.alerts.strategy import Strategies
from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_access import follows
from qa_engine.storage.alert_tables import alert_strategies
from qa_engine.storage.audit import append
from qa_engine.storage.ids import new_id
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.rubric_lives import ChangedMeanwhile
from qa_engine.storage.tables import tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStrategies:
    """One version of a tenant's document; the newest is in use."""

    sha256: str
    yaml: str
    author: str
    created_at: datetime


class AlertStrategies(Repository):
    def alert_strategies(self, principal: Principal) -> Strategies:
        """Those in use. Raises Forbidden."""
        follows(principal)
        with self.db.read() as connection:
            return in_use(connection, principal.tenant)

    def strategy_versions(self, principal: Principal) -> Sequence[KeptStrategies]:
        """All that the tenant ever kept, newest first. Needs admin."""
        require(principal, ADMIN)
        named = [alert_strategies.c[name] for name in KeptStrategies.__dataclass_fields__]
        query = select(*named).where(alert_strategies.c.tenant == principal.tenant)
        with self.db.read() as connection:
            rows = connection.execute(query.order_by(alert_strategies.c.id.desc())).mappings()
            return [KeptStrategies(**row) for row in rows]

    def keep_strategies(
        self, principal: Principal, text: str, name: str = "strategies.yaml", *, expected: str | None = None
    ) -> Strategies:
        """They decide from now on; alerts that are there keep their deadlines. ``expected``: the SHA-256 of those that
        were read before. Raises BadStrategies, ChangedMeanwhile where others are in use by now. Needs admin."""
        require(principal, ADMIN)
        read = read_strategies(text, name)
        with self.db.write() as connection:
            connection.execute(select(tenants.c.id).where(tenants.c.id == principal.tenant).with_for_update())
            if expected is not None and in_use(connection, principal.tenant).sha256 != expected:
                raise ChangedMeanwhile(
                    "the strategies were changed meanwhile", where="If-Match",
                    mend="read them again and bring your change in",
                )  # fmt: skip
            now = clock.now()
            insert_new(connection, tenants, [{"id": principal.tenant, "created_at": now}])
            row = {"id": new_id(), "tenant": principal.tenant, "sha256": read.sha256, "yaml": text}
            connection.execute(insert(alert_strategies).values(**row, author=principal.id, created_at=now))
            append(connection, principal, "alert.strategies", read.sha256)
        return read


def in_use(connection: Connection, tenant: str) -> Strategies:
    """Of a document that this version cannot read any more, those that came with the product."""
    newest = select(alert_strategies.c.yaml).where(alert_strategies.c.tenant == tenant)
    text = connection.execute(newest.order_by(alert_strategies.c.id.desc()).limit(1)).scalar()
    try:
        return shipped() if text is None else read_strategies(text)
    except BadStrategies:
        return shipped()
