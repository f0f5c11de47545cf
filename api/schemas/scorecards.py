"""How a scorecard looks from outside: in both languages, or in the one that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from qa_engine.domain import Band, Evidence, ItemResult, Lang, Outcome, RubricRef, Text
from qa_engine.storage import KeptScorecard

Words = Text | str


class ItemOut(BaseModel):
    """One item judged; ``points`` is null when it is out of the sum (not applicable, undetermined, fatal)."""

    id: str = Field(examples=["opening"])
    title: Words = Field(examples=["规范开场"])
    outcome: Outcome
    points: float | None = Field(examples=[5])
    max: float = Field(examples=[5])
    confidence: float = Field(ge=0, le=1, examples=[0.92])
    reason: Words = Field(examples=["前两句中有问候和自报姓名。"])
    evidence: list[Evidence]
    fatal: bool

    @classmethod
    def of(cls, item: ItemResult, lang: Lang | None) -> ItemOut:
        return cls(
            id=item.id, title=_said(item.title, lang), outcome=item.outcome, points=item.points, max=item.max,
            confidence=item.confidence, reason=_said(item.reason, lang), evidence=list(item.evidence), fatal=item.fatal,
        )  # fmt: skip


class ScorecardOut(BaseModel):
    """The explained judgement, with the versions that made it."""

    id: str
    interaction_id: str
    created_at: datetime
    rubric: RubricRef
    score: float | None = Field(description="0 to 100; null when nothing could be judged", examples=[87.5])
    band: Band | None
    fatal: list[str]
    flags: list[str]
    judged_share: float = Field(ge=0, le=1, description="share of applicable points that were decided")
    items: list[ItemOut]
    versions: Mapping[str, Any] = Field(description="of engine, rubric and models")


class ScorecardList(BaseModel):
    """Newest first."""

    items: list[ScorecardOut]


def scorecard_out(kept: KeptScorecard, lang: Lang | None) -> ScorecardOut:
    card = kept.scorecard
    return ScorecardOut(
        id=kept.id, interaction_id=kept.interaction_id, created_at=kept.created_at, rubric=card.rubric,
        score=card.score, band=card.band, fatal=list(card.fatal), flags=list(card.flags),
        judged_share=card.judged_share, items=[ItemOut.of(item, lang) for item in card.items],
        versions=kept.versions,
    )  # fmt: skip


def _said(text: Text, lang: Lang | None) -> Words:
    return text if lang is None else text.said_in(lang)
