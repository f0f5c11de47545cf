"""Follows both sides through a conversation: the level of each turn, then the course of each side."""

from __future__ import annotations

from collections.abc import Iterator

from qa_engine.domain import Role, Signals, Transcript
from qa_engine.emotion.course import course
from qa_engine.emotion.domain import PEOPLE, Emotion, TurnLevel
from qa_engine.emotion.fusion import Shown, intensity, level_of, reason, weight
from qa_engine.emotion.thresholds import THRESHOLDS

VERSION = "emotion/2"


def trace(transcript: Transcript, signals: Signals) -> Emotion | None:
    """None where no turn could be told: no model read the words, and no voice was measured."""
    turns = tuple(_levels(transcript, signals))
    if not turns:
        return None
    customer, agent = (course(role, turns, transcript) for role in PEOPLE)
    return Emotion(turns=turns, customer=customer, agent=agent)


def _levels(transcript: Transcript, signals: Signals) -> Iterator[TurnLevel]:
    words = {emotion.turn: emotion for emotion in signals.emotions or ()}
    arousals = {turn.turn: turn.arousal for turn in signals.turns}
    voices = {emotion.turn: emotion for emotion in signals.voices or ()}
    smooth: dict[Role, float] = {}
    for turn in transcript.turns:
        shown = Shown(words.get(turn.index), arousals.get(turn.index), voices.get(turn.index))
        value = intensity(shown)
        if value is None or turn.role not in PEOPLE or not turn.judged:
            continue
        before = smooth.get(turn.role, value)
        smooth[turn.role] = round(before + THRESHOLDS.pace * weight(shown) * (value - before), 4)
        yield TurnLevel(
            turn=turn.index,
            role=turn.role,
            intensity=value,
            smooth=smooth[turn.role],
            level=level_of(value),
            reason=reason(shown),
            label=shown.words.label if shown.words else None,
            arousal=shown.arousal,
            voice=shown.voice.label if shown.voice else None,
        )
