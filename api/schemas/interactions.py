"""How interactions look from outside: short in lists, whole by themselves, with links to all that belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from qa_engine.domain import Band, Direction, Kind, Notice
from qa_engine.storage import Failure, InteractionRow, State

PARTS = ("transcript", "signals", "risk", "emotion", "scorecard", "scorecards")
SOUND_PARTS = ("waveform", "audio")


class Progress(BaseModel):
    """What is being done: ``percent`` (0..100) is that of the stage."""

    stage: str = Field(examples=["transcribe"])
    step: str | None = Field(None, examples=["recognise"])
    percent: int = Field(ge=0, le=100, examples=[40])
    attempts: int = Field(examples=[1])


class Error(BaseModel):
    """Why work on it stopped, where, and how to mend it."""

    code: str = Field(examples=["bad_audio"])
    message: str = Field(examples=["the file breaks off after 12.4 s"])
    where: str | None = None
    mend: str | None = None

    @classmethod
    def of(cls, failure: Failure) -> Error:
        return cls(code=failure.code, message=failure.message, where=failure.where, mend=failure.mend)


class InteractionOut(BaseModel):
    """One interaction as lists show it; score, band, fatal items and flags are those of the latest scorecard."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=["01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9"])
    kind: Kind
    state: State
    source: str = Field(examples=["call-0017.wav"])
    external_id: str | None = Field(None, examples=["CRM-99812"])
    vendor: str | None = None
    team: str | None = None
    agent: str | None = Field(None, examples=["A017"])
    customer_ref: str | None = None
    ticket: str | None = None
    direction: Direction | None = None
    language: str | None = Field(None, examples=["zh"])
    started_at: datetime | None = None
    received_at: datetime
    duration_s: float | None = Field(None, description="seconds")
    score: float | None = Field(None, description="0 to 100; null until judged, or when nothing could be judged")
    band: Band | None = None
    fatal: list[str] = Field(default_factory=list, description="ids of the fatal items seen")
    flags: list[str] = Field(default_factory=list)
    needs_review: bool = False
    rubric_id: str | None = None
    scored_at: datetime | None = None
    risk: float | None = Field(None, description="that the customer is dissatisfied, 0 to 1", examples=[0.82])
    progress: Progress | None = Field(None, description="while work on it is queued or running")
    error: Error | None = Field(None, description="why it failed, was parked, or is tried again")
    links: dict[str, str]


class InteractionDetail(InteractionOut):
    """All that is known about one interaction."""

    content_sha256: str
    size: int | None = Field(None, description="bytes of the recording")
    media_type: str | None = None
    container: str | None = None
    codec: str | None = None
    metadata: dict[str, Any]
    notices: list[Notice] = Field(default_factory=list, description="what people should know about the material")


class InteractionPage(BaseModel):
    """One page, newest first unless ordered by score or risk."""

    items: list[InteractionOut]
    next: str | None = Field(None, description="give it back as `after` to read on; null at the end")


def brief(row: InteractionRow) -> InteractionOut:
    return InteractionOut(**_common(row))


def whole(row: InteractionRow, notices: tuple[Notice, ...]) -> InteractionDetail:
    return InteractionDetail(
        **_common(row), content_sha256=row.interaction.content_sha256, size=row.size, media_type=row.media_type,
        container=row.container, codec=row.codec, metadata=dict(row.interaction.metadata), notices=list(notices),
    )  # fmt: skip


def links(row: InteractionRow) -> dict[str, str]:
    here = f"/v1/interactions/{row.id}"
    parts = PARTS + (SOUND_PARTS if row.has_audio else ())
    return {"self": here, **{part: f"{here}/{part}" for part in parts}}


_FROM_INTERACTION = (
    "id", "kind", "source", "external_id", "vendor", "team", "agent", "customer_ref", "ticket", "direction",
    "language", "started_at", "duration_s",
)  # fmt: skip
_FROM_ROW = ("state", "received_at", "score", "band", "needs_review", "rubric_id", "scored_at", "risk")


def _common(row: InteractionRow) -> Mapping[str, Any]:
    told = {name: getattr(row.interaction, name) for name in _FROM_INTERACTION}
    kept = {name: getattr(row, name) for name in _FROM_ROW}
    seen = {"fatal": list(row.fatal), "flags": list(row.flags)}
    return {**told, **kept, **seen, "links": links(row), "progress": _progress(row), "error": _error(row)}


def _progress(row: InteractionRow) -> Progress | None:
    if row.job is None or row.state not in (State.QUEUED, State.WORKING):
        return None
    percent = min(100, max(0, round(row.job.fraction * 100)))
    return Progress(stage=row.job.stage, step=row.job.step, percent=percent, attempts=row.job.attempts)


def _error(row: InteractionRow) -> Error | None:
    """Also of an attempt that failed and will be tried again: who waits should see why."""
    failure = row.job.error if row.job is not None else None
    return Error.of(failure) if failure is not None and row.state is not State.DONE else None
