"""What intake answers: the interaction that now waits for its judgement, or all those of an export of many."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.accepting import Taken
from api.schemas.interactions import Error, links
from qa_engine.domain import Kind
from qa_engine.errors import QAEngineError
from qa_engine.storage import Accepted, State


class AcceptedOut(BaseModel):
    """It is kept durably. ``duplicate``: the very same thing had come before, and this is that one."""

    id: str = Field(examples=["01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9"])
    kind: Kind
    state: State
    external_id: str | None = None
    duplicate: bool = False
    links: dict[str, str]

    @classmethod
    def of(cls, accepted: Accepted) -> AcceptedOut:
        row = accepted.interaction
        return cls(
            id=row.id, kind=row.interaction.kind, state=row.state, external_id=row.interaction.external_id,
            duplicate=accepted.duplicate, links=links(row),
        )  # fmt: skip


class AcceptedManyOut(BaseModel):
    """For an export that holds several conversations: those kept, and those that could not be read."""

    interactions: list[AcceptedOut]
    refused: list[Error] = Field(default_factory=list)


def answer(taken: Taken) -> tuple[int, AcceptedOut | AcceptedManyOut]:
    """202 when anything new was kept, 200 when all had come before."""
    kept = [AcceptedOut.of(accepted) for accepted in taken.accepted]
    status = 200 if kept and all(one.duplicate for one in kept) else 202
    if len(kept) == 1 and not taken.refused:
        return status, kept[0]
    return status, AcceptedManyOut(interactions=kept, refused=[_error(error) for error in taken.refused])


def _error(error: QAEngineError) -> Error:
    return Error(code=error.code, message=error.message, where=error.where, mend=error.mend)
