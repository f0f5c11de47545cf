"""How rubrics look from outside: named and hashed in lists with the state of their lives, whole by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from api.deps import Clean
from qa_engine.domain import Life, Text
from qa_engine.rubric import Item, Rubric
from qa_engine.storage import KeptRubric
from qa_engine.storage.rubric_rows import RubricChange, RubricVersion

RubricName = Annotated[Clean, Path(description="id of a version, SHA-256, or id (then the newest)", max_length=200)]


class RubricOut(BaseModel):
    """A rubric by its id and version; equal text has equal SHA-256. ``state`` is null for what no tenant has."""

    id: str = Field(examples=["general-zh"])
    version: str = Field(examples=["1.0.0"])
    sha256: str
    created_at: datetime
    version_id: str | None = Field(None, description="what its life is asked for by; null without one")
    state: Life | None = None
    languages: list[str] = Field([], description="of which it decides live work now", examples=[["zh"]])
    changed_at: datetime | None = None
    changed_by: str | None = None

    @classmethod
    def of(cls, kept: KeptRubric, version: RubricVersion | None = None) -> RubricOut:
        told = cls(id=kept.id, version=kept.version, sha256=kept.sha256, created_at=kept.created_at)
        return told if version is None else told.model_copy(update=cls.living(version).model_dump())

    @classmethod
    def living(cls, version: RubricVersion) -> RubricOut:
        return cls(
            id=version.rubric_id, version=version.version, sha256=version.sha256, created_at=version.created_at,
            version_id=version.id, state=version.state, languages=list(version.languages),
            changed_at=version.changed_at, changed_by=version.changed_by,
        )  # fmt: skip


class RubricList(BaseModel):
    """Newest first."""

    items: list[RubricOut]


class RubricItem(BaseModel):
    """One thing that is judged."""

    id: str = Field(examples=["opening"])
    title: Text
    explain: Text
    section: str | None
    points: float
    fatal: bool

    @classmethod
    def of(cls, item: Item) -> RubricItem:
        return cls(
            id=item.id, title=item.title.text, explain=item.explain.text, section=item.section, points=item.points,
            fatal=item.fatal,
        )  # fmt: skip


class ChangeOut(BaseModel):
    """A step of its life; ``before`` is null for the beginning."""

    before: Life | None
    after: Life
    at: datetime
    actor: str
    why: str

    @classmethod
    def of(cls, change: RubricChange) -> ChangeOut:
        return cls(before=change.before, after=change.after, at=change.at, actor=change.actor, why=change.why)


class RubricDetail(RubricOut):
    """``items`` and ``title`` are null when this installation cannot read the text (yet, for a draft)."""

    title: Text | None
    items: list[RubricItem] | None
    history: list[ChangeOut] = Field([], description="oldest first")
    yaml: str

    @classmethod
    def whole(
        cls, kept: KeptRubric, rubric: Rubric | None, version: RubricVersion | None, history: list[RubricChange]
    ) -> RubricDetail:
        return cls(
            **RubricOut.of(kept, version).model_dump(),
            title=rubric.title if rubric else None,
            items=[RubricItem.of(item) for item in rubric.items] if rubric else None,
            history=[ChangeOut.of(change) for change in history],
            yaml=kept.yaml,
        )
