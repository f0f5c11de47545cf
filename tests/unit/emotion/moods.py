"""Conversations with the emotion that a model, or a voice, would have shown."""

from __future__ import annotations

from qa_engine.domain import Role, Signals, Transcript, Turn, TurnEmotion, TurnSignals

ROLES = {"c": Role.CUSTOMER, "a": Role.AGENT, "s": Role.SYSTEM}
WORDS = {"!": ("anger", -1.0), "-": ("disappointment", -0.8), "+": ("joy", 1.0), ".": ("neutral", 0.0)}


def talk(*lines: str, sure: float = 0.9, times: bool = True) -> tuple[Transcript, Signals]:
    """``c!说了三遍`` is the customer, in anger; ``-`` is disappointed, ``+`` glad, ``.`` neutral, ``?`` not read."""
    turns = tuple(
        Turn(index=i, role=ROLES[line[0]], text=line[2:], start=i * 5.0 if times else None, end=i * 5.0 + 4)
        for i, line in enumerate(lines)
    )
    read = tuple(TurnEmotion(i, *WORDS[line[1]], sure) for i, line in enumerate(lines) if line[1] in WORDS)
    return Transcript(turns=turns, language="zh"), Signals(
        acoustic=False, timed=times, duration_s=None, emotions=read or None
    )


def voices(*arousal: float | None) -> tuple[TurnSignals, ...]:
    return tuple(TurnSignals(turn=i, arousal=value) for i, value in enumerate(arousal))
