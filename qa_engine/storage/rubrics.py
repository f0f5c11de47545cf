"""Keeps the text of every rubric that judged something, so that an old scorecard stays explainable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, update

from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import READ, require
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.rubric_tables import rubric_versions
from qa_engine.storage.tables import rubrics

if TYPE_CHECKING:
    from qa_engine.rubric import Rubric

_TOLD = [rubrics.c[name] for name in KeptRubric.__dataclass_fields__]


class Rubrics(Repository):
    def keep_rubric(self, rubric: Rubric) -> None:
        """Once for each SHA-256; from now on every tenant may read it."""
        with self.db.write() as connection:
            keep(connection, rubric)
            connection.execute(update(rubrics).where(rubrics.c.sha256 == rubric.sha256).values(shared=True))

    def rubrics(self, principal: Principal) -> Sequence[KeptRubric]:
        """Newest first: those of the installation, and the tenant's own beyond their draft."""
        require(principal, READ)
        query = _texts(principal).order_by(rubrics.c.created_at.desc(), rubrics.c.id)
        with self.db.read() as connection:
            return [KeptRubric(**row) for row in connection.execute(query).mappings()]

    def newest_rubrics(self, principal: Principal) -> Sequence[KeptRubric]:
        """The newest text of each id, newest first."""
        require(principal, READ)
        table = rubrics.c
        rank = func.row_number().over(partition_by=table.id, order_by=[table.created_at.desc(), table.sha256])
        ranked = select(table.sha256, rank.label("rank")).where(readable(principal)).subquery()
        newest = table.sha256.in_(select(ranked.c.sha256).where(ranked.c.rank == 1))
        with self.db.read() as connection:
            query = select(*_TOLD).where(newest).order_by(table.created_at.desc(), table.id)
            return [KeptRubric(**row) for row in connection.execute(query).mappings()]

    def rubric(self, principal: Principal, id_or_sha256: str) -> KeptRubric:
        """The newest of that id, or the one of that SHA-256. Raises NotFound."""
        require(principal, READ)
        named = or_(rubrics.c.sha256 == id_or_sha256, rubrics.c.id == id_or_sha256)
        query = _texts(principal).where(named).order_by(rubrics.c.created_at.desc()).limit(1)
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise NotFound("no such rubric", where=id_or_sha256[:80])
        return KeptRubric(**row)


def keep(connection: Connection, rubric: Rubric, *, shared: bool = True) -> None:
    """``shared``: for every tenant to read, unless the text was kept for one of them before."""
    row = {
        "sha256": rubric.sha256,
        "id": rubric.id,
        "version": rubric.version,
        "yaml": rubric.text,
        "created_at": clock.now(),
        "shared": shared,
    }
    insert_new(connection, rubrics, [row])


def readable(principal: Principal) -> ColumnElement[bool]:
    """Which texts the principal may read: other tenants' are not there."""
    own = select(rubric_versions.c.sha256).where(rubric_versions.c.tenant == principal.tenant)
    return or_(rubrics.c.shared, rubrics.c.sha256.in_(own))


def _texts(principal: Principal) -> Select[tuple[object, ...]]:
    return select(*_TOLD).where(readable(principal))
