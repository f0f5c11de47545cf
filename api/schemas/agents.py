"""How a shift told on an agent, as JSON."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from qa_engine.domain import Text
from qa_engine.emotion.strain import Band, Contact, Strain


class ContactOut(BaseModel):
    """One interaction of the shift; null where its emotion is not known."""

    model_config = ConfigDict(from_attributes=True)

    interaction_id: str
    at: datetime
    hostile: bool | None = Field(description="the customer was agitated")
    own: float | None = Field(description="the agent's mean intensity of bad feeling, 0 to 1")
    sharp: int = Field(description="turns of the agent that were upset")
    turns: int


class StrainOut(BaseModel):
    """``score`` 0 to 1 is made of the share of hostile contacts, the own rise over the shift, and late sharpness."""

    model_config = ConfigDict(from_attributes=True)

    contacts: int
    told: int = Field(description="contacts in which the agent's own emotion is known")
    score: float = Field(ge=0, le=1)
    band: Band
    hostile_share: float
    rise: float
    sharp_early: float
    sharp_late: float
    reasons: list[Text]


class ShiftOut(BaseModel):
    """The day is one in the installation's time zone; ``strain`` is null where too little is known."""

    agent: str
    day: date
    strain: StrainOut | None
    contacts: list[ContactOut]

    @classmethod
    def of(cls, agent: str, day: date, strain: Strain | None, contacts: list[Contact]) -> ShiftOut:
        return cls(
            agent=agent, day=day, strain=StrainOut.model_validate(strain) if strain else None,
            contacts=[ContactOut.model_validate(contact) for contact in contacts],
        )  # fmt: skip
