"""Keeps the text of every rubric that judged something, so that an old scorecard stays explainable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, or_, select

from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.storage import clock
from qa_engine.storage.access import READ, require
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import rubrics

if TYPE_CHECKING:
    from qa_engine.rubric import Rubric


class Rubrics(Repository):
    def keep_rubric(self, rubric: Rubric) -> None:
        """Once for each SHA-256."""
        with self.db.write() as connection:
            keep(connection, rubric)

    def rubrics(self, principal: Principal) -> Sequence[KeptRubric]:
        """Newest first; those that judged something or were kept by hand."""
        require(principal, READ)
        query = select(rubrics).order_by(rubrics.c.created_at.desc(), rubrics.c.id)
        with self.db.read() as connection:
            return [_kept(row) for row in connection.execute(query).mappings()]

    def rubric(self, principal: Principal, id_or_sha256: str) -> KeptRubric:
        """The newest of that id, or the one of that SHA-256. Raises NotFound."""
        require(principal, READ)
        named = or_(rubrics.c.sha256 == id_or_sha256, rubrics.c.id == id_or_sha256)
        query = select(rubrics).where(named).order_by(rubrics.c.created_at.desc()).limit(1)
        with self.db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise NotFound("no such rubric", where=id_or_sha256[:80])
        return _kept(row)


def keep(connection: Connection, rubric: Rubric) -> None:
    row = {
        "sha256": rubric.sha256,
        "id": rubric.id,
        "version": rubric.version,
        "yaml": rubric.text,
        "created_at": clock.now(),
    }
    insert_new(connection, rubrics, [row])


def _kept(row: RowMapping) -> KeptRubric:
    return KeptRubric(**row)
