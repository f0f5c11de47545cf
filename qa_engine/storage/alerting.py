"""Raises alerts in the transaction that made their facts, so that no alert is lost and none is told of nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from qa_engine.alerts import AlertState, Facts
from qa_engine.alerts.decide import Act, Before, Decision, decide, met
from qa_engine.domain import Evidence, Text
from qa_engine.storage import clock
from qa_engine.storage.alert_events import AlertEventKind, append_event, hold_events
from qa_engine.storage.alert_sends import tell
from qa_engine.storage.alert_strategies import in_use
from qa_engine.storage.alert_tables import alert_matches, alerts
from qa_engine.storage.events import tell_alert
from qa_engine.storage.ids import new_id
from qa_engine.storage.repository import insert_new

ENGINE = "engine"
"""Who raises, as events name it."""
_EVENTS = {Act.RAISED: AlertEventKind.RAISED, Act.AGAIN: AlertEventKind.AGAIN, Act.RENEWED: AlertEventKind.RENEWED}


def raise_alerts(connection: Connection, facts: Facts) -> tuple[str, ...]:
    """Keep what the tenant's strategies find in the facts; returns the ids of alerts that were raised or raised again.

    Call it last in the transaction that keeps the facts. The same interaction may be looked at again and again, while
    it goes on or after it is judged anew: what it raised before is brought up to date and not doubled.
    """
    tenant, now = facts.interaction.tenant, clock.at(connection)
    strategies = in_use(connection, tenant)
    matches = met(facts, strategies.document, now)
    if not matches:
        return ()
    hold_events(connection)
    kept = _Kept(connection, tenant)
    found: list[str] = []
    for decision in decide(facts, strategies.document, matches, kept, now):
        alert_id = _act(connection, facts, decision, strategies.sha256, now)
        _note_match(connection, facts, decision, alert_id, now)
        found += [alert_id] if alert_id and decision.act is not Act.RENEWED else []
    return tuple(found)


class _Kept:
    """What was there before, in the tables (implements ``alerts.decide.History``)."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection, self._tenant = connection, tenant

    def raised_by(self, strategy: str, interaction_id: str) -> Before | None:
        its = (alert_matches.c.tenant == self._tenant) & (alert_matches.c.strategy == strategy)
        its &= (alert_matches.c.interaction_id == interaction_id) & (alerts.c.id == alert_matches.c.alert_id)
        return _before(self._connection.execute(select(alerts).where(its)).mappings().one_or_none())

    def latest(self, strategy: str, subject: str) -> Before | None:
        its = (alerts.c.tenant == self._tenant) & (alerts.c.strategy == strategy) & (alerts.c.subject == subject)
        query = select(alerts).where(its).order_by(alerts.c.id.desc()).limit(1)
        return _before(self._connection.execute(query).mappings().one_or_none())

    def matched(self, strategy: str, subject: str, since: datetime) -> frozenset[str]:
        table = alert_matches.c
        its = (table.tenant == self._tenant) & (table.strategy == strategy) & (table.subject == subject)
        query = select(table.interaction_id).where(its, table.at >= since)
        return frozenset(self._connection.execute(query).scalars())

    def sent(self, strategy: str, scope: str, since: datetime) -> int:
        its = (alerts.c.tenant == self._tenant) & (alerts.c.strategy == strategy) & (alerts.c.scope == scope)
        query = select(func.count()).where(its, alerts.c.raised_at >= since, alerts.c.muted.is_(False))
        return self._connection.execute(query).scalar_one()


def _before(row: RowMapping | None) -> Before | None:
    if row is None:
        return None
    return Before(id=row["id"], state=AlertState(row["state"]), last_at=row["last_at"], told_at=row["told_at"])


