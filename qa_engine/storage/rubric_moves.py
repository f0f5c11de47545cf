"""How a version of a rubric gets from one state of its life to the next, within the transaction of whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from qa_engine.domain import Life, Principal
from qa_engine.errors import BadRubric, Conflict
from qa_engine.storage import clock
from qa_engine.storage.audit import append
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.repository import plain
from qa_engine.storage.rubric_rows import RubricVersion, closest, found_version
from qa_engine.storage.rubric_tables import active_rubrics, rubric_changes, rubric_versions
from qa_engine.storage.rubrics import keep, readable
from qa_engine.storage.tables import rubrics, tenants

if TYPE_CHECKING:
    from qa_engine.rubric import Rubric

LONGEST_WHY = 1000


def sound(kept: KeptRubric) -> Rubric:
    """The rubric of that text. Raises BadRubric with its first error, where it has any."""
    from qa_engine.rubric import read_rubric  # noqa: PLC0415 - most processes never examine a rubric
    from qa_engine.scoring.examine import examine  # noqa: PLC0415

    rubric = read_rubric(kept.yaml, f"{kept.id}.yaml")
    errors = [finding for finding in examine(rubric) if finding.level == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more errors)" if errors[1:] else ""
        raise BadRubric(f"{errors[0].message}{more}", where=errors[0].where, mend=errors[0].mend)
    return rubric


def freeze(connection: Connection, principal: Principal, rubric: Rubric, version_id: str) -> None:
    """From now on the text stands under its SHA-256, and its id and version mean this text alone."""
    named = (rubrics.c.id == rubric.id) & (rubrics.c.version == rubric.version) & (rubrics.c.sha256 != rubric.sha256)
    if connection.execute(select(rubrics.c.sha256).where(named & readable(principal)).limit(1)).first():
        raise Conflict(
            f"{rubric.id} {rubric.version} is another text already", where="version", mend="give it a new version"
        )
    own = (rubric_versions.c.tenant == principal.tenant) & (rubric_versions.c.sha256 == rubric.sha256)
    beyond = own & (rubric_versions.c.state != Life.DRAFT)
    if connection.execute(select(rubric_versions.c.id).where(beyond).limit(1)).first():
        raise Conflict("this very text has a life already", where="version", mend="use that one, or change the text")
    keep(connection, rubric, shared=False)
    frozen = update(rubric_versions).where(rubric_versions.c.id == version_id)
    connection.execute(frozen.values(draft=None, rubric_id=rubric.id, version=rubric.version))


def put_in_charge(connection: Connection, principal: Principal, rubric: Rubric, found: RubricVersion) -> None:
    """For each of its languages; whoever was in charge of one of them retires wholly."""
    ours = (active_rubrics.c.tenant == principal.tenant) & active_rubrics.c.language.in_(_codes(rubric))
    for other in set(connection.execute(select(active_rubrics.c.version_id).where(ours)).scalars()):
        connection.execute(delete(active_rubrics).where(active_rubrics.c.version_id == other))
        why = f"replaced by {rubric.id} {rubric.version}"
        move(connection, principal, found_version(connection, principal, other), Life.RETIRED, why)
    rows = [{"tenant": principal.tenant, "language": code, "version_id": found.id} for code in _codes(rubric)]
    connection.execute(insert(active_rubrics), rows)


def _codes(rubric: Rubric) -> list[str]:
    return sorted({closest(language)[0] for language in rubric.languages})


def move(connection: Connection, principal: Principal, found: RubricVersion, to: Life, why: str) -> None:
    told = {"state": to, "changed_at": clock.now(), "changed_by": who(principal)}
    connection.execute(update(rubric_versions).where(rubric_versions.c.id == found.id).values(**told))
    note(connection, principal, found.id, before=found.state, after=to, why=why)
    detail = {"rubric": found.rubric_id, "version": found.version, "sha256": found.sha256, "before": found.state,
              "after": to, "why": why}  # fmt: skip
    append(connection, principal, "rubric.move", found.id, detail)


def who(principal: Principal) -> str:
    """What people read; the audit log has the id."""
    return (principal.name or principal.id)[:200]


def note(connection: Connection, principal: Principal, version_id: str, *, after: Life, why: str, **told: Any) -> None:
    row = {"version_id": version_id, "after": after, "at": clock.now(), "actor": who(principal), **told}
    connection.execute(insert(rubric_changes).values(**row, why=(plain(why) or "").strip()[:LONGEST_WHY]))


def only_draft(found: RubricVersion) -> None:
    if found.state is not Life.DRAFT:
        raise Conflict(f"the text of what is {found.state} never changes", where=found.id, mend="begin a new draft")


def locked(connection: Connection, principal: Principal, version_id: str) -> RubricVersion:
    """The version, with the tenant's row as the lock that lets one change at a time happen. Raises NotFound."""
    connection.execute(select(tenants.c.id).where(tenants.c.id == principal.tenant).with_for_update())
    return found_version(connection, principal, version_id)
