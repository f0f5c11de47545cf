"""What people do with alerts: look at them, take them on, hand them over, note and resolve; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select, update

from qa_engine.alerts import Alert, AlertState, Grade
from qa_engine.domain import Principal
from qa_engine.errors import Conflict, NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import visible
from qa_engine.storage.alert_access import follows, handles
from qa_engine.storage.alert_events import AlertEventKind, append_event, hold_events
from qa_engine.storage.alert_rows import ALERT, alert_of
from qa_engine.storage.alert_tables import alerts
from qa_engine.storage.paging import Order
from qa_engine.storage.records import Page
from qa_engine.storage.repository import Repository, plain
from qa_engine.storage.tables import interactions

MAX_PAGE = 200


class ResolutionCause(StrEnum):
    """What it turned out to be, so that causes can be summed up."""

    SERVICE = "service"
    PRODUCT = "product"
    PROCESS = "process"
    DELIVERY = "delivery"
    CUSTOMER = "customer"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """What a list shows; None asks nothing. ``unresolved``: open and acknowledged ones."""

    state: AlertState | None = None
    unresolved: bool | None = None
    grade: Grade | None = None
    strategy: str | None = None
    assignee: str | None = None
    team: str | None = None
    agent: str | None = None
    customer_ref: str | None = None
    interaction_id: str | None = None


class Alerts(Repository):
    def alerts(
        self, principal: Principal, wanted: AlertFilter | None = None, after: str | None = None, limit: int = 50
    ) -> Page[Alert]:
        """Newest first; ``after`` is the ``next`` of the page before. Raises Forbidden, BadInput."""
        follows(principal)
        order, limit = Order((alerts.c.id,)), max(1, min(limit, MAX_PAGE))
        query = _theirs(principal).where(*_conditions(wanted or AlertFilter()))
        if after is not None:
            query = query.where(order.beyond(order.place(after)))
        with self.db.read() as connection:
            rows = connection.execute(order.of(query).limit(limit + 1)).mappings().all()
        shown = tuple(alert_of(row) for row in rows[:limit])
        return Page(shown, order.cursor(rows[limit - 1]) if len(rows) > limit else None)

    def alert(self, principal: Principal, alert_id: str) -> Alert:
        """Raises NotFound, Forbidden."""
        follows(principal)
        with self.db.read() as connection:
            return alert_of(_find(connection, principal, alert_id))

    def open_alerts(self, principal: Principal) -> Mapping[Grade, int]:
        """How many nobody has taken on yet, of those that the principal may see."""
        follows(principal)
        count = select(alerts.c.grade, func.count()).where(alerts.c.state == AlertState.OPEN)
        query = _joined(count).where(_mine(principal)).group_by(alerts.c.grade)
        with self.db.read() as connection:
            found: dict[str, int] = {grade: many for grade, many in connection.execute(query)}  # noqa: C416
        return {grade: found.get(grade, 0) for grade in Grade}

    def acknowledge_alert(self, principal: Principal, alert_id: str) -> Alert:
        """Take it on: no escalation follows. Raises Conflict when another did before; NotFound, Forbidden."""
        who = _name(principal)

        def act(connection: Connection, row: RowMapping) -> None:
            if row["state"] != AlertState.OPEN and row["acknowledged_by"] != who:
                raise Conflict(f"{row['acknowledged_by']} has it already", where=alert_id, mend="reload")
            if row["state"] == AlertState.OPEN:
                _taken(connection, row, who, assignee=row["assignee"] or who)

        return self._handled(principal, alert_id, act)

    def assign_alert(self, principal: Principal, alert_id: str, assignee: str) -> Alert:
        """Name who sees to it. Raises Conflict for a resolved one; NotFound, Forbidden."""

        def act(connection: Connection, row: RowMapping) -> None:
            _unresolved(row)
            _set(connection, row, assignee=plain(assignee))
            told = {"assignee": plain(assignee), "before": row["assignee"]}
            append_event(connection, dict(row), AlertEventKind.ASSIGNED, _name(principal), told)

        return self._handled(principal, alert_id, act)

    def note_alert(self, principal: Principal, alert_id: str, note: str) -> Alert:
        """Add words to its story. Raises NotFound, Forbidden."""

        def act(connection: Connection, row: RowMapping) -> None:
            append_event(connection, dict(row), AlertEventKind.NOTED, _name(principal), {"note": plain(note)})

        return self._handled(principal, alert_id, act)

    def resolve_alert(self, principal: Principal, alert_id: str, cause: ResolutionCause, note: str = "") -> Alert:
        """End it with its cause; one that nobody had taken on is acknowledged with that. Raises Conflict when it is
        resolved already; NotFound, Forbidden."""
        who = _name(principal)

        def act(connection: Connection, row: RowMapping) -> None:
            _unresolved(row)
            if row["state"] == AlertState.OPEN:
                _taken(connection, row, who, assignee=row["assignee"] or who)
            now = clock.at(connection)
            ended = {"state": AlertState.RESOLVED, "resolved_at": now, "resolved_by": who, "cause": cause}
            _set(connection, row, **ended, next_at=None)
            told = {"cause": cause, "note": plain(note)}
            append_event(connection, dict(row), AlertEventKind.RESOLVED, who, told)

        return self._handled(principal, alert_id, act)

    def _handled(self, principal: Principal, alert_id: str, act: Any) -> Alert:
        handles(principal)
        with self.db.write() as connection:
            hold_events(connection)
            act(connection, _find(connection, principal, alert_id))
            return alert_of(_find(connection, principal, alert_id))


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join_from(alerts, interactions, interactions.c.id == alerts.c.interaction_id)


def _mine(principal: Principal) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (alerts.c.tenant == principal.tenant) & visible(principal)
    return mine


def _theirs(principal: Principal) -> Select[Any]:
    return _joined(select(*ALERT, alerts.c.tenant)).where(_mine(principal))


def _find(connection: Connection, principal: Principal, alert_id: str) -> RowMapping:
    row = connection.execute(_theirs(principal).where(alerts.c.id == alert_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("no such alert", where=alert_id[:64])
    return row


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    own = {name: alerts.c[name] for name in ("state", "grade", "strategy", "assignee", "interaction_id")}
    theirs = {name: interactions.c[name] for name in ("team", "agent", "customer_ref")}
    asked = [column == value for name, column in {**own, **theirs}.items() if (value := getattr(wanted, name))]
    if wanted.unresolved is not None:
        resolved = alerts.c.state == AlertState.RESOLVED
        asked.append(~resolved if wanted.unresolved else resolved)
    return asked


def _set(connection: Connection, row: RowMapping, **values: Any) -> None:
    connection.execute(update(alerts).where(alerts.c.id == row["id"]).values(**values))


def _taken(connection: Connection, row: RowMapping, who: str, *, assignee: str) -> None:
    now = clock.at(connection)
    taken = {"state": AlertState.ACKNOWLEDGED, "acknowledged_at": now, "acknowledged_by": who, "assignee": assignee}
    _set(connection, row, **taken, next_at=row["resolve_by"])
    seconds = round((now - row["raised_at"]).total_seconds(), 3)
    append_event(connection, dict(row), AlertEventKind.ACKNOWLEDGED, who, {"seconds": seconds})


def _unresolved(row: RowMapping) -> None:
    if row["state"] == AlertState.RESOLVED:
        raise Conflict(f"{row['resolved_by']} has resolved it already", where=row["id"], mend="reload")


def _name(principal: Principal) -> str:
    return principal.name or principal.id
