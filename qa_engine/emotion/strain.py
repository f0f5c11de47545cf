"""Decides how a shift told on an agent: who they had to meet, and how their own tone went from early to late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qa_engine.domain import Role, Text
from qa_engine.emotion.domain import Emotion, Level
from qa_engine.emotion.thresholds import THRESHOLDS


class Band(StrEnum):
    USUAL = "usual"
    RAISED = "raised"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One interaction of a shift: whether its customer got agitated (None: not told), and the agent's own turns.

    ``own`` is the agent's mean intensity, None where it could not be told; ``sharp`` of their ``turns`` were upset.
    """

    interaction_id: str
    at: datetime
    hostile: bool | None
    own: float | None
    sharp: int
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """Of a shift: ``score`` 0..1 with its band and reasons, from heavy to light.

    ``hostile_share`` of the contacts had an agitated customer. ``rise`` is the agent's intensity in the last third of
    the contacts over that in the first; ``sharp_early`` and ``sharp_late`` are shares of sharp turns in these thirds.
    """

    contacts: int
    told: int
    score: float
    band: Band
    hostile_share: float
    rise: float
    sharp_early: float
    sharp_late: float
    reasons: tuple[Text, ...]


def contact(interaction_id: str, at: datetime, emotion: Emotion) -> Contact:
    own = emotion.of(Role.AGENT)
    return Contact(
        interaction_id=interaction_id,
        at=at,
        hostile=emotion.customer.peak >= Level.AGITATED if emotion.customer else None,
        own=emotion.agent.mean if emotion.agent else None,
        sharp=sum(turn.level >= Level.UPSET for turn in own),
        turns=len(own),
    )


def silent(interaction_id: str, at: datetime) -> Contact:
    """One whose emotion is not known."""
    return Contact(interaction_id=interaction_id, at=at, hostile=None, own=None, sharp=0, turns=0)


def strain(contacts: Sequence[Contact]) -> Strain | None:
    """Of the contacts of one shift in any order; None where too few of them tell anything."""
    told = sorted((one for one in contacts if one.own is not None), key=lambda one: one.at)
    met = [one.hostile for one in contacts if one.hostile is not None]
    if min(len(told), len(met)) < THRESHOLDS.least_contacts:
        return None
    third = len(told) // 3
    early, late = told[:third], told[-third:]
    hostile, rise = sum(met) / len(met), _mean(late) - _mean(early)
    sharper = _sharp(late) - _sharp(early)
    full = (THRESHOLDS.full_hostile, THRESHOLDS.full_rise, THRESHOLDS.full_sharp)
    parts = [
        weight * min(1.0, max(0.0, value) / most)
        for value, most, weight in zip((hostile, rise, sharper), full, THRESHOLDS.weights, strict=True)
    ]
    score = round(sum(parts), 4)
    return Strain(
        contacts=len(contacts),
        told=len(told),
        score=score,
        band=_band(score),
        hostile_share=round(hostile, 4),
        rise=round(rise, 4),
        sharp_early=round(_sharp(early), 4),
        sharp_late=round(_sharp(late), 4),
        reasons=_reasons(parts, hostile, _sharp(early), _sharp(late)),
    )


def _mean(contacts: Sequence[Contact]) -> float:
    return sum(one.own or 0.0 for one in contacts) / len(contacts)


def _sharp(contacts: Sequence[Contact]) -> float:
    return sum(one.sharp for one in contacts) / max(1, sum(one.turns for one in contacts))


def _band(score: float) -> Band:
    raised, high = THRESHOLDS.bands
    return Band.HIGH if score >= high else Band.RAISED if score >= raised else Band.USUAL


def _reasons(parts: Sequence[float], hostile: float, early: float, late: float) -> tuple[Text, ...]:
    texts = (
        Text(f"{hostile:.0%} 的客户情绪激动", f"{hostile:.0%} of the customers were agitated"),
        Text("班次后段自身情绪高于前段", "the own tone was tenser late in the shift than early"),
        Text(
            f"带情绪的话由前段 {early:.0%} 增至后段 {late:.0%}",
            f"sharp turns went from {early:.0%} early to {late:.0%} late",
        ),
    )
    ranked = sorted(zip(parts, range(len(texts)), strict=True), key=lambda found: (-found[0], found[1]))
    return tuple(texts[i] for part, i in ranked if part > 0)
