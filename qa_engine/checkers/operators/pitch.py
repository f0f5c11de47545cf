"""Decides about pitch: how much the voice moves, over all or turn by turn, or how far a turn rises."""

from __future__ import annotations

from math import log2
from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.checkers.voice import turns_with
from qa_engine.domain import Role, Text, TurnSignals


class Pitch(Bounded):
    """True when the pitch is within the limits, in semitones: ``spread`` (sd) or ``rise`` of turns."""

    name: ClassVar[str] = "pitch"

    who: Literal["agent", "customer"] = Field("agent", description="Whose voice.")
    measure: Literal["spread", "rise"] = Field(
        "spread", description="spread: how much the voice moves; rise: a turn above the speaker's median."
    )
    share: float = Field(0, ge=0, le=1, description="At least this share of turns; 0 takes the whole voice (spread).")
    times: int = Field(1, ge=1, description="At least this many turns.")
    min_speech_s: float = Field(1.0, ge=0, description="Turns with less speech are not looked at.")

    def check(self, bench: Bench) -> Verdict:
        who = named(self.who)
        speaker = bench.view.signals.speakers.get(Role(self.who))
        if self.measure == "spread" and not self.share:
            what = Text(f"{who.zh}语调起伏（半音）", f"pitch spread of {who.en} (semitones)")
            return self.compare(speaker.pitch_sd_semitones if speaker else None, what)
        median = speaker.pitch_hz if speaker else None

        def value(s: TurnSignals) -> float | None:
            if self.measure == "spread":
                return s.pitch_sd_semitones
            return None if not s.pitch_hz or not median else 12 * log2(s.pitch_hz / median)

        found, measured = turns_with(bench, self.who, value, self.within, self.min_speech_s)
        if not measured:
            return unknown(Text("测不出语调", "pitch could not be measured"))
        reason = Text(
            f"{who.zh} {measured} 句中有 {len(found)} 句如此", f"{len(found)} of {measured} turns of {who.en}"
        )
        enough = len(found) >= max(self.times, self.share * measured)
        return (yes if enough else no)(reason, found, count=len(found))
