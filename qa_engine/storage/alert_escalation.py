"""What becomes of alerts that nobody sees to: the next are told, step by step, and what is overdue is said to be so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from qa_engine.alerts import AlertState
from qa_engine.storage import clock
from qa_engine.storage.alert_events import AlertEventKind, append_event, hold_events
from qa_engine.storage.alert_sends import tell
from qa_engine.storage.alert_tables import alerts
from qa_engine.storage.alerting import ENGINE, next_due
from qa_engine.storage.events import tell_alert
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions

AT_ONCE = 100


class AlertEscalation(Repository):
    def escalate_alerts(self) -> int:
        """Take every step that is due; returns how many alerts were moved on. Several may do it at once: each step is
        taken by whoever comes first."""
        with self.db.read() as connection:  # mostly there is nothing, and nobody is held up
            due = alerts.c.next_at <= clock.at(connection)
            if connection.execute(select(alerts.c.id).where(due).limit(1)).scalar() is None:
                return 0
        with self.db.write() as connection:
            hold_events(connection)
            now = clock.at(connection)
            query = select(alerts, interactions.c.team).join_from(alerts, interactions)
            waiting = query.where(alerts.c.next_at <= now).order_by(alerts.c.next_at).limit(AT_ONCE)
            rows = connection.execute(waiting).mappings().all()
            for row in rows:
                _move_on(connection, row)
        return len(rows)


def _move_on(connection: Connection, row: RowMapping) -> None:
    now, steps, taken = clock.at(connection), row["steps"], row["escalated"]
    if row["state"] == AlertState.OPEN and taken < len(steps) and _step_at(row, taken) <= now:
        step, taken = steps[taken], taken + 1
        following = next_due(row["raised_at"], steps, taken, row["resolve_by"])
        _say(connection, row, AlertEventKind.ESCALATED, step["to"], {"escalated": taken, "next_at": following})
        return
    last = steps[-1]["to"] if steps else []
    _say(connection, row, AlertEventKind.OVERDUE, last, {"next_at": None})


def _step_at(row: RowMapping, taken: int) -> Any:
    return row["raised_at"] + timedelta(seconds=row["steps"][taken]["after_s"])


def _say(connection: Connection, row: RowMapping, kind: AlertEventKind, to: list[str], news: dict[str, Any]) -> None:
    """Escalation knows no quiet hours and no limit: it is how silence ends."""
    connection.execute(update(alerts).where(alerts.c.id == row["id"]).values(**news))
    alert = {**row, **news}
    append_event(connection, alert, kind, ENGINE, {"to": to, "step": alert["escalated"]})
    tell(connection, alert, to, kind, clock.at(connection), team=row["team"])
    tell_alert(connection, alert, kind)
