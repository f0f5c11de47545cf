"""Keeps scorecards as they were made, one after another, and shows the latest in the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, or_, select, true, update

from qa_engine.domain import Principal, Scorecard
from qa_engine.domain.codec import dump
from qa_engine.errors import Conflict
from qa_engine.storage import clock
from qa_engine.storage.access import WRITE, require
from qa_engine.storage.events import tell_scored
from qa_engine.storage.explained import scorecard_of
from qa_engine.storage.ids import new_id
from qa_engine.storage.interactions import NEEDS_REVIEW, find, latest_jobs
from qa_engine.storage.jobs import Lease, new_job, requeue
from qa_engine.storage.records import InteractionRow, KeptScorecard, Stage, State
from qa_engine.storage.repository import Repository
from qa_engine.storage.rows import interaction_row
from qa_engine.storage.tables import interaction_flags, interactions, scorecards


class Scorecards(Repository):
    def scorecard(self, principal: Principal, interaction_id: str, rubric: str | None = None) -> KeptScorecard | None:
        """The latest that counts, or the latest of all by a rubric's id or SHA-256."""
        table = scorecards.c
        which = ~table.aside if rubric is None else or_(table.rubric_id == rubric, table.rubric_sha256 == rubric)
        found = self._kept(principal, interaction_id, which, 1)
        return found[0] if found else None

    def scorecards(self, principal: Principal, interaction_id: str) -> Sequence[KeptScorecard]:
        """All, newest first."""
        return self._kept(principal, interaction_id, true(), None)

    def rescore(self, principal: Principal, interaction_id: str, rubric: str | None = None) -> str:
        """Queue another judgement of stored results; returns the job's id. Raises Conflict before there are any."""
        require(principal, WRITE)
        with self.db.write() as connection:
            row = find(connection, principal, interaction_id)
            if row["state"] == State.OPEN:
                raise Conflict("this chat is still open", where=interaction_id, mend="close it first")
            if "transcript" not in row["results"]:
                raise Conflict("nothing was heard of this yet", where=interaction_id, mend="wait for its first score")
            params = {"rubric": rubric} if rubric else {}
            return new_job(connection, row["tenant"], interaction_id, Stage.SCORE, params=params, first=True)

    def release(self, principal: Principal, interaction_id: str) -> InteractionRow:
        """Put the parked or failed job of an interaction back to work, its attempts forgotten. Conflict if it runs."""
        require(principal, WRITE)
        with self.db.write() as connection:
            find(connection, principal, interaction_id)
            last = latest_jobs(connection, [interaction_id]).get(interaction_id)
            if last is None or not requeue(connection, last.id):
                raise Conflict("its work has not stopped", where=interaction_id)
            job = latest_jobs(connection, [interaction_id])[interaction_id]
            return interaction_row(find(connection, principal, interaction_id), job)

    def _kept(
        self, principal: Principal, interaction_id: str, which: ColumnElement[bool], limit: int | None
    ) -> Sequence[KeptScorecard]:
        theirs = scorecards.c.interaction_id == interaction_id
        query = select(scorecards).where(theirs, which).order_by(scorecards.c.id.desc()).limit(limit)
        with self.db.read() as connection:
            found = find(connection, principal, interaction_id)
            return [_kept_scorecard(connection, found, row) for row in connection.execute(query).mappings().all()]


def keep_scorecard(connection: Connection, lease: Lease, card: Scorecard, versions: Mapping[str, Any]) -> str:
    """Append it and show it in the lists, within the transaction that ends the job; returns its id."""
    assert lease.interaction_id is not None
    card_id, now = new_id(), clock.now()
    connection.execute(
        insert(scorecards).values(
            id=card_id,
            tenant=lease.tenant,
            interaction_id=lease.interaction_id,
            job_id=lease.job_id,
            rubric_id=card.rubric.id,
            rubric_version=card.rubric.version,
            rubric_sha256=card.rubric.sha256,
            versions=dict(versions),
            payload=dump(card),
            score=card.score,
            band=card.band,
            created_at=now,
        )
    )
    shown = update(interactions).where(interactions.c.id == lease.interaction_id)
    connection.execute(
        shown.values(
            state=State.DONE,
            score=card.score,
            band=card.band,
            fatal=list(card.fatal),
            is_fatal=bool(card.fatal),
            flags=list(card.flags),
            needs_review=NEEDS_REVIEW in card.flags,
            rubric_id=card.rubric.id,
            scored_at=now,
        )
    )
    connection.execute(delete(interaction_flags).where(interaction_flags.c.interaction_id == lease.interaction_id))
    rows = [
        {"tenant": lease.tenant, "flag": flag, "interaction_id": lease.interaction_id}
        for flag in sorted({*card.flags, *card.fatal})
    ]
    if rows:
        connection.execute(insert(interaction_flags), rows)
    tell_scored(connection, lease.tenant, lease.interaction_id, card_id, card)
    return card_id


def _kept_scorecard(connection: Connection, interaction: RowMapping, row: RowMapping) -> KeptScorecard:
    return KeptScorecard(
        id=row["id"],
        interaction_id=row["interaction_id"],
        scorecard=scorecard_of(connection, interaction, row),
        versions=row["versions"],
        created_at=row["created_at"],
    )
