"""Everything that happened to alerts, in the one order in which it was committed: what boards follow and resume from.

An event's number comes from one row that its writer holds until it commits. A sequence would hand out numbers that
commit out of order, and a reader who has seen 8 would miss 7; here whoever sees a number sees all before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from qa_engine.alerts import Alert
from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import visible
from qa_engine.storage.alert_access import follows
from qa_engine.storage.alert_rows import ALERT, alert_of
from qa_engine.storage.alert_tables import alert_events, alert_head, alerts
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import interactions

_ONE = 1
MAX_EVENTS = 500


class AlertEventKind(StrEnum):
    RAISED = "raised"
    AGAIN = "again"
    RENEWED = "renewed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    NOTED = "noted"
    ESCALATED = "escalated"
    OVERDUE = "overdue"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """One thing that happened; ``alert`` is the alert as it stands when the event is read."""

    id: int
    kind: AlertEventKind
    at: datetime
    actor: str
    detail: Mapping[str, Any]
    alert: Alert


class AlertEvents(Repository):
    def last_alert_event(self) -> int:
        """The number of the last event that was committed, of whomever; 0 before the first."""
        with self.db.read() as connection:
            return connection.execute(select(func.max(alert_events.c.id))).scalar() or 0

    def alert_events(self, principal: Principal, after: int, limit: int = MAX_EVENTS) -> Sequence[AlertEvent]:
        """What the principal may see of the events after that number, in order. Raises Forbidden."""
        follows(principal)
        mine = (alert_events.c.id > after) & (alert_events.c.tenant == principal.tenant) & visible(principal)
        return self._events(mine, limit)

    def alert_story(self, principal: Principal, alert_id: str) -> Sequence[AlertEvent]:
        """All that happened to one alert, from its beginning; empty for what is not there or not theirs."""
        follows(principal)
        its = (alert_events.c.alert_id == alert_id) & (alert_events.c.tenant == principal.tenant) & visible(principal)
        return self._events(its, MAX_EVENTS)

    def _events(self, which: Any, limit: int) -> Sequence[AlertEvent]:
        told = [alert_events.c[name].label(f"event_{name}") for name in ("id", "kind", "at", "actor", "detail")]
        query = (
            select(*told, *ALERT)
            .join(interactions, interactions.c.id == alert_events.c.interaction_id)
            .join(alerts, alerts.c.id == alert_events.c.alert_id)
            .where(which)
            .order_by(alert_events.c.id)
            .limit(limit)
        )
        with self.db.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            AlertEvent(
                id=row["event_id"], kind=AlertEventKind(row["event_kind"]), at=row["event_at"],
                actor=row["event_actor"], detail=row["event_detail"], alert=alert_of(row),
            )
            for row in rows
        ]  # fmt: skip


def hold_events(connection: Connection) -> None:
    """From now to the end of the transaction nobody else writes about alerts. Take it before any row of an alert or
    channel, so that writers meet here and nowhere else."""
    insert_new(connection, alert_head, [{"one": _ONE, "last_id": 0}])
    connection.execute(select(alert_head.c.last_id).where(alert_head.c.one == _ONE).with_for_update())


def append_event(
    connection: Connection,
    alert: Mapping[str, Any],
    kind: AlertEventKind,
    actor: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Returns its number. ``alert`` tells ``id``, ``tenant`` and ``interaction_id``; ``hold_events`` came before."""
    next_id = update(alert_head).where(alert_head.c.one == _ONE).values(last_id=alert_head.c.last_id + 1)
    number: int = connection.execute(next_id.returning(alert_head.c.last_id)).scalar_one()
    row = {
        "id": number, "tenant": alert["tenant"], "alert_id": alert["id"], "interaction_id": alert["interaction_id"],
        "kind": kind, "actor": actor[:200], "at": clock.at(connection), "detail": dict(detail or {}),
    }  # fmt: skip
    connection.execute(insert(alert_events).values(**row))
    return number
