"""Takes in an interaction: its row, its first job and the bell's message are committed together or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from qa_engine.domain import Interaction, Kind, Principal
from qa_engine.domain.codec import dump
from qa_engine.errors import BadInput, Conflict, QAEngineError
from qa_engine.storage import clock
from qa_engine.storage.access import WRITE, require
from qa_engine.storage.ids import new_id
from qa_engine.storage.interactions import latest_jobs
from qa_engine.storage.jobs import enqueue, job_row
from qa_engine.storage.open_chats import keep_messages, open_key
from qa_engine.storage.records import Accepted, Incoming, JobStatus, Queue, Stage, State
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.results import CHAT_VERSION, keep_result
from qa_engine.storage.rows import interaction_row
from qa_engine.storage.search import add_texts, searchable
from qa_engine.storage.tables import interactions, tenants
from qa_engine.storage.types import json_text

NOT_FETCHED = ""
"""The content of a call whose sound is yet to come."""

_CHUNK = 500
_RACES = 10
_Values = dict[str, Any]
"""The columns of one interaction; ``chat`` (as kept) and ``incoming`` travel along."""
_IDENTIFIERS = ("external_id", "vendor", "team", "agent", "customer_ref", "ticket")
_TOLD = (*_IDENTIFIERS, "language", "duration_s", "size", "media_type", "container", "codec", "started_at")
_LONGEST = 200
_COLUMNS = (
    *_TOLD, "id", "tenant", "kind", "source", "direction", "content_sha256", "same_as", "received_at", "metadata",
    "results", "state", "is_fatal", "needs_review", "last_message_at",
)  # fmt: skip


class Intake(Repository):
    def accept(self, principal: Principal, incoming: Incoming) -> Accepted:
        """Row, first job and outbox entry, committed together when this returns.

        Raises Conflict when its external id is kept with other content, Forbidden when the principal may not write.
        Put the sound first: ``sha, size = store.blobs.put(stream)``.
        """
        (accepted,) = self.accept_many(principal, [incoming])
        if isinstance(accepted, QAEngineError):
            raise accepted
        return accepted

    def accept_many(self, principal: Principal, incoming: Sequence[Incoming]) -> list[Accepted | QAEngineError]:
        """The same for many in one transaction, in their order; what cannot be taken holds up no other."""
        require(principal, WRITE)
        read = [_read(principal, one) for one in incoming]
        values = [one for one in read if not isinstance(one, QAEngineError)]
        taken = iter(self._take(values))
        return [one if isinstance(one, QAEngineError) else next(taken) for one in read]

    def _take(self, values: Sequence[_Values]) -> list[Accepted | QAEngineError]:
        if not values:
            return []
        for again in range(_RACES, -1, -1):
            try:
                with self.db.write() as connection:
                    known = _known(connection, values)
                    new = {one["same_as"]: one for one in reversed(values) if one["same_as"] not in known}
                    _enter(connection, list(new.values()))
                    kept = _known(connection, values)
                    latest = latest_jobs(connection, [row["id"] for row in kept.values()])
                break
            except IntegrityError:  # another process took one of them in between look and insert
                if not again:
                    raise
        return [_accepted(one, kept[one["same_as"]], latest, fresh=new.get(one["same_as"]) is one) for one in values]


def _read(principal: Principal, incoming: Incoming) -> _Values | QAEngineError:
    try:
        return _values(principal, incoming)
    except BadInput as error:
        return error


def _known(connection: Connection, values: Sequence[_Values]) -> dict[str, RowMapping]:
    """Those of them that are kept, by what makes them the same."""
    found: dict[str, RowMapping] = {}
    for start in range(0, len(values), _CHUNK):
        same = [one["same_as"] for one in values[start : start + _CHUNK]]
        ours = (interactions.c.tenant == values[0]["tenant"]) & interactions.c.same_as.in_(same)
        found |= {row["same_as"]: row for row in connection.execute(select(interactions).where(ours)).mappings()}
    return found


def _enter(connection: Connection, values: Sequence[_Values]) -> None:
    if not values:
        return
    insert_new(connection, tenants, [{"id": values[0]["tenant"], "created_at": values[0]["received_at"]}])
    connection.execute(insert(interactions), [{name: one[name] for name in _COLUMNS} for one in values])
    for one in values:
        if one["chat"] is not None:
            keep_result(connection, one["content_sha256"], "transcript", CHAT_VERSION, one["chat"])
        if one["incoming"].pieces:
            keep_messages(connection, one["id"], one["incoming"].pieces)
    add_texts(connection, {one["id"]: searchable(one, one["incoming"].chat) for one in values})
    for first in (True, False):
        rows = [_job(connection, one) for one in values if _is_urgent(one["incoming"]) is first]
        if rows:
            enqueue(connection, rows, first=first)


def _is_urgent(incoming: Incoming) -> bool:
    return incoming.priority > 0 or bool(incoming.pieces)


def _job(connection: Connection, values: _Values) -> dict[str, Any]:
    incoming: Incoming = values["incoming"]
    stage, params = Stage.TRANSCRIBE, {}
    if incoming.chat is not None:
        stage = Stage.SCORE
    elif incoming.pieces:
        return job_row(connection, values["tenant"], values["id"], Stage.FOLLOW, queue=Queue.SCORE)
    elif incoming.url is not None:
        stage, params = Stage.FETCH, {"url": incoming.url}
    queue = Queue.ARCHIVE if incoming.priority < 0 else None
    return job_row(connection, values["tenant"], values["id"], stage, queue=queue, params=params)


def _accepted(
    values: _Values, kept: RowMapping, latest: Mapping[str, JobStatus], *, fresh: bool
) -> Accepted | QAEngineError:
    told = values["incoming"].url is None and not values["incoming"].pieces
    if told and kept["content_sha256"] != values["content_sha256"]:
        return Conflict(
            "this external id is already kept with other content",
            where=f"external_id {values['external_id']}",
            mend="send a new external id, or leave it out",
        )
    return Accepted(interaction_row(kept, latest.get(kept["id"])), duplicate=not fresh)


def _values(principal: Principal, incoming: Incoming) -> _Values:
    chat = None if incoming.chat is None else dump(incoming.chat)
    interaction_id, now = new_id(), clock.now()
    content = open_key(interaction_id) if incoming.pieces else _content(incoming, chat)
    told = {name: getattr(incoming, name) for name in _TOLD}
    told = {name: plain(value) if isinstance(value, str) else value for name, value in told.items()}
    for name in _IDENTIFIERS:
        if told[name] is not None and len(told[name]) > _LONGEST:
            raise BadInput(f"longer than {_LONGEST} characters", where=name, mend="shorten it")
    if incoming.chat is not None and told["duration_s"] is None:
        told["duration_s"] = incoming.chat.duration_s
    return told | {
        "id": interaction_id,
        "tenant": principal.tenant,
        "kind": incoming.kind,
        "source": plain(incoming.source),
        "direction": incoming.direction,
        "content_sha256": content,
        "same_as": _same_as(told, content, incoming),
        "received_at": now,
        "metadata": dict(incoming.metadata),
        "results": {} if incoming.chat is None else {"transcript": CHAT_VERSION},
        "state": State.OPEN if incoming.pieces else State.QUEUED,
        "is_fatal": False,
        "needs_review": False,
        "last_message_at": now if incoming.pieces else None,
        "chat": chat,
        "incoming": incoming,
    }


def _content(incoming: Incoming, chat: Any) -> str:
    if chat is not None:
        return hashlib.sha256(json_text(chat).encode()).hexdigest()
    if incoming.url is not None:
        return NOT_FETCHED
    if incoming.content_sha256 is None or incoming.kind is Kind.CHAT:
        raise BadInput("neither kept sound nor a chat came with it", where="content_sha256")
    return incoming.content_sha256


def _same_as(told: dict[str, Any], content: str, incoming: Incoming) -> str:
    """External ids are the sender's word. Without one, the same sound is the same call; short chats may well repeat
    word for word, so the same words are the same chat only from the same people at the same time, and every chat that
    is yet to be said is another one."""
    if told["external_id"]:
        return f"external:{told['external_id']}"
    if incoming.url is not None:
        return f"url:{hashlib.sha256(incoming.url.encode()).hexdigest()}"
    if incoming.chat is None:
        return f"{'open' if incoming.pieces else 'content'}:{content}"
    began: datetime | None = told["started_at"]
    who = json_text(
        [content, began.timestamp() if began else None, told["agent"], told["customer_ref"], told["ticket"]]
    )
    return f"chat:{hashlib.sha256(json_text(who).encode()).hexdigest()}"


def incoming_of(interaction: Interaction, **more: Any) -> Incoming:
    """An Incoming with the fields of a known interaction, for moving and tests."""
    names = (*_IDENTIFIERS, "kind", "source", "direction", "started_at", "language", "duration_s", "metadata")
    return Incoming(**{name: getattr(interaction, name) for name in names}, **more)
