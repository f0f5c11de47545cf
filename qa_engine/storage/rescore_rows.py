"""A run as people see it: how far it is, how fast it goes, what has stopped; all of it read from its batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, func, or_, select

from qa_engine.domain import RubricRef
from qa_engine.errors import BadInput, NotFound
from qa_engine.storage import clock
from qa_engine.storage.records import Failure, InteractionFilter, JobState
from qa_engine.storage.rescore_tables import rescore_batches, rescores
from qa_engine.storage.rows import failure_of
from qa_engine.storage.tables import jobs

PACE_S = 60.0
"""The pace is that of the batches that were done within the last so many seconds."""
NOT_ASKED = ("q", "order", "state")
"""What a list may ask but a run may not: it judges what has been heard, and words are for search."""


class RescoreState(StrEnum):
    """STOPPED: nothing goes on until a person releases the batches that are parked."""

    RUNNING = "running"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"

    @property
    def is_open(self) -> bool:
        return self in (RescoreState.RUNNING, RescoreState.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescore:
    """One run. ``total`` and ``done`` count interactions looked at, wanted or not; ``planned``: ``total`` is final.

    ``writes``: it leaves scorecards, not the difference alone; ``shows``: lists show these. ``stopped`` of its
    ``batches`` wait for a person because of ``error``. ``per_second`` is the present pace.
    """

    id: str
    rubric: RubricRef
    wanted: Mapping[str, Any]
    writes: bool
    shows: bool
    state: RescoreState
    created_by: str
    created_at: datetime
    ended_at: datetime | None
    planned: bool
    total: int
    done: int
    batches: int
    batches_done: int
    per_second: float
    stopped: int
    error: Failure | None

    @property
    def eta_s(self) -> float | None:
        """Seconds until all is looked at, at the present pace; None where nothing moves or not all is planned."""
        if self.state is not RescoreState.RUNNING or not self.planned or not self.per_second:
            return None
        return (self.total - self.done) / self.per_second

    @property
    def share(self) -> float:
        """0..1."""
        return self.done / self.total if self.total else float(self.state is RescoreState.DONE)


def run_row(connection: Connection, tenant: str, run_id: str) -> RowMapping:
    """Raises NotFound."""
    query = select(rescores).where(rescores.c.id == run_id, rescores.c.tenant == tenant)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("no such run", where=run_id[:64])
    return row


def run_of(connection: Connection, row: RowMapping) -> Rescore:
    counted = connection.execute(_counts(row["id"])).one()
    stopped = connection.execute(_stopped(row)).all()
    state = _state(row, waits=counted.batches - counted.batches_done, stopped=len(stopped))
    return Rescore(
        id=row["id"],
        rubric=RubricRef(row["rubric_id"], row["rubric_version"], row["rubric_sha256"]),
        wanted=row["wanted"],
        writes=row["writes"],
        shows=row["shows"],
        state=state,
        created_by=row["created_by"],
        created_at=row["created_at"],
        ended_at=row["cancelled_at"] or (None if state.is_open else counted.last or row["created_at"]),
        planned=row["planned"],
        total=counted.total or 0,
        done=counted.done or 0,
        batches=counted.batches,
        batches_done=counted.batches_done,
        per_second=_pace(connection, row),
        stopped=len(stopped),
        error=failure_of(stopped[0].error) if stopped else None,
    )


def wanted_json(wanted: InteractionFilter) -> dict[str, Any]:
    """A filter as a run keeps it. Raises BadInput for what no run can ask."""
    usual = asdict(InteractionFilter())
    told = {name: value for name, value in asdict(wanted).items() if value != usual[name]}
    for name in NOT_ASKED:
        if name in told:
            raise BadInput("a run cannot ask this", where=name, mend="choose by agent, team, vendor, band, date ...")
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}


def wanted_of(told: Mapping[str, Any]) -> InteractionFilter:
    dates = {name: datetime.fromisoformat(told[name]) for name in ("received_from", "received_to") if name in told}
    return InteractionFilter(**{**told, **dates})


def _counts(run_id: str) -> Any:
    table = rescore_batches.c
    is_done = table.done_at.is_not(None)
    told = select(
        func.count().label("batches"),
        func.count(table.done_at).label("batches_done"),
        func.sum(table["count"]).label("total"),
        func.sum(case((is_done, table["count"]), else_=0)).label("done"),
        func.max(table.done_at).label("last"),
    )
    return told.where(table.run_id == run_id)


def _stopped(row: RowMapping) -> Select[Any]:
    """Why the jobs stand that have stopped, of batches or of the planning itself."""
    table = rescore_batches.c
    open_ones = select(table.job_id).where(table.run_id == row["id"], table.done_at.is_(None))
    mine = or_(jobs.c.id.in_(open_ones), jobs.c.id == row["job_id"])
    return select(jobs.c.error).where(mine, jobs.c.state.in_((JobState.PARKED, JobState.FAILED))).order_by(jobs.c.id)


def _state(row: RowMapping, *, waits: int, stopped: int) -> RescoreState:
    if row["planned"] and not waits:
        return RescoreState.DONE
    if row["cancelled_at"] is not None:
        return RescoreState.CANCELLED
    still = waits + (not row["planned"])
    return RescoreState.STOPPED if stopped and stopped >= still else RescoreState.RUNNING


def _pace(connection: Connection, row: RowMapping) -> float:
    """Interactions a second, over the last minute or since the run began."""
    table, now = rescore_batches.c, clock.at(connection)
    lately = (table.run_id == row["id"]) & (table.done_at > now - timedelta(seconds=PACE_S))
    counted = connection.execute(select(func.sum(rescore_batches.c["count"])).where(lately)).scalar()
    since: float = min(PACE_S, max(1.0, (now - row["created_at"]).total_seconds()))
    return int(counted or 0) / since
