"""Every threshold of the emotion room, once; none was fitted to data, each is a stated choice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Intensities are 0..1.

    ``levels``: where UNEASY, UPSET, AGITATED and OUTRAGED begin. ``bad_words``: words count as bad from here on.
    ``voice_alone`` and ``voice_with_words``: how much of the way to 1 a voice at its most worked up adds to words that
    are not bad (or were not read), and to bad ones. ``loud``: arousal from which a reason speaks of the voice.
    ``voice_heard``: how much of the way to 1 a bad feeling that a voice model is sure of adds.

    A voice model hears a turn that stands out by words or arousal from ``standing`` on (0..1) and has at least
    ``least_heard_s`` seconds of speech, and of it at most the first ``longest_heard_s``.

    ``pace``: how far one turn pulls the smoothed curve to itself. ``turning``: the least change that is a turning
    point. ``calm_share`` of a rise must be gone within ``calm_turns`` own turns for it to count as calmed, and
    ``recovered`` of the peak must be gone at the end.

    Of a shift: ``least_contacts`` are needed to tell anything; strain is full at ``full_hostile`` share of contacts
    with an agitated customer, a rise of ``full_rise`` of the agent's own intensity and ``full_sharp`` more of sharp
    turns late than early, weighed by ``weights``; it is raised and high from ``bands`` on.
    """

    levels: tuple[float, float, float, float] = (0.2, 0.4, 0.6, 0.8)
    bad_words: float = 0.15
    voice_alone: float = 0.35
    voice_with_words: float = 0.5
    loud: float = 0.65
    voice_heard: float = 0.45
    standing: float = 0.15
    least_heard_s: float = 1.0
    longest_heard_s: float = 15.0
    pace: float = 0.6
    turning: float = 0.25
    calm_share: float = 0.5
    calm_turns: int = 4
    recovered: float = 0.5
    quote_chars: int = 80
    least_contacts: int = 3
    full_hostile: float = 0.5
    full_rise: float = 0.2
    full_sharp: float = 0.15
    weights: tuple[float, float, float] = (0.5, 0.25, 0.25)
    bands: tuple[float, float] = (0.35, 0.65)


THRESHOLDS = Thresholds()
