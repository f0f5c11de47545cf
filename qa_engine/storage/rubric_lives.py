"""The lives of a tenant's rubrics: drafts to edit, versions whose text stands for good, and which one decides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from qa_engine.domain import MOVES, Life, Principal
from qa_engine.errors import BadRubric, Conflict, QAEngineError
from qa_engine.storage import clock
from qa_engine.storage.access import READ, require
from qa_engine.storage.audit import append
from qa_engine.storage.ids import new_id
from qa_engine.storage.records import KeptRubric
from qa_engine.storage.repository import Repository, insert_new, plain
from qa_engine.storage.rubric_moves import freeze, locked, move, note, only_draft, put_in_charge, sound, who
from qa_engine.storage.rubric_rows import (
    RubricChange,
    RubricVersion,
    all_versions,
    closest,
    editor,
    found_version,
    history_of,
    text_of,
)
from qa_engine.storage.rubric_tables import active_rubrics, rubric_changes, rubric_versions
from qa_engine.storage.tables import tenants

MOST_DRAFTS = 200


class ChangedMeanwhile(QAEngineError):
    """A draft is not any more what the one who saves it has read."""

    code = "changed_meanwhile"


class RubricLives(Repository):
    def rubric_versions(self, principal: Principal) -> Sequence[RubricVersion]:
        """Newest first; drafts only for those who edit."""
        require(principal, READ)
        with self.db.read() as connection:
            return all_versions(connection, principal)

    def rubric_version(self, principal: Principal, version_id: str) -> RubricVersion:
        """Raises NotFound, also for a draft where the principal does not edit."""
        require(principal, READ)
        with self.db.read() as connection:
            return found_version(connection, principal, version_id)

    def rubric_text(self, principal: Principal, version_id: str) -> KeptRubric:
        """The text as it stands now. Raises NotFound."""
        require(principal, READ)
        with self.db.read() as connection:
            return text_of(connection, found_version(connection, principal, version_id))

    def rubric_history(self, principal: Principal, version_id: str) -> Sequence[RubricChange]:
        """Oldest first: who brought it where, and why. Raises NotFound."""
        require(principal, READ)
        with self.db.read() as connection:
            return history_of(connection, found_version(connection, principal, version_id).id)

    def active_rubric(self, principal: Principal, language: str) -> KeptRubric | None:
        """What decides for interactions of that language (a code such as zh, zh-CN, yue); None: the installation's."""
        require(principal, READ)
        with self.db.read() as connection:
            for code in closest(language):
                found = connection.execute(_deciding(principal, code)).scalar()
                if found is not None:
                    return text_of(connection, found_version(connection, principal, found))
        return None

    def draft_rubric(self, principal: Principal, text: str, why: str = "") -> RubricVersion:
        """Begin a draft with a text that says its id and version. Raises Forbidden, BadRubric, Conflict."""
        editor(principal)
        name, version = _names(text)
        now = clock.now()
        version_id = new_id()
        with self.db.write() as connection:
            insert_new(connection, tenants, [{"id": principal.tenant, "created_at": now}])
            if _drafts(connection, principal) >= MOST_DRAFTS:
                raise Conflict(f"there are {MOST_DRAFTS} drafts already", mend="discard one that is not needed")
            row = {"id": version_id, "tenant": principal.tenant, "rubric_id": name, "version": version,
                   "state": Life.DRAFT, "created_at": now, "changed_at": now, "changed_by": who(principal)}  # fmt: skip
            connection.execute(insert(rubric_versions).values(**row, **_text(text)))
            note(connection, principal, version_id, after=Life.DRAFT, why=why)
            append(connection, principal, "rubric.draft", version_id, {"rubric": name, "version": version})
            return found_version(connection, principal, version_id)

    def redraft_rubric(self, principal: Principal, version_id: str, text: str, expected: str) -> RubricVersion:
        """Replace a draft whose text still has the SHA-256 ``expected``; a text that cannot be read yet is kept too.

        Raises Forbidden, NotFound, Conflict beyond draft, ChangedMeanwhile.
        """
        editor(principal)
        with self.db.write() as connection:
            found = locked(connection, principal, version_id)
            only_draft(found)
            if found.sha256 != expected:
                raise ChangedMeanwhile(
                    f"the draft was changed by {found.changed_by} meanwhile", where="If-Match",
                    mend="read it again and bring your change in",
                )  # fmt: skip
            told = {**_text(text), "changed_at": clock.now(), "changed_by": who(principal)}
            name, version = _names(text, (found.rubric_id, found.version))
            same = rubric_versions.c.id == version_id
            connection.execute(update(rubric_versions).where(same).values(**told, rubric_id=name, version=version))
            append(connection, principal, "rubric.edit", version_id, {"before": expected, "after": told["sha256"]})
            return found_version(connection, principal, version_id)

    def discard_draft(self, principal: Principal, version_id: str) -> None:
        """Raises Forbidden, NotFound, Conflict beyond draft."""
        editor(principal)
        with self.db.write() as connection:
            found = locked(connection, principal, version_id)
            only_draft(found)
            connection.execute(delete(rubric_changes).where(rubric_changes.c.version_id == version_id))
            connection.execute(delete(rubric_versions).where(rubric_versions.c.id == version_id))
            told = {"rubric": found.rubric_id, "version": found.version, "sha256": found.sha256}
            append(connection, principal, "rubric.discard", version_id, told)

    def move_rubric(self, principal: Principal, version_id: str, to: Life, why: str) -> RubricVersion:
        """Bring a version into another state; the one that it replaces retires with it.

        On the way to trial and to active its text is examined anew: errors refuse it. Raises Forbidden, NotFound,
        BadRubric, Conflict (no such way; the version's name is taken by another text; no reason was given).
        """
        editor(principal)
        if not why.strip():
            raise Conflict("a change of state needs a reason", where="why", mend="say why in a few words")
        before = self.rubric_text(principal, version_id)
        rubric = sound(before) if to in (Life.TRIAL, Life.ACTIVE) else None
        with self.db.write() as connection:
            found = locked(connection, principal, version_id)
            if to not in MOVES[found.state]:
                ways = ", ".join(sorted(MOVES[found.state])) or "none"
                raise Conflict(f"{found.state} cannot become {to}", where=version_id, mend=f"it may become: {ways}")
            if found.sha256 != before.sha256:
                raise ChangedMeanwhile("the draft was changed while it was examined", mend="look at it and try again")
            if rubric is not None and found.state is Life.DRAFT:
                freeze(connection, principal, rubric, version_id)
            if rubric is not None and to is Life.ACTIVE:
                put_in_charge(connection, principal, rubric, found)
            if found.state is Life.ACTIVE:
                connection.execute(delete(active_rubrics).where(active_rubrics.c.version_id == version_id))
            move(connection, principal, found, to, why)
            return found_version(connection, principal, version_id)


def _names(text: str, otherwise: tuple[str, str] | None = None) -> tuple[str, str]:
    from qa_engine.rubric.library import names_of  # noqa: PLC0415 - see above

    try:
        return names_of(text)
    except BadRubric:
        if otherwise is None:
            raise
        return otherwise


def _text(text: str) -> dict[str, str]:
    if plain(text) != text:
        raise BadRubric("control characters and broken Unicode cannot be kept", where="rubric.yaml", mend="remove them")
    return {"draft": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _drafts(connection: Connection, principal: Principal) -> int:
    ours = (rubric_versions.c.tenant == principal.tenant) & (rubric_versions.c.state == Life.DRAFT)
    return int(connection.execute(select(func.count()).select_from(rubric_versions).where(ours)).scalar_one())


def _deciding(principal: Principal, code: str) -> Any:
    ours = (active_rubrics.c.tenant == principal.tenant) & (active_rubrics.c.language == code)
    return select(active_rubrics.c.version_id).where(ours)
