"""Gathers what strategies look at from what is kept of one interaction."""

from __future__ import annotations

from qa_engine.alerts.domain import Mood
from qa_engine.domain import Evidence, Transcript
from qa_engine.emotion import Emotion


def moods(transcript: Transcript, emotion: Emotion) -> tuple[Mood, ...]:
    """How each side felt in each of its turns, with the turn as evidence."""
    said = {turn.index: turn for turn in transcript.turns}
    places = [(told, said[told.turn]) for told in emotion.turns]
    return tuple(
        Mood(
            role=told.role,
            level=float(told.level),
            evidence=Evidence(turn=turn.index, start=turn.start, end=turn.end, quote=turn.text, role=turn.role),
        )
        for told, turn in places
    )
