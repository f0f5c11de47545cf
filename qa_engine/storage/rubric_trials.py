"""A version in trial beside the one in charge: its scorecards of live work are kept aside and compared pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from qa_engine.domain import Life, Principal, Scorecard
from qa_engine.domain.codec import dump
from qa_engine.scoring.difference import GROUPS, Difference, compare
from qa_engine.storage import clock
from qa_engine.storage.access import READ, require
from qa_engine.storage.ids import new_id
from qa_engine.storage.jobs import Lease
from qa_engine.storage.latest import judgements, opened
from qa_engine.storage.oversight import oversees
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.repository import Repository
from qa_engine.storage.rubric_rows import found_version
from qa_engine.storage.rubric_tables import rubric_versions
from qa_engine.storage.tables import interactions, rubrics, scorecards

MOST_TRIALS = 3
"""Versions that are tried at once; of more, the latest. Each costs as much as a judgement."""
SAMPLE = 5_000
"""The latest interactions that are compared."""
BESIDE = "beside"
"""Under which a trial's ``versions`` name the scorecard that counted at the same moment."""


@dataclass(frozen=True, slots=True)
class TrialSoFar:
    """``judged`` interactions since ``began`` (None before the first); ``difference`` is over the latest of them."""

    judged: int
    began: datetime | None
    difference: Difference


class RubricTrials(Repository):
    def trial_rubrics(self, principal: Principal) -> Sequence[KeptRubric]:
        """The tenant's versions in trial, newest first, at most MOST_TRIALS."""
        require(principal, READ)
        table = rubric_versions.c
        tried = (table.tenant == principal.tenant) & (table.state == Life.TRIAL)
        told = [rubrics.c[name] for name in KeptRubric.__dataclass_fields__]
        query = select(*told).join(rubric_versions, table.sha256 == rubrics.c.sha256).where(tried)
        with self.db.read() as connection:
            rows = connection.execute(query.order_by(table.changed_at.desc(), table.id).limit(MOST_TRIALS)).mappings()
            return [KeptRubric(**row) for row in rows]

    def trial_so_far(self, principal: Principal, version_id: str) -> TrialSoFar:
        """What it would change against what counted, from the one in charge to this one. Raises NotFound, Forbidden."""
        with self.db.read() as connection:
            sha256 = found_version(connection, principal, version_id).sha256
            tenant, table = oversees(principal), scorecards.c
            tried = and_(table.rubric_sha256 == sha256, table.tenant == tenant, table.aside, table.run_id.is_(None))
            count = select(func.count(table.interaction_id.distinct()), func.min(table.created_at)).where(tried)
            judged, began = connection.execute(count).one()
            latest = select(table.id, table.interaction_id, table.versions).where(tried).order_by(table.id.desc())
            rows = connection.execute(latest.limit(SAMPLE)).mappings().all()
            return TrialSoFar(judged, began, _difference(connection, rows))


def keep_beside(
    connection: Connection, lease: Lease, card: Scorecard, versions: Mapping[str, Any], beside: str
) -> None:
    """Append a trial's scorecard: no list shows it, nobody is told of it. ``beside`` is the id of the one that counts;
    call it in the transaction that keeps that one."""
    card_id = new_id()
    connection.execute(
        insert(scorecards).values(
            id=card_id,
            tenant=lease.tenant,
            interaction_id=lease.interaction_id,
            job_id=card_id,
            aside=True,
            rubric_id=card.rubric.id,
            rubric_version=card.rubric.version,
            rubric_sha256=card.rubric.sha256,
            versions={**versions, BESIDE: beside},
            payload=dump(card),
            score=card.score,
            band=card.band,
            created_at=clock.now(),
        )
    )


def _difference(connection: Connection, rows: Sequence[Any]) -> Difference:
    newest: dict[str, Any] = {}
    for row in rows:
        newest.setdefault(row["interaction_id"], row)
    after = opened(connection, [row["id"] for row in newest.values()])
    before = opened(connection, [row["versions"][BESIDE] for row in newest.values()])
    both = [one for one in newest if one in before and one in after]
    if not both:
        return Difference()
    told = select(interactions.c.id, *(interactions.c[kind] for kind in GROUPS)).where(interactions.c.id.in_(both))
    whose = {row["id"]: row for row in connection.execute(told).mappings()}
    groups = {kind: [whose[one][kind] for one in both] for kind in GROUPS}
    return compare(both, groups, *(judgements([cards[one] for one in both]) for cards in (before, after)))
