"""Runs over the archive as JSON: what is asked, how far it is, and the difference that it makes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Clean
from api.schemas.filters import Judged
from api.schemas.interactions import Error
from qa_engine.scoring.difference_report import Report
from qa_engine.storage import Page
from qa_engine.storage.rescore_rows import Rescore, RescoreState


class RescoreWhere(Judged):
    """Only these; conditions join by AND. Band, flags and scores are those that lists show when a batch is judged."""


class RescoreIn(BaseModel):
    """Which rubric, over what, and whether it counts."""

    model_config = ConfigDict(extra="forbid")

    rubric: Annotated[Clean, Field(max_length=200, examples=["general-zh"])] = Field(
        description="a version's id, a SHA-256, or a rubric's id: then its newest text"
    )
    where: RescoreWhere = Field(default_factory=RescoreWhere)
    dry_run: bool = Field(True, description="tell the difference and write no scorecards")
    show: bool | None = Field(
        None, description="lists show the new scorecards; null: if this rubric decides live work now"
    )


class RubricNamed(BaseModel):
    id: str
    version: str
    sha256: str


class RescoreOut(BaseModel):
    """One run. `total` and `done` count interactions looked at; `total` grows until `planned`."""

    id: str = Field(examples=["01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9"])
    rubric: RubricNamed
    where: dict[str, Any]
    dry_run: bool
    show: bool
    state: RescoreState = Field(description="`stopped`: batches wait for a person, see error and /v1/queue")
    created_by: str
    created_at: datetime
    ended_at: datetime | None
    planned: bool
    total: int
    done: int
    percent: int = Field(ge=0, le=100)
    per_second: float = Field(description="the present pace")
    eta_s: float | None = Field(description="seconds until all is done at this pace; null where nothing moves")
    stopped: int = Field(description="batches that wait for a person")
    error: Error | None
    links: dict[str, str]

    @classmethod
    def of(cls, run: Rescore) -> RescoreOut:
        return cls(**_told(run))


class RescoreDetail(RescoreOut):
    """With what it has changed so far, or would."""

    difference: Report

    @classmethod
    def whole(cls, run: Rescore, difference: Report) -> RescoreDetail:
        return cls(**_told(run), difference=difference)


class RescorePage(BaseModel):
    """One page of runs, newest first."""

    items: list[RescoreOut]
    next: str | None = Field(None, description="give it back as `after` to read on; null at the end")

    @classmethod
    def of(cls, page: Page[Rescore]) -> RescorePage:
        return cls(items=[RescoreOut.of(run) for run in page.rows], next=page.next)


def _told(run: Rescore) -> dict[str, Any]:
    same = ("id", "state", "created_by", "created_at", "ended_at", "planned", "total", "done", "eta_s", "stopped")
    here = f"/v1/rescores/{run.id}"
    return {
        **{name: getattr(run, name) for name in same},
        "rubric": RubricNamed(id=run.rubric.id, version=run.rubric.version, sha256=run.rubric.sha256),
        "where": dict(run.wanted),
        "dry_run": not run.writes,
        "show": run.shows,
        "percent": int(100 * run.share),
        "per_second": round(run.per_second, 1),
        "error": None if run.error is None else Error.of(run.error),
        "links": {"self": here, "cancel": f"{here}/cancel", "resume": f"{here}/resume"},
    }
