"""How rubrics look from outside: named and hashed in lists, with their items and text by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from api.deps import Clean
from qa_engine.domain import Text
from qa_engine.rubric import Item, Rubric
from qa_engine.storage import KeptRubric

RubricName = Annotated[Clean, Path(description="id or SHA-256", max_length=200)]


class RubricOut(BaseModel):
    """A rubric by its id and version; equal text has equal SHA-256."""

    id: str = Field(examples=["general-zh"])
    version: str = Field(examples=["1.0.0"])
    sha256: str
    created_at: datetime

    @classmethod
    def of(cls, kept: KeptRubric) -> RubricOut:
        return cls(id=kept.id, version=kept.version, sha256=kept.sha256, created_at=kept.created_at)


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


class RubricDetail(RubricOut):
    """``items`` and ``title`` are null when this installation can no longer read the text."""

    title: Text | None
    items: list[RubricItem] | None
    yaml: str

    @classmethod
    def whole(cls, kept: KeptRubric, rubric: Rubric | None) -> RubricDetail:
        return cls(
            **RubricOut.of(kept).model_dump(),
            title=rubric.title if rubric else None,
            items=[RubricItem.of(item) for item in rubric.items] if rubric else None,
            yaml=kept.yaml,
        )
