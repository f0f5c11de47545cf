"""Decides the risk of an interaction as it stands: finished, or still open after its latest turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa_engine.domain import Transcript, TurnEmotion
from qa_engine.ports import Embedder
from qa_engine.risk.course import Course
from qa_engine.risk.dialogue import windows_of
from qa_engine.risk.domain import Risk
from qa_engine.risk.model import RiskModel, chance
from qa_engine.risk.reasons import reasons_for
from qa_engine.risk.tone import tone_of

Emotions = Sequence[TurnEmotion] | None
"""What the emotion model told of the turns; None where there is no such model: the tone counts for nothing then."""


def assess(transcript: Transcript, model: RiskModel, embedder: Embedder, emotions: Emotions = None) -> Risk | None:
    """None where it cannot be told: no customer has spoken, or the language is not Chinese."""
    windows = windows_of(transcript) if transcript.language.lower().startswith("zh") else ()
    if not windows:
        return None
    course = Course(windows, model, embedder, tone_of(transcript, emotions))
    log_odds = course.log_odds()
    probability = chance(log_odds)
    return Risk(
        probability=probability,
        alarm=probability >= model.alarm,
        reasons=reasons_for(course, log_odds),
        after=transcript.turns[-1].index,
        version=model.version,
    )


def follow(transcript: Transcript, model: RiskModel, embedder: Embedder, emotions: Emotions = None) -> Iterator[Risk]:
    """The risk after each turn, as someone who listens would have seen it; turns before the customer's first skip."""
    for end in range(1, len(transcript.turns) + 1):
        risk = assess(replace(transcript, turns=transcript.turns[:end]), model, embedder, emotions)
        if risk is not None:
            yield risk
