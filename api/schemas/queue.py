"""The queue as JSON: what waits, how fast it goes, who works on what, and what has stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from qa_engine.storage import Figures, QueueFigures, Spread
from qa_engine.storage.oversight import AtWork, Reason, Stopped


class QueueOut(BaseModel):
    """One queue of the installation."""

    queue: str = Field(examples=["transcribe"])
    queued: int = Field(description="jobs that could run now")
    resting: int = Field(description="jobs that rest before their next attempt")
    in_work: int
    parked: int
    failed: int
    oldest_s: float = Field(description="seconds since the oldest job that could run has been able to")
    done_last_5_minutes: int
    done_last_hour: int
    done_by_minute: list[int] = Field(description="jobs done in each minute of the last hour, the present one last")
    per_minute: float = Field(description="the present pace")
    drain_s: float | None = Field(description="seconds until nothing waits at this pace; null when nothing moves")
    retried_last_hour: int = Field(description="jobs that ended in the last hour after several attempts")
    died_last_hour: int = Field(description="jobs parked in the last hour because their worker died on them")


class SpreadOut(BaseModel):
    """Durations of the last hour, in seconds."""

    count: int
    p50: float
    p95: float


class AtWorkOut(BaseModel):
    """A job in a worker's hands."""

    worker: str
    queue: str
    stage: str
    interaction: str | None = Field(description="null when it rescores a part of the archive")
    rescore: str | None = Field(description="the run that it is part of")
    name: str = Field(description="external id, or source; of a run, its rubric")
    step: str | None
    percent: int
    attempts: int
    since: datetime
    alive: bool = Field(description="false once the worker's lease has run out")


class StoppedOut(BaseModel):
    """A job that waits for a person (parked) or for better input (failed)."""

    job: str
    interaction: str | None = Field(description="null when it rescores a part of the archive")
    rescore: str | None = Field(description="the run that it is part of")
    name: str = Field(description="external id, or source; of a run, its rubric")
    queue: str
    stage: str
    state: str
    code: str | None
    message: str | None
    attempts: int
    at: datetime | None


class ReasonOut(BaseModel):
    """So many have stopped for this."""

    code: str
    count: int


class QueueReport(BaseModel):
    """Figures are of the whole installation and some seconds old at most; single jobs are those of your tenant."""

    queues: list[QueueOut]
    stages: dict[str, SpreadOut] = Field(description="seconds from a job's first start to its end, by stage")
    interaction_seconds: SpreadOut | None = Field(description="seconds from acceptance to the first score")
    realtime_factor: float | None = Field(description="seconds of recognition on a second of sound")
    bell: bool = Field(description="false while Redis is away: work goes on through the database, a little slower")
    outbox: int
    at_work: list[AtWorkOut]
    reasons: list[ReasonOut]
    stopped: list[StoppedOut] = Field(description="the latest 100")


def report(
    figures: Figures, *, bell: bool, at_work: Sequence[AtWork], reasons: Sequence[Reason], stopped: Sequence[Stopped]
) -> QueueReport:
    return QueueReport(
        queues=[_queue(one) for one in figures.queues],
        stages={stage: _spread(took) for stage, took in figures.stages.items()},
        interaction_seconds=None if figures.whole is None else _spread(figures.whole),
        realtime_factor=figures.realtime_factor,
        bell=bell,
        outbox=figures.outbox,
        at_work=[_at_work(one) for one in at_work],
        reasons=[ReasonOut(code=one.code, count=one.count) for one in reasons],
        stopped=[_stopped(one) for one in stopped],
    )


def _queue(told: QueueFigures) -> QueueOut:
    return QueueOut(
        queue=told.queue, queued=told.queued, resting=told.resting, in_work=told.leased, parked=told.parked,
        failed=told.failed, oldest_s=told.oldest_s, done_last_5_minutes=told.done_last_5_minutes,
        done_last_hour=told.done_last_hour, done_by_minute=list(told.done_by_minute), per_minute=told.per_minute,
        drain_s=told.drain_s, retried_last_hour=told.retried, died_last_hour=told.died,
    )  # fmt: skip


def _spread(took: Spread) -> SpreadOut:
    return SpreadOut(count=took.count, p50=took.p50, p95=took.p95)


def _at_work(one: AtWork) -> AtWorkOut:
    return AtWorkOut(
        worker=one.worker, queue=one.queue, stage=one.stage, interaction=one.interaction_id, rescore=one.run,
        name=one.name, step=one.step, percent=round(one.fraction * 100), attempts=one.attempts, since=one.since,
        alive=one.alive,
    )  # fmt: skip


def _stopped(one: Stopped) -> StoppedOut:
    why = one.error
    return StoppedOut(
        job=one.job_id, interaction=one.interaction_id, rescore=one.run, name=one.name, queue=one.queue,
        stage=one.stage, state=one.state, code=why.code if why else None, message=why.message if why else None,
        attempts=one.attempts, at=one.at,
    )  # fmt: skip
