"""How work on rubrics looks from outside: findings, a change of state, a preview, two versions side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, model_validator

from api.deps import Clean
from api.schemas.scorecards import ItemOut
from api.workbench import Preview
from qa_engine.domain import Band, Life, RubricRef, Scorecard, Text
from qa_engine.rubric import Finding, Rubric
from qa_engine.rubric.compare import Comparison
from qa_engine.scoring.beside import beside
from qa_engine.scoring.difference_report import Report, report
from qa_engine.storage.rubric_trials import TrialSoFar


class FindingOut(BaseModel):
    """``line`` counts from 1; null where it is about the whole."""

    level: Literal["error", "warning"]
    line: int | None
    message: Text
    mend: Text

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        return cls(level=finding.level, line=finding.line, message=finding.told, mend=finding.cure)


class CheckOut(BaseModel):
    """``readable`` false: the text could not be read at all, and the one finding says why."""

    readable: bool
    id: str | None
    version: str | None
    errors: int
    warnings: int
    findings: list[FindingOut]

    @classmethod
    def of(cls, rubric: Rubric | None, findings: list[Finding]) -> CheckOut:
        errors = sum(finding.level == "error" for finding in findings)
        return cls(
            readable=rubric is not None, id=rubric.id if rubric else None, version=rubric.version if rubric else None,
            errors=errors, warnings=len(findings) - errors, findings=[FindingOut.of(finding) for finding in findings],
        )  # fmt: skip


class MoveIn(BaseModel):
    """Where a version goes, and why."""

    state: Life = Field(examples=["trial"])
    why: str = Field(min_length=1, max_length=1000, examples=["clearer rules for refunds"])


class PreviewIn(BaseModel):
    """A text, or a rubric by its version's id, SHA-256 or id; and the interaction to try it on."""

    interaction_id: Clean = Field(min_length=1, max_length=64)
    yaml: str | None = Field(None, max_length=1_000_000)
    rubric: Clean | None = Field(None, max_length=200)

    @model_validator(mode="after")
    def _one(self) -> PreviewIn:
        if (self.yaml is None) == (self.rubric is None):
            raise ValueError("give either `yaml` or `rubric`")
        return self


class CardOut(BaseModel):
    """A judgement that is kept nowhere."""

    rubric: RubricRef
    score: float | None
    band: Band | None
    fatal: list[str]
    flags: list[str]
    judged_share: float
    items: list[ItemOut]

    @classmethod
    def of(cls, card: Scorecard) -> CardOut:
        return cls(
            rubric=card.rubric, score=card.score, band=card.band, fatal=list(card.fatal), flags=list(card.flags),
            judged_share=card.judged_share, items=[ItemOut.of(item, None) for item in card.items],
        )  # fmt: skip


class PreviewOut(BaseModel):
    """``before`` by the rubric in charge, ``after`` by the one tried; ``changed`` are ids of items that differ.

    Both are judged now, by the small models that the API has at hand and never by a language model. ``missing`` are
    those that are not: what asks them is UNDETERMINED in both.
    """

    before: CardOut
    after: CardOut
    changed: list[str]
    missing: list[Literal["embedder", "acts"]]

    @classmethod
    def of(cls, preview: Preview) -> PreviewOut:
        changed = [pair.item.id for pair in beside(preview.before, preview.after) if pair.changed]
        both = {"before": CardOut.of(preview.before), "after": CardOut.of(preview.after)}
        return cls.model_validate({**both, "changed": changed, "missing": preview.missing})


class FieldOut(BaseModel):
    """A field before and after; null where it was not there."""

    name: str
    before: str | None
    after: str | None


class ItemChangeOut(BaseModel):
    """``rules``: some rung asks something else, be it by one word of a vocabulary."""

    id: str
    title: Text
    fields: list[FieldOut]
    rules: bool


class WordsOut(BaseModel):
    """A vocabulary with what came and went."""

    name: str
    added: list[str]
    removed: list[str]


class ComparisonOut(BaseModel):
    """What is another in the second of two rubrics; ``text`` is a unified diff, line by line."""

    fields: list[FieldOut]
    added: list[str]
    removed: list[str]
    changed: list[ItemChangeOut]
    words: list[WordsOut]
    thresholds: list[FieldOut]
    facts: list[FieldOut]
    text: list[str]

    @classmethod
    def of(cls, found: Comparison) -> ComparisonOut:
        return cls.model_validate(found, from_attributes=True)


class TrialOut(BaseModel):
    """``judged`` interactions since ``began``; ``difference`` leads from what counted to the version in trial."""

    judged: int
    began: datetime | None
    difference: Report

    @classmethod
    def of(cls, trial: TrialSoFar) -> TrialOut:
        return cls(judged=trial.judged, began=trial.began, difference=report(trial.difference))
