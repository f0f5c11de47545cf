"""What is told to webhooks, and when: the event's bytes and its way out are written in the transaction that made it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from qa_engine.domain import Scorecard
from qa_engine.storage import clock
from qa_engine.storage.ids import new_id
from qa_engine.storage.jobs import enqueue, job_row
from qa_engine.storage.overdue import told
from qa_engine.storage.records import Failure, Stage, State
from qa_engine.storage.tables import deliveries, interactions, webhooks
from qa_engine.storage.types import json_text

_TOLD = ("id", "external_id", "kind", "agent", "team", "vendor", "customer_ref", "ticket", "state", "risk")


class Event(StrEnum):
    SCORED = "interaction.scored"
    FAILED = "interaction.failed"
    ALERT = "alert.raised"


def tell_scored(connection: Connection, tenant: str, interaction_id: str, card_id: str, card: Scorecard) -> None:
    """A scorecard was kept; no word of what was said leaves with it."""
    found = {
        "scorecard_id": card_id,
        "score": card.score,
        "band": card.band,
        "fatal": list(card.fatal),
        "flags": list(card.flags),
        "needs_review": "needs_review" in card.flags,
        "rubric": {"id": card.rubric.id, "version": card.rubric.version, "sha256": card.rubric.sha256},
    }
    _tell(connection, tenant, interaction_id, Event.SCORED, found)


def tell_stopped(connection: Connection, tenant: str, interaction_id: str, state: State, failure: Failure) -> None:
    """Work on it ended without a judgement: failed for good, or parked until a person looks."""
    _tell(connection, tenant, interaction_id, Event.FAILED, {"state": state, "error": told(failure)})


def tell_alert(connection: Connection, alert: Mapping[str, Any], why: str) -> None:
    """An alert goes out (``raised``, ``again``, ``escalated`` or ``overdue``); its places without any words."""
    places = [{name: place[name] for name in ("turn", "start", "end", "role")} for place in alert["evidence"]]
    told = {name: alert[name] for name in ("id", "strategy", "title", "grade", "subject", "count", "state")}
    moments = {name: alert[name].isoformat() for name in ("raised_at", "acknowledge_by", "resolve_by")}
    found = {"alert": {**told, **moments, "why": why, "evidence": places, "href": f"/v1/alerts/{alert['id']}"}}
    _tell(connection, alert["tenant"], alert["interaction_id"], Event.ALERT, found)


def _tell(connection: Connection, tenant: str, interaction_id: str, event: Event, found: Mapping[str, Any]) -> None:
    listening = (webhooks.c.tenant == tenant) & webhooks.c.disabled_at.is_(None)
    hooks = connection.execute(select(webhooks.c.id, webhooks.c.events).where(listening)).all()
    wanted = [hook.id for hook in hooks if event in hook.events]
    if not wanted:
        return
    row = connection.execute(select(interactions).where(interactions.c.id == interaction_id)).mappings().one()
    now = clock.at(connection)
    data = {name: row[name] for name in _TOLD} | dict(found) | {"links": _links(interaction_id, event)}
    same: dict[str, Any] = {
        "tenant": tenant,
        "event": event,
        "interaction_id": interaction_id,
        "body": json_text({"type": event, "timestamp": now.isoformat(), "data": data}),
        "state": "queued",
        "tries": 0,
        "created_at": now,
        "next_at": now,
    }
    rows = [{**same, "id": new_id(), "webhook_id": hook} for hook in wanted]
    connection.execute(insert(deliveries), rows)
    told_by = [{"delivery": row["id"]} for row in rows]
    enqueue(connection, [job_row(connection, tenant, interaction_id, Stage.DELIVER, params=one) for one in told_by])


def _links(interaction_id: str, event: Event) -> dict[str, str]:
    here = f"/v1/interactions/{interaction_id}"
    judged = {"scorecard": f"{here}/scorecard", "transcript": f"{here}/transcript"}
    return {"self": here, **(judged if event is Event.SCORED else {})}
