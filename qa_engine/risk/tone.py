"""How ill the customer's words sound over the whole dialogue, by the emotion model's answers where there are any."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.domain import Role, Transcript, TurnEmotion

CALM_TURNS = 4
"""Turns without feeling that each dialogue is given, so that one or two harsh turns tell less than many."""


def tone_of(transcript: Transcript, emotions: Sequence[TurnEmotion] | None) -> float | None:
    """-1 (glad) to 1 (angry): the customer's mean valence turned round; None where no model read the words."""
    valence = {emotion.turn: emotion.valence for emotion in emotions or ()}
    said = [turn.index for turn in transcript.turns if turn.role is Role.CUSTOMER and not turn.automatic]
    heard = [valence[index] for index in said if index in valence]
    return -sum(heard) / (len(heard) + CALM_TURNS) if heard else None
