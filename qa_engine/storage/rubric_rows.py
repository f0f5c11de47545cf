"""Reads the versions of a tenant's rubrics: who may see which, where each stands, and its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from qa_engine.domain import Life, Principal, UserRole
from qa_engine.errors import Forbidden, NotFound
from qa_engine.storage.access import WRITE, may
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.rubric_tables import active_rubrics, rubric_changes, rubric_versions
from qa_engine.storage.tables import rubrics

EDITORS = frozenset({UserRole.ADMIN, UserRole.QA_LEAD})
"""People who own what is judged; a key that hands in recordings must not change how everyone is scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricVersion:
    """One version of a tenant's rubric without its text; ``languages`` are those that it decides now."""

    id: str
    rubric_id: str
    version: str
    sha256: str
    state: Life
    created_at: datetime
    changed_at: datetime
    changed_by: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricChange:
    """One step of a version's life; ``before`` is None for its beginning."""

    before: Life | None
    after: Life
    at: datetime
    actor: str
    why: str


def edits(principal: Principal) -> bool:
    """Whether the principal may write rubrics and read drafts."""
    return principal.role in EDITORS and may(principal, WRITE)


def editor(principal: Principal) -> None:
    """Raises Forbidden."""
    if not edits(principal):
        raise Forbidden(f"role {principal.role} may not edit rubrics", mend="ask a QA lead or an administrator")


def closest(language: str) -> tuple[str, ...]:
    """The codes under which a language's rubric may stand, nearest first: zh-cn, zh. Cantonese is judged as zh, too."""
    code = language.lower().replace("_", "-")
    plain_code = code.partition("-")[0]
    return tuple(dict.fromkeys((code, plain_code, *(["zh"] if plain_code == "yue" else []))))


def found_version(connection: Connection, principal: Principal, version_id: str) -> RubricVersion:
    found = next(iter(all_versions(connection, principal, version_id)), None)
    if found is None:
        raise NotFound("no such version of a rubric", where=version_id[:80])
    return found


def all_versions(connection: Connection, principal: Principal, version_id: str | None = None) -> list[RubricVersion]:
    table = rubric_versions.c
    told = [table[name] for name in RubricVersion.__dataclass_fields__ if name != "languages"]
    query = select(*told).where(table.tenant == principal.tenant).order_by(table.id.desc())
    if version_id is not None:
        query = query.where(table.id == version_id)
    if not edits(principal):
        query = query.where(table.state != Life.DRAFT)
    ours = active_rubrics.c.tenant == principal.tenant
    charge: dict[str, list[str]] = {}
    for row in connection.execute(select(active_rubrics).where(ours).order_by(active_rubrics.c.language)).mappings():
        charge.setdefault(row["version_id"], []).append(row["language"])
    return [_version(row, charge) for row in connection.execute(query).mappings()]


def _version(row: RowMapping, charge: dict[str, list[str]]) -> RubricVersion:
    return RubricVersion(**{**row, "state": Life(row["state"]), "languages": tuple(charge.get(row["id"], ()))})


def history_of(connection: Connection, version_id: str) -> list[RubricChange]:
    query = select(rubric_changes).where(rubric_changes.c.version_id == version_id).order_by(rubric_changes.c.id)
    return [_change(row) for row in connection.execute(query).mappings()]


def text_of(connection: Connection, found: RubricVersion) -> KeptRubric:
    draft = select(rubric_versions.c.draft).where(rubric_versions.c.id == found.id)
    text = connection.execute(draft).scalar_one()
    if text is None:
        text = connection.execute(select(rubrics.c.yaml).where(rubrics.c.sha256 == found.sha256)).scalar_one()
    return KeptRubric(
        sha256=found.sha256, id=found.rubric_id, version=found.version, yaml=text, created_at=found.created_at
    )


def _change(row: RowMapping) -> RubricChange:
    before = Life(row["before"]) if row["before"] else None
    return RubricChange(before=before, after=Life(row["after"]), at=row["at"], actor=row["actor"], why=row["why"])
