"""One delivery as the one who sends it sees it, and what each try makes of it, within the transaction that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, select, update

from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.ids import new_id
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import deliveries, webhooks
from qa_engine.storage.types import json_text
from qa_engine.storage.webhooks import DeliveryState, find_webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """``body`` is sent byte for byte at every try; ``tries`` were made before; ``open``: it still has to arrive."""

    id: str
    webhook_id: str
    url: str
    secret: str
    body: str
    tries: int
    open: bool
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What came of one try: the HTTP status where there was one, and what was wrong."""

    status: int | None = None
    error: str | None = None


class Letters(Repository):
    def letter(self, delivery_id: str) -> Letter | None:
        """None once its webhook was deleted."""
        query = select(deliveries, webhooks.c.url, webhooks.c.secret, webhooks.c.disabled_at).where(
            deliveries.c.id == delivery_id, deliveries.c.webhook_id == webhooks.c.id
        )
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        return Letter(
            id=row["id"],
            webhook_id=row["webhook_id"],
            url=row["url"],
            secret=row["secret"],
            body=row["body"],
            tries=row["tries"],
            open=row["state"] == DeliveryState.QUEUED,
            disabled=row["disabled_at"] is not None,
        )

    def trial(self, principal: Principal, webhook_id: str) -> Letter:
        """An event of type ``test`` that is kept nowhere, for trying an endpoint out. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        body = json_text({"type": "test", "timestamp": clock.now().isoformat(), "data": {}})
        with self.db.read() as connection:
            row = find_webhook(connection, principal, webhook_id)
        whose = {"webhook_id": row["id"], "url": row["url"], "secret": row["secret"]}
        return Letter(id=new_id(), body=body, tries=0, open=True, disabled=row["disabled_at"] is not None, **whose)


def arrived(connection: Connection, letter: Letter, made: Try) -> None:
    moment = clock.at(connection)
    _tried(connection, letter, made, state=DeliveryState.DELIVERED, next_at=None, delivered_at=moment)


def rests(connection: Connection, letter: Letter, made: Try, seconds: float) -> None:
    """It is tried again after so many seconds."""
    _tried(connection, letter, made, next_at=clock.at(connection) + timedelta(seconds=seconds))


def given_up(connection: Connection, letter: Letter, made: Try) -> None:
    _tried(connection, letter, made, state=DeliveryState.FAILED, next_at=None)


def not_sent(connection: Connection, letter: Letter, why: str) -> None:
    """It ends without another try."""
    ended = {"state": DeliveryState.FAILED, "error": why, "next_at": None}
    connection.execute(update(deliveries).where(deliveries.c.id == letter.id).values(**ended))


def disable(connection: Connection, webhook_id: str, why: str) -> None:
    """Nothing more is sent there until an administrator enables it again."""
    ours = (webhooks.c.id == webhook_id) & webhooks.c.disabled_at.is_(None)
    connection.execute(update(webhooks).where(ours).values(disabled_at=clock.at(connection), disabled_why=why))


def _tried(connection: Connection, letter: Letter, made: Try, **news: object) -> None:
    told = {"tries": letter.tries + 1, "status": made.status, "error": made.error, **news}
    connection.execute(update(deliveries).where(deliveries.c.id == letter.id).values(**told))
