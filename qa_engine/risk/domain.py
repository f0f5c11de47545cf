"""What a risk is: a calibrated probability with its reasons, each with the words that show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qa_engine.domain import Evidence, Text


class Cause(StrEnum):
    """Why a customer may be lost; the codes are stable."""

    COMPLAINT = "threat_to_complain"
    LEAVING = "threat_to_leave"
    UNRESOLVED = "unresolved"
    REPEATED = "repeated_asking"
    EARLIER = "earlier_contacts"
    WAITING = "waiting"
    TONE = "tone"
    WORDING = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause: ``weight`` is by how much the log-odds of the risk fall when its evidence is taken out."""

    code: Cause
    message: Text
    weight: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How likely the customer is dissatisfied (0..1) after the turn ``after``; reasons from heavy to light.

    ``alarm`` tells that the probability reaches the model's operating point. ``version`` names the model.
    """

    probability: float
    alarm: bool
    reasons: tuple[Reason, ...]
    after: int
    version: str
