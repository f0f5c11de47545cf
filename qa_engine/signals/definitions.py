"""What the measures mean, in numbers: how long a silence is one, what a pause is, which frames are speech."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definitions:
    """Not judgements (those are the rubric's): where a measurement begins and what it is taken of.

    ``_s`` are seconds, ``_db`` decibels, ``_hz`` hertz.
    """

    silence_s: float = 2.0
    pause_s: float = 0.5
    hold_share: float = 0.5
    began_after_s: float = 1.0
    went_on_s: float = 0.3
    excuse_chars: int = 90
    acknowledged_chars: int = 6
    least_rate_s: float = 0.5
    frame_s: float = 0.02
    speech_range_db: float = 25.0
    click_s: float = 0.06
    least_level_s: float = 0.5
    pitch_low_hz: float = 60.0
    pitch_high_hz: float = 500.0
    pitch_sure: float = 0.2
    pitch_clarity: float = 0.3
    missed_speech_s: float = 0.3
    missed_range_db: float = 25.0
    steady_semitones: float = 0.3
    least_voiced: int = 8
    least_voiced_spread: int = 25


DEFINITIONS = Definitions()
