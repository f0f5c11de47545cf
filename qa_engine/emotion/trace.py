"""Follows both sides through a conversation: the level of each turn, then the course of each side."""

from __future__ import annotations

from collections.abc import Iterator

from qa_engine.domain import Role, Signals, Transcript
from qa_engine.emotion.course import course
from qa_engine.emotion.domain import Emotion, TurnLevel
from qa_engine.emotion.fusion import intensity, level_of, reason, weight
from qa_engine.emotion.thresholds import THRESHOLDS

VERSION = "emotion/1"
PEOPLE = (Role.CUSTOMER, Role.AGENT)


def trace(transcript: Transcript, signals: Signals) -> Emotion | None:
    """None where no turn could be told: no model read the words, and no voice was measured."""
    turns = tuple(_levels(transcript, signals))
    if not turns:
        return None
    customer, agent = (course(role, turns, transcript) for role in PEOPLE)
    return Emotion(turns=turns, customer=customer, agent=agent)


def _levels(transcript: Transcript, signals: Signals) -> Iterator[TurnLevel]:
    words = {emotion.turn: emotion for emotion in signals.emotions or ()}
    voices = {turn.turn: turn.arousal for turn in signals.turns}
    smooth: dict[Role, float] = {}
    for turn in transcript.turns:
        read, arousal = words.get(turn.index), voices.get(turn.index)
        value = intensity(read, arousal)
        if value is None or turn.role not in PEOPLE or not turn.judged:
            continue
        before = smooth.get(turn.role, value)
        smooth[turn.role] = round(before + THRESHOLDS.pace * weight(read) * (value - before), 4)
        yield TurnLevel(
            turn=turn.index,
            role=turn.role,
            intensity=value,
            smooth=smooth[turn.role],
            level=level_of(value),
            reason=reason(read, arousal),
            label=read.label if read else None,
            arousal=arousal,
        )
