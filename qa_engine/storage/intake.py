"""Takes in an interaction: its row, its first job and the bell's message are committed together or not at all."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from qa_engine.domain import Interaction, Kind, Principal
from qa_engine.domain.codec import dump
from qa_engine.errors import BadInput, Conflict
from qa_engine.storage import clock
from qa_engine.storage.access import WRITE, require
from qa_engine.storage.ids import new_id
from qa_engine.storage.interactions import latest_jobs
from qa_engine.storage.jobs import new_job
from qa_engine.storage.records import Accepted, Incoming, Stage, State
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.results import keep_result
from qa_engine.storage.rows import interaction_row
from qa_engine.storage.tables import interactions, tenants
from qa_engine.storage.types import json_text

CHAT_VERSION = "chat/1"
"""The version of a transcript that came in as one."""

_IDENTIFIERS = ("external_id", "vendor", "team", "agent", "customer_ref", "ticket")
_TOLD = (*_IDENTIFIERS, "language", "duration_s", "size", "media_type", "container", "codec", "started_at")
_LONGEST = 200


class Intake(Repository):
    def accept(self, principal: Principal, incoming: Incoming) -> Accepted:
        """Row, first job and outbox entry, committed together when this returns.

        Raises Conflict when its external id is kept with other content, Forbidden when the principal may not write.
        Put the sound first: ``sha, size = store.blobs.put(stream)``.
        """
        require(principal, WRITE)
        values = _values(principal, incoming)
        try:
            with self.db.write() as connection:
                known = _known(connection, values)
                if known is None:
                    known = _enter(connection, values, incoming)
                    return Accepted(interaction_row(known, latest_jobs(connection, [known["id"]])[known["id"]]), False)
        except IntegrityError:  # another process took the same thing in between look and insert
            with self.db.read() as connection:
                known = _known(connection, values)
            if known is None:
                raise
        return self._again(known, values)

    def _again(self, known: RowMapping, values: dict[str, Any]) -> Accepted:
        if known["content_sha256"] != values["content_sha256"]:
            raise Conflict(
                "this external id is already kept with other content",
                where=f"external_id {values['external_id']}",
                mend="send a new external id, or leave it out",
            )
        with self.db.read() as connection:
            job = latest_jobs(connection, [known["id"]]).get(known["id"])
        return Accepted(interaction_row(known, job), True)


def _known(connection: Connection, values: dict[str, Any]) -> RowMapping | None:
    same = (interactions.c.tenant == values["tenant"]) & (interactions.c.same_as == values["same_as"])
    return connection.execute(select(interactions).where(same)).mappings().one_or_none()


def _enter(connection: Connection, values: dict[str, Any], incoming: Incoming) -> RowMapping:
    insert_new(connection, tenants, [{"id": values["tenant"], "created_at": values["received_at"]}])
    connection.execute(insert(interactions), values)
    if incoming.chat is not None:
        keep_result(connection, values["content_sha256"], "transcript", CHAT_VERSION, dump(incoming.chat))
    first = Stage.SCORE if incoming.chat is not None else Stage.TRANSCRIBE
    new_job(connection, values["tenant"], values["id"], first, priority=incoming.priority)
    return connection.execute(select(interactions).where(interactions.c.id == values["id"])).mappings().one()


def _values(principal: Principal, incoming: Incoming) -> dict[str, Any]:
    content = _content(incoming)
    told = {name: getattr(incoming, name) for name in _TOLD}
    told = {name: plain(value) if isinstance(value, str) else value for name, value in told.items()}
    for name in _IDENTIFIERS:
        if told[name] is not None and len(told[name]) > _LONGEST:
            raise BadInput(f"longer than {_LONGEST} characters", where=name, mend="shorten it")
    if incoming.chat is not None and told["duration_s"] is None:
        told["duration_s"] = incoming.chat.duration_s
    return told | {
        "id": new_id(),
        "tenant": principal.tenant,
        "kind": incoming.kind,
        "source": plain(incoming.source),
        "direction": incoming.direction,
        "content_sha256": content,
        "same_as": _same_as(told, content, incoming),
        "received_at": clock.now(),
        "metadata": dict(incoming.metadata),
        "results": {} if incoming.chat is None else {"transcript": CHAT_VERSION},
        "state": State.QUEUED,
        "is_fatal": False,
        "needs_review": False,
    }


def _content(incoming: Incoming) -> str:
    if incoming.chat is not None:
        return hashlib.sha256(json_text(dump(incoming.chat)).encode()).hexdigest()
    if incoming.content_sha256 is None or incoming.kind is Kind.CHAT:
        raise BadInput("neither kept sound nor a chat came with it", where="content_sha256")
    return incoming.content_sha256


def _same_as(told: dict[str, Any], content: str, incoming: Incoming) -> str:
    """External ids are the sender's word. Without one, the same sound is the same call; short chats may well repeat
    word for word, so the same words are the same chat only from the same people at the same time."""
    if told["external_id"]:
        return f"external:{told['external_id']}"
    if incoming.chat is None:
        return f"content:{content}"
    began: datetime | None = told["started_at"]
    who = json_text(
        [content, began.timestamp() if began else None, told["agent"], told["customer_ref"], told["ticket"]]
    )
    return f"chat:{hashlib.sha256(json_text(who).encode()).hexdigest()}"


def incoming_of(interaction: Interaction, **more: Any) -> Incoming:
    """An Incoming with the fields of a known interaction, for moving and tests."""
    names = (*_IDENTIFIERS, "kind", "source", "direction", "started_at", "language", "duration_s", "metadata")
    return Incoming(**{name: getattr(interaction, name) for name in names}, **more)
