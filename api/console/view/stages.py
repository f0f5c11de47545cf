"""Which stages an interaction goes through, and where it stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_engine.domain import Kind
from qa_engine.storage import InteractionRow, JobState, Stage


@dataclass(frozen=True, slots=True)
class Standing:
    name: str
    state: Literal["past", "now", "to_come"]
    fraction: float = 0.0


def stages(row: InteractionRow) -> tuple[Standing, ...]:
    """Calls are heard and judged, some are fetched before; chats are only judged."""
    names = [Stage.TRANSCRIBE, Stage.SCORE] if row.interaction.kind is Kind.CALL else [Stage.SCORE]
    if row.job is not None and row.job.stage == Stage.FETCH:
        names.insert(0, Stage.FETCH)
    at = next((n for n, name in enumerate(names) if row.job and row.job.stage == name), 0)
    working = row.job is not None and row.job.state is JobState.LEASED
    return tuple(
        Standing(name, "past" if n < at else ("now" if n == at and working else "to_come"),
                 row.job.fraction if row.job and n == at else 0.0)
        for n, name in enumerate(names)
    )  # fmt: skip
