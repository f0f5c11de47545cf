"""Chats that go on: each message is kept before it is answered for, and whoever follows them is rung for once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from qa_engine.domain import Principal
from qa_engine.domain.codec import dump
from qa_engine.errors import BadInput, Conflict
from qa_engine.ingest.growing import Piece, joined
from qa_engine.ingest.record import Limits
from qa_engine.storage import clock
from qa_engine.storage.access import WRITE, require
from qa_engine.storage.interactions import find, latest_jobs
from qa_engine.storage.jobs import new_job
from qa_engine.storage.records import Accepted, JobState, Queue, Stage, State
from qa_engine.storage.repository import Repository
from qa_engine.storage.results import CHAT_VERSION, keep_result
from qa_engine.storage.rows import interaction_row
from qa_engine.storage.search import refind
from qa_engine.storage.tables import chat_messages, interactions, jobs, stage_results
from qa_engine.storage.types import json_text

AT_ONCE = 100
"""Chats that fell silent, closed in one look."""


@dataclass(frozen=True, slots=True)
class Appended:
    """``added`` messages were new; the chat has ``messages`` now."""

    added: int
    messages: int


class OpenChats(Repository):
    def append(self, principal: Principal, interaction_id: str, pieces: Sequence[Piece]) -> Appended:
        """Keep messages of an open chat in their order; those whose ``ref`` is known stay as they are.

        Raises NotFound, Conflict when it is closed, BadInput when it would be too long, Forbidden.
        """
        require(principal, WRITE)
        with self.db.write() as connection:
            row = find(connection, principal, interaction_id)
            if not hold(connection, interaction_id):
                mend = "send what was said afterwards as a chat of its own"
                raise Conflict("this chat is closed", where=interaction_id, mend=mend)
            fresh, before = _unknown(connection, interaction_id, pieces), _count(connection, interaction_id)
            if before + len(fresh) > self.settings.max_chat_messages:
                most = f"a chat has at most {self.settings.max_chat_messages} messages"
                raise BadInput(most, where="messages", mend="close it, or raise QA_ENGINE_MAX_CHAT_MESSAGES")
            if fresh:
                keep_messages(connection, interaction_id, fresh, before)
                heard = update(interactions).where(interactions.c.id == interaction_id)
                connection.execute(heard.values(last_message_at=clock.at(connection)))
                follow(connection, row["tenant"], interaction_id)
        return Appended(len(fresh), before + len(fresh))

    def pieces(self, interaction_id: str) -> tuple[Piece, ...]:
        """All messages of a chat that is open, in the order in which they came."""
        with self.db.read() as connection:
            return _pieces(connection, interaction_id)

    def close_chat(self, principal: Principal, interaction_id: str) -> Accepted:
        """Nothing more is said: it is judged now. ``duplicate``: it was closed before."""
        require(principal, WRITE)
        with self.db.write() as connection:
            find(connection, principal, interaction_id)
            closed = self._close(connection, interaction_id)
            row = find(connection, principal, interaction_id)
            return Accepted(interaction_row(row, latest_jobs(connection, [row["id"]]).get(row["id"])), not closed)

    def close_silent(self, after_s: float) -> Sequence[str]:
        """Close some in which nobody has said anything for so many seconds; returns their ids."""
        with self.db.read() as connection:
            quiet = interactions.c.last_message_at < clock.at(connection) - timedelta(seconds=after_s)
            oldest = select(interactions.c.id).where(quiet).order_by(interactions.c.last_message_at).limit(AT_ONCE)
            ids = connection.execute(oldest).scalars().all()
        closed = []
        for interaction_id in ids:
            with self.db.write() as connection:
                if self._close(connection, interaction_id):
                    closed.append(interaction_id)
        return closed

    def _close(self, connection: Connection, interaction_id: str) -> bool:
        """Its messages become the transcript of a chat like any other, and its first judgement is queued."""
        if not hold(connection, interaction_id):
            return False
        ours = interactions.c.id == interaction_id
        row = connection.execute(select(interactions).where(ours)).mappings().one()
        record = joined(_pieces(connection, interaction_id), Limits.of(self.settings), language=row["language"])
        kept = dump(record.transcript)
        content = hashlib.sha256(json_text(kept).encode()).hexdigest()
        keep_result(connection, content, "transcript", CHAT_VERSION, kept)
        found = {
            "state": State.QUEUED,
            "last_message_at": None,
            "content_sha256": content,
            "results": {"transcript": CHAT_VERSION},
            "language": row["language"] or record.language,
            "started_at": row["started_at"] or record.started_at,
            "duration_s": record.transcript.duration_s,
        }
        connection.execute(update(interactions).where(ours).values(**found))
        forget_so_far(connection, interaction_id)
        connection.execute(delete(chat_messages).where(chat_messages.c.interaction_id == interaction_id))
        refind(connection, interaction_id)
        new_job(connection, row["tenant"], interaction_id, Stage.SCORE)
        return True


def open_key(interaction_id: str) -> str:
    """Under which results of a chat that still grows are kept: it has no content to be known by yet."""
    return hashlib.sha256(f"open chat {interaction_id}".encode()).hexdigest()


def hold(connection: Connection, interaction_id: str) -> bool:
    """Nobody else changes this chat until the transaction ends; False when it is no longer open."""
    still = (interactions.c.id == interaction_id) & (interactions.c.state == State.OPEN)
    return connection.execute(update(interactions).where(still).values(state=State.OPEN)).rowcount == 1


def keep_messages(connection: Connection, interaction_id: str, pieces: Sequence[Piece], before: int = 0) -> None:
    """After the ``before`` first ones."""
    now = clock.at(connection)
    rows = [
        {"interaction_id": interaction_id, "n": n, "ref": piece.ref, "payload": dict(piece.payload), "received_at": now}
        for n, piece in enumerate(pieces, before)
    ]
    connection.execute(insert(chat_messages), rows)


def follow(connection: Connection, tenant: str, interaction_id: str) -> None:
    """Ring for whoever follows the chat, unless a job waits that has not begun and will see the latest message."""
    ours = (jobs.c.interaction_id == interaction_id) & (jobs.c.stage == Stage.FOLLOW)
    waits = select(jobs.c.id).where(ours, jobs.c.state == JobState.QUEUED).limit(1).with_for_update()
    if connection.execute(waits).scalar() is None:
        new_job(connection, tenant, interaction_id, Stage.FOLLOW, queue=Queue.SCORE, first=True)


def forget_so_far(connection: Connection, interaction_id: str) -> None:
    """What was found out about the chat up to an earlier message."""
    so_far = stage_results.c.content_sha256 == open_key(interaction_id)
    connection.execute(delete(stage_results).where(so_far))


def _unknown(connection: Connection, interaction_id: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Each once; those without a ref are all new."""
    refs = [piece.ref for piece in pieces if piece.ref is not None]
    ours = (chat_messages.c.interaction_id == interaction_id) & chat_messages.c.ref.in_(refs)
    known = set(connection.execute(select(chat_messages.c.ref).where(ours)).scalars())
    fresh: dict[Any, Piece] = {}
    for n, piece in enumerate(pieces):
        if piece.ref is None or piece.ref not in known:
            fresh.setdefault(n if piece.ref is None else piece.ref, piece)
    return list(fresh.values())


def _count(connection: Connection, interaction_id: str) -> int:
    counted = select(func.count()).where(chat_messages.c.interaction_id == interaction_id)
    return connection.execute(counted).scalar_one()


def _pieces(connection: Connection, interaction_id: str) -> tuple[Piece, ...]:
    ours = select(chat_messages).where(chat_messages.c.interaction_id == interaction_id)
    return tuple(_piece(row) for row in connection.execute(ours.order_by(chat_messages.c.n)).mappings())


def _piece(row: RowMapping) -> Piece:
    received: datetime = row["received_at"]
    return Piece(row["payload"], row["ref"], received)