def _act(connection: Connection, facts: Facts, decision: Decision, sha256: str, now: datetime) -> str | None:
    """The alert that was raised, joined or brought up to date; None where there was nothing to do to any."""
    if decision.act is Act.MATCHED:
        return None
    news: dict[str, Any] = {
        "interaction_id": facts.interaction.id,
        "reason": _told(decision.reason),
        "evidence": [_place(place) for place in decision.match.evidence],
    }
    if decision.act is Act.RAISED:
        row = _new(decision, sha256, now) | news | {"tenant": facts.interaction.tenant}
        row["dedupe"] = f"{decision.strategy.id}/{decision.subject}/{facts.interaction.id}"
        connection.execute(insert(alerts).values(**row))
        _adopt(connection, row, now - decision.strategy.window)
    else:
        before = connection.execute(select(alerts).where(alerts.c.id == decision.alert)).mappings().one()
        if all(before[name] == value for name, value in news.items()):
            return decision.alert
        if decision.act is Act.AGAIN:
            news |= {"count": before["count"] + 1, "last_at": now}
        row = {**before, **news}
        connection.execute(update(alerts).where(alerts.c.id == before["id"]).values(**news))
    append_event(connection, row, _EVENTS[decision.act], ENGINE, {"reason": row["reason"], "muted": row["muted"]})
    _speak(connection, facts, decision, row)
    return str(row["id"])


def _new(decision: Decision, sha256: str, now: datetime) -> dict[str, Any]:
    steps = [{"after_s": step.after_s, "to": list(step.to)} for step in decision.steps]
    return {
        "id": new_id(),
        "strategy": decision.strategy.id,
        "strategy_sha256": sha256,
        "title": _told(decision.strategy.title.text),
        "grade": decision.strategy.grade,
        "subject": decision.subject,
        "scope": decision.scope,
        "state": AlertState.OPEN,
        "count": 1,
        "raised_at": now,
        "last_at": now,
        "told_at": None,
        "muted": decision.muted,
        "acknowledge_by": decision.acknowledge_by,
        "resolve_by": decision.resolve_by,
        "steps": steps,
        "escalated": 0,
        "next_at": next_due(now, steps, 0, decision.resolve_by),
    }


def next_due(raised_at: datetime, steps: list[dict[str, Any]], taken: int, resolve_by: datetime) -> datetime:
    """When an open alert must be looked at again: for its next step, or for the end of its time."""
    if taken < len(steps):
        return min(raised_at + timedelta(seconds=steps[taken]["after_s"]), resolve_by)
    return resolve_by


def _speak(connection: Connection, facts: Facts, decision: Decision, row: dict[str, Any]) -> None:
    if decision.tell_at is None:
        return
    why = "raised" if decision.act is Act.RAISED else "again"
    tell(connection, row, decision.strategy.tell, why, decision.tell_at, team=facts.interaction.team)
    tell_alert(connection, row, why)
    connection.execute(update(alerts).where(alerts.c.id == row["id"]).values(told_at=decision.tell_at))


def _adopt(connection: Connection, row: dict[str, Any], since: datetime) -> None:
    """Earlier interactions that were counted towards it are part of it."""
    counted = (alert_matches.c.tenant == row["tenant"]) & (alert_matches.c.strategy == row["strategy"])
    counted &= (alert_matches.c.subject == row["subject"]) & alert_matches.c.alert_id.is_(None)
    connection.execute(update(alert_matches).where(counted, alert_matches.c.at >= since).values(alert_id=row["id"]))


def _note_match(connection: Connection, facts: Facts, decision: Decision, alert_id: str | None, now: datetime) -> None:
    its = {"tenant": facts.interaction.tenant, "strategy": decision.strategy.id}
    its |= {"interaction_id": facts.interaction.id}
    row = {**its, "subject": decision.subject, "at": now, "alert_id": alert_id}
    if not insert_new(connection, alert_matches, [row]) and alert_id is not None:
        same = [alert_matches.c[name] == value for name, value in its.items()]
        connection.execute(update(alert_matches).where(*same).values(alert_id=alert_id))


def _told(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _place(place: Evidence) -> dict[str, Any]:
    return {name: getattr(place, name) for name in ("turn", "start", "end", "quote", "role")}
