"""How worked up a voice is, turn by turn, against the same speaker's usual one in the same call.

Louder, higher, livelier, brighter and faster than usual is more worked up: the five are the rule-based measures on
which the field agrees (Bone, Lee and Narayanan 2014: level, pitch and energy of the upper band; Juslin and Laukka
2003: pitch range and rate as well). Spans and weights are fixed beforehand from there; no corpus was fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from statistics import median

LEAST_TURNS = 3
"""Of fewer turns nothing is usual."""
FARTHEST = 3.0
"""Spans beyond which a measure says no more: one slip of the pitch must not decide."""


@dataclass(frozen=True, slots=True)
class Measure:
    """``span``: how far a voice commonly moves from its usual one, in the measure's unit."""

    span: float
    weight: float


MEASURES: Mapping[str, Measure] = {
    "level_db": Measure(span=4.0, weight=1.0),
    "pitch_semitones": Measure(span=3.0, weight=1.0),
    "tilt_db": Measure(span=3.0, weight=1.0),
    "spread_semitones": Measure(span=1.5, weight=0.5),
    "syllables_per_s": Measure(span=1.0, weight=0.5),
}
SHARPNESS = 1.5
"""One span up in every measure is an arousal of 0.82."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What was measured of one turn; ``semitones`` are over 1 Hz. None where it could not be."""

    level_db: float | None = None
    pitch_semitones: float | None = None
    spread_semitones: float | None = None
    tilt_db: float | None = None
    syllables_per_s: float | None = None


def arousals(voices: Sequence[Voice | None]) -> list[float | None]:
    """0..1 for each turn of one speaker, 0.5 being the usual one; None where level or pitch is not known."""
    heard = [voice for voice in voices if voice is not None]
    if len(heard) < LEAST_TURNS:
        return [None] * len(voices)
    usual = {name: _usual(heard, name) for name in MEASURES}
    return [None if voice is None else _arousal(voice, usual) for voice in voices]


def _usual(voices: Sequence[Voice], name: str) -> float | None:
    known = [value for voice in voices if (value := getattr(voice, name)) is not None]
    return median(known) if known else None


def _arousal(voice: Voice, usual: Mapping[str, float | None]) -> float | None:
    """A logistic of the weighted mean of all that is known, in spans from the usual."""
    if voice.level_db is None or voice.pitch_semitones is None:
        return None
    total = weights = 0.0
    for name, measure in MEASURES.items():
        value, middle = getattr(voice, name), usual[name]
        if value is not None and middle is not None:
            total += measure.weight * max(-FARTHEST, min(FARTHEST, (value - middle) / measure.span))
            weights += measure.weight
    return round(1 / (1 + exp(-SHARPNESS * total / weights)), 3)
