"""How what raises alerts looks from outside: the document, its findings, its versions, and a dry look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.rubric_work import FindingOut
from api.strategist import MOST_LOOKED_AT
from qa_engine.alerts.rehearsal import Fired
from qa_engine.alerts.strategy import Strategies
from qa_engine.domain import Text
from qa_engine.rubric import Finding
from qa_engine.storage.alert_strategies import KeptStrategies


class StrategiesOut(BaseModel):
    """The strategies in use, as written."""

    sha256: str
    yaml: str

    @classmethod
    def of(cls, strategies: Strategies) -> StrategiesOut:
        return cls(sha256=strategies.sha256, yaml=strategies.text)


class StrategiesIn(BaseModel):
    """A whole document of strategies in YAML (docs/alerts.md)."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(min_length=1, max_length=500_000)


class DryLookIn(StrategiesIn):
    """What to try, and on how many interactions."""

    last: int = Field(100, ge=1, le=MOST_LOOKED_AT, description="the latest that were judged")


class StrategiesCheck(BaseModel):
    """``readable`` false: it cannot be used, and the errors say why."""

    readable: bool
    strategies: int = Field(description="those that are on")
    errors: int
    warnings: int
    findings: list[FindingOut]

    @classmethod
    def of(cls, read: Strategies | None, findings: list[Finding]) -> StrategiesCheck:
        errors = sum(finding.level == "error" for finding in findings)
        return cls(
            readable=read is not None, strategies=len(read.enabled) if read else 0, errors=errors,
            warnings=len(findings) - errors, findings=[FindingOut.of(finding) for finding in findings],
        )  # fmt: skip


class ExampleOut(BaseModel):
    """An interaction that would have raised an alert, and why."""

    model_config = ConfigDict(from_attributes=True)

    interaction_id: str
    reason: Text


class FiredOut(BaseModel):
    """``matched`` interactions met its condition, ``raised`` alerts came of them, ``muted`` of these past its limit."""

    model_config = ConfigDict(from_attributes=True)

    strategy: str
    matched: int
    raised: int
    muted: int
    examples: list[ExampleOut]


class DryLookOut(BaseModel):
    """In the order of the document; nothing is kept and nothing is sent."""

    looked_at: int
    strategies: list[FiredOut]

    @classmethod
    def of(cls, fired: Sequence[Fired], looked_at: int) -> DryLookOut:
        return cls(looked_at=looked_at, strategies=[FiredOut.model_validate(one) for one in fired])


class StrategiesVersion(BaseModel):
    """One text that was in use from ``created_at`` on; ``author`` is the id of who kept it."""

    model_config = ConfigDict(from_attributes=True)

    sha256: str
    yaml: str
    author: str
    created_at: datetime


class StrategiesVersions(BaseModel):
    """Newest first; the first is in use. None where those that come with the product are."""

    items: list[StrategiesVersion]

    @classmethod
    def of(cls, kept: Sequence[KeptStrategies]) -> StrategiesVersions:
        return cls(items=[StrategiesVersion.model_validate(one) for one in kept])
