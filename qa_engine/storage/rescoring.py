"""Runs that judge the archive by another rubric: begun, followed, cancelled, gone on with; and their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from qa_engine.domain import Principal
from qa_engine.errors import Conflict
from qa_engine.scoring.difference import Difference
from qa_engine.storage import clock
from qa_engine.storage.access import WRITE, require
from qa_engine.storage.audit import append
from qa_engine.storage.ids import new_id
from qa_engine.storage.jobs import enqueue, job_row
from qa_engine.storage.merging import merged
from qa_engine.storage.oversight import oversees
from qa_engine.storage.records import InteractionFilter, JobState, Page, Queue, Stage
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.rescore_rows import Rescore, RescoreState, run_of, run_row, wanted_json
from qa_engine.storage.rescore_tables import rescore_batches, rescores
from qa_engine.storage.rubrics import keep
from qa_engine.storage.tables import jobs, tenants

if TYPE_CHECKING:
    from qa_engine.rubric import Rubric

MAX_PAGE = 100


class Rescoring(Repository):
    """For those who see the whole tenant; everyone else gets Forbidden."""

    def start_rescore(
        self,
        principal: Principal,
        rubric: Rubric,
        wanted: InteractionFilter | None = None,
        *,
        writes: bool = False,
        shows: bool = False,
    ) -> Rescore:
        """Begin a run over what is there now. Raises BadInput for a filter that no run can ask."""
        tenant, told = _runs(principal), wanted_json(wanted or InteractionFilter())
        run_id, now, shows = new_id(), clock.now(), writes and shows
        reference = {"rubric_id": rubric.id, "rubric_version": rubric.version, "rubric_sha256": rubric.sha256}
        with self.db.write() as connection:
            insert_new(connection, tenants, [{"id": tenant, "created_at": now}])
            keep(connection, rubric)
            job = run_job(connection, tenant, run_id, rubric.id)
            row = {
                **reference, "id": run_id, "tenant": tenant, "wanted": told, "writes": writes, "shows": shows,
                "until_id": new_id(), "planned_to": "", "planned": False, "job_id": job["id"],
                "created_by": principal.id, "created_at": now,
            }  # fmt: skip
            connection.execute(insert(rescores).values(row))
            enqueue(connection, [job])
            detail = {"rubric": rubric.sha256, "wanted": told, "writes": writes, "shows": shows}
            append(connection, principal, "rescore.start", run_id, detail)
            return run_of(connection, run_row(connection, tenant, run_id))

    def rescores(self, principal: Principal, after: str | None = None, limit: int = 50) -> Page[Rescore]:
        """Newest first; ``after`` is the ``next`` of the page before."""
        limit, theirs = max(1, min(limit, MAX_PAGE)), rescores.c.tenant == oversees(principal)
        query = select(rescores).where(theirs).order_by(rescores.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(rescores.c.id < after)
        with self.db.read() as connection:
            rows = connection.execute(query).mappings().all()
            shown = tuple(run_of(connection, row) for row in rows[:limit])
        return Page(shown, shown[-1].id if len(rows) > limit else None)

    def rescore_run(self, principal: Principal, run_id: str) -> Rescore:
        """Raises NotFound."""
        with self.db.read() as connection:
            return run_of(connection, run_row(connection, oversees(principal), run_id))

    def difference(self, principal: Principal, run_id: str) -> Difference:
        """What the batches that are done have found, added up. Raises NotFound."""
        with self.db.read() as connection:
            return merged(connection, run_row(connection, oversees(principal), run_id)["id"])

    def cancel_rescore(self, principal: Principal, run_id: str) -> Rescore:
        """No further batch begins; what was written stays. Raises NotFound, Conflict when it has ended."""
        tenant = _runs(principal)
        with self.db.write() as connection:
            if not run_of(connection, run_row(connection, tenant, run_id)).state.is_open:
                raise Conflict("it has ended already", where=run_id)
            connection.execute(_of(run_id, cancelled_at=clock.now()))
            connection.execute(delete(jobs).where(_jobs_of(run_id), jobs.c.state != JobState.LEASED))
            append(connection, principal, "rescore.cancel", run_id)
            return run_of(connection, run_row(connection, tenant, run_id))

    def resume_rescore(self, principal: Principal, run_id: str) -> Rescore:
        """A cancelled run goes on with what it lacks. Raises NotFound, Conflict when it is not cancelled."""
        tenant = _runs(principal)
        with self.db.write() as connection:
            row = run_row(connection, tenant, run_id)
            if run_of(connection, row).state is not RescoreState.CANCELLED:
                raise Conflict("it is not cancelled", where=run_id)
            connection.execute(_of(run_id, cancelled_at=None))
            _go_on(connection, row)
            append(connection, principal, "rescore.resume", run_id)
            return run_of(connection, run_row(connection, tenant, run_id))


def run_job(connection: Connection, tenant: str, run_id: str, rubric: str, batch: int | None = None) -> dict[str, Any]:
    """Work on a run: on one of its batches, or on its planning."""
    params = {"run": run_id, "rubric": rubric} | ({} if batch is None else {"batch": batch})
    return job_row(connection, tenant, None, Stage.RESCORE, queue=Queue.ARCHIVE, params=params)


def _runs(principal: Principal) -> str:
    """The tenant whose archive the principal may have judged anew. Raises Forbidden."""
    require(principal, WRITE)
    return oversees(principal)


def _of(run_id: str, **values: Any) -> Any:
    return update(rescores).where(rescores.c.id == run_id).values(**values)


def _jobs_of(run_id: str) -> Any:
    """The jobs of its batches that are not done, and that of its planning."""
    table = rescore_batches.c
    batches = select(table.job_id).where(table.run_id == run_id, table.done_at.is_(None))
    planning = select(rescores.c.job_id).where(rescores.c.id == run_id)
    return jobs.c.id.in_(batches.union_all(planning))


def _go_on(connection: Connection, row: Any) -> None:
    """New jobs for what has none that still has to end."""
    alive = _jobs_of(row["id"]) & (jobs.c.state != JobState.DONE)
    there = set(connection.execute(select(jobs.c.id).where(alive)).scalars())
    table, whose = rescore_batches.c, (row["tenant"], row["id"], row["rubric_id"])
    waits = select(table.n, table.job_id).where(table.run_id == row["id"], table.done_at.is_(None))
    made = []
    for batch in connection.execute(waits.order_by(table.n)).all():
        if batch.job_id not in there:
            made.append(job := run_job(connection, *whose, batch.n))
            same = (table.run_id == row["id"]) & (table.n == batch.n)
            connection.execute(update(rescore_batches).where(same).values(job_id=job["id"]))
    if not row["planned"] and row["job_id"] not in there:
        made.append(job := run_job(connection, *whose))
        connection.execute(_of(row["id"], job_id=job["id"]))
    if made:
        enqueue(connection, made)
