"""Rows of the tables become records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from qa_engine.domain import Band, Direction, Interaction, Kind
from qa_engine.storage.records import Failure, InteractionRow, JobState, JobStatus, State


def interaction_of(row: RowMapping) -> Interaction:
    return Interaction(
        id=row["id"],
        kind=Kind(row["kind"]),
        source=row["source"],
        content_sha256=row["content_sha256"],
        tenant=row["tenant"],
        external_id=row["external_id"],
        vendor=row["vendor"],
        team=row["team"],
        agent=row["agent"],
        customer_ref=row["customer_ref"],
        ticket=row["ticket"],
        direction=Direction(row["direction"]) if row["direction"] else None,
        started_at=row["started_at"],
        language=row["language"],
        duration_s=row["duration_s"],
        metadata=row["metadata"],
    )


def interaction_row(row: RowMapping, job: JobStatus | None = None) -> InteractionRow:
    return InteractionRow(
        interaction=interaction_of(row),
        state=State(row["state"]),
        received_at=row["received_at"],
        size=row["size"],
        media_type=row["media_type"],
        container=row["container"],
        codec=row["codec"],
        playback_sha256=row["playback_sha256"],
        score=row["score"],
        band=Band(row["band"]) if row["band"] else None,
        fatal=tuple(row["fatal"] or ()),
        flags=tuple(row["flags"] or ()),
        needs_review=row["needs_review"],
        rubric_id=row["rubric_id"],
        scored_at=row["scored_at"],
        risk=row["risk"],
        last_message_at=row["last_message_at"],
        job=job,
    )


def job_status(row: RowMapping) -> JobStatus:
    return JobStatus(
        id=row["id"],
        stage=row["stage"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        step=row["step"],
        fraction=row["fraction"],
        error=failure_of(row["error"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


def failure_of(told: Mapping[str, Any] | None) -> Failure | None:
    return None if told is None else Failure(**told)
