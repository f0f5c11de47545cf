"""Who is told of events: endpoints with their secrets, and every delivery with what came of it; for administrators."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from qa_engine.domain import Principal
from qa_engine.errors import BadInput, Conflict, NotFound
from qa_engine.net import read_url
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.audit import append
from qa_engine.storage.events import Event
from qa_engine.storage.ids import new_id
from qa_engine.storage.jobs import new_job
from qa_engine.storage.outbox import RING, post
from qa_engine.storage.records import JobState, Page, Stage
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import deliveries, jobs, tenants, webhooks

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
MOST_WEBHOOKS = 50
"""Endpoints of one tenant; each event is written once for each of them."""
MAX_PAGE = 200
SWITCHED_OFF = "switched off by "
"""How the reason begins where a person disabled it, and not the other side's answer."""


class DeliveryState(StrEnum):
    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint without its secret. ``disabled_why`` tells why nothing is sent to it any more."""

    id: str
    url: str
    events: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one endpoint; its id is the ``webhook-id`` of every try. ``status`` is the last HTTP status."""

    id: str
    webhook_id: str
    event: str
    interaction_id: str
    state: DeliveryState
    tries: int
    status: int | None
    error: str | None
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None


class Webhooks(Repository):
    def create_webhook(self, principal: Principal, url: str, events: Sequence[str] = ()) -> tuple[str, Webhook]:
        """The secret (shown once, ``whsec_...``) and the endpoint, for all events unless some are named. Needs admin.

        Raises BadInput for a URL that nobody goes to, Conflict when there are too many.
        """
        require(principal, ADMIN)
        read_url(url, loopback_http=self.settings.allow_loopback_http, where="url")
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        row: dict[str, Any] = {
            "id": new_id(),
            "tenant": principal.tenant,
            "url": url,
            "secret": secret,
            "events": _events(events),
            "created_at": clock.now(),
        }
        with self.db.write() as connection:
            insert_new(connection, tenants, [{"id": principal.tenant, "created_at": row["created_at"]}])
            if len(_all(connection, principal)) >= MOST_WEBHOOKS:
                raise Conflict(f"there are {MOST_WEBHOOKS} webhooks already", mend="remove one that is not used")
            connection.execute(insert(webhooks).values(**row))
            append(connection, principal, "webhook.create", row["id"], {"url": url})
            return secret, _webhook(find_webhook(connection, principal, row["id"]))

    def webhooks(self, principal: Principal) -> Sequence[Webhook]:
        """All, oldest first. Needs admin."""
        require(principal, ADMIN)
        with self.db.read() as connection:
            return [_webhook(row) for row in _all(connection, principal)]

    def webhook(self, principal: Principal, webhook_id: str) -> Webhook:
        """Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.read() as connection:
            return _webhook(find_webhook(connection, principal, webhook_id))

    def delete_webhook(self, principal: Principal, webhook_id: str) -> None:
        """With all its deliveries; what was on its way is not sent any more. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            found = find_webhook(connection, principal, webhook_id)
            connection.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))
            connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
            append(connection, principal, "webhook.delete", webhook_id, {"url": found["url"]})

    def enable_webhook(self, principal: Principal, webhook_id: str) -> Webhook:
        """Send to it again; what ended as failed meanwhile is redelivered by hand. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            find_webhook(connection, principal, webhook_id)
            enabled = update(webhooks).where(webhooks.c.id == webhook_id).values(disabled_at=None, disabled_why=None)
            connection.execute(enabled)
            append(connection, principal, "webhook.enable", webhook_id)
            return _webhook(find_webhook(connection, principal, webhook_id))

    def disable_webhook(self, principal: Principal, webhook_id: str) -> Webhook:
        """Nothing more is sent to it until it is enabled. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            find_webhook(connection, principal, webhook_id)
            why = f"{SWITCHED_OFF}{principal.name or principal.id}"
            off = {"disabled_at": clock.at(connection), "disabled_why": why}
            connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**off))
            append(connection, principal, "webhook.disable", webhook_id)
            return _webhook(find_webhook(connection, principal, webhook_id))

    def deliveries(
        self,
        principal: Principal,
        webhook_id: str,
        state: DeliveryState | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        """Newest first; ``after`` is the id of the last one of the page before. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        limit = max(1, min(limit, MAX_PAGE))
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id).order_by(deliveries.c.id.desc())
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if after is not None:
            query = query.where(deliveries.c.id < after)
        with self.db.read() as connection:
            find_webhook(connection, principal, webhook_id)
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
        shown = tuple(_delivery(row) for row in rows[:limit])
        return Page(shown, shown[-1].id if len(rows) > limit else None)

    def redeliver(self, principal: Principal, webhook_id: str, delivery_id: str) -> Delivery:
        """Send it again now, under the same webhook-id; one that waits for its next try need not wait. Needs admin.

        Raises NotFound; Conflict while it is being sent, or when the endpoint is disabled.
        """
        require(principal, ADMIN)
        with self.db.write() as connection:
            if find_webhook(connection, principal, webhook_id)["disabled_at"] is not None:
                raise Conflict("the webhook is disabled", where=webhook_id, mend="enable it first")
            row = _find_delivery(connection, webhook_id, delivery_id)
            again = {"state": DeliveryState.QUEUED, "tries": 0, "next_at": clock.at(connection), "delivered_at": None}
            connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**again))
            if not _hasten(connection, row):
                params = {"delivery": delivery_id}
                new_job(connection, row["tenant"], row["interaction_id"], Stage.DELIVER, params=params, first=True)
            return _delivery(_find_delivery(connection, webhook_id, delivery_id))


def _events(wanted: Sequence[str]) -> list[str]:
    unknown = [name for name in wanted if name not in set(Event)]
    if unknown:
        raise BadInput(f"no such event: {unknown[0][:80]}", where="events", mend=f"choose from: {', '.join(Event)}")
    return [event for event in Event if not wanted or event in wanted]


def _hasten(connection: Connection, row: RowMapping) -> bool:
    """Whether a job of that delivery waited, and now waits no more. Raises Conflict while it is at work."""
    at_work = (jobs.c.interaction_id == row["interaction_id"]) & (jobs.c.stage == Stage.DELIVER)
    at_work &= jobs.c.state.in_((JobState.QUEUED, JobState.LEASED))
    for job in connection.execute(select(jobs).where(at_work)).mappings():
        if job["params"].get("delivery") == row["id"]:
            if job["state"] == JobState.LEASED:
                raise Conflict("it is being sent just now", where=row["id"], mend="look again in a moment")
            now = update(jobs).where(jobs.c.id == job["id"]).values(available_at=clock.at(connection))
            connection.execute(now)
            post(connection, RING, {"queue": job["queue"], "job": job["id"], "first": True})
            return True
    return False


def _all(connection: Connection, principal: Principal) -> Sequence[RowMapping]:
    query = select(webhooks).where(webhooks.c.tenant == principal.tenant).order_by(webhooks.c.id)
    return connection.execute(query).mappings().all()


def find_webhook(connection: Connection, principal: Principal, webhook_id: str) -> RowMapping:
    ours = (webhooks.c.tenant == principal.tenant) & (webhooks.c.id == webhook_id)
    row = connection.execute(select(webhooks).where(ours)).mappings().one_or_none()
    if row is None:
        raise NotFound("no such webhook", where=webhook_id[:64])
    return row


def _find_delivery(connection: Connection, webhook_id: str, delivery_id: str) -> RowMapping:
    its = (deliveries.c.webhook_id == webhook_id) & (deliveries.c.id == delivery_id)
    row = connection.execute(select(deliveries).where(its)).mappings().one_or_none()
    if row is None:
        raise NotFound("no such delivery", where=delivery_id[:64])
    return row


def _webhook(row: RowMapping) -> Webhook:
    told: dict[str, Any] = {name: row[name] for name in Webhook.__dataclass_fields__}
    return Webhook(**{**told, "events": tuple(row["events"])})


def _delivery(row: RowMapping) -> Delivery:
    told: dict[str, Any] = {name: row[name] for name in Delivery.__dataclass_fields__}
    return Delivery(**{**told, "state": DeliveryState(row["state"])})
