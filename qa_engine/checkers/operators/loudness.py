"""Decides about loudness: turns louder (softer) than the speaker's own median or beginning, or an unsteady level."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.checkers.voice import turns_with
from qa_engine.domain import Role, Text, TurnSignals

CALM_TURNS = 2
"""How many of a speaker's first measured turns are its calm level."""


class Loudness(Bounded):
    """True when ``times`` turns are so many dB above the own median (jump) or beginning (rise); or the spread is."""

    name: ClassVar[str] = "loudness"

    who: Literal["agent", "customer"] = Field("agent", description="Whose voice.")
    measure: Literal["jump", "rise", "spread"] = Field(
        "jump", description="dB of a turn above the median (jump) or above the first two turns (rise); or sd (spread)."
    )
    times: int = Field(1, ge=1, description="At least this many turns (jump, rise).")
    min_speech_s: float = Field(1.0, ge=0, description="Turns with less speech are not looked at.")

    def check(self, bench: Bench) -> Verdict:
        who = named(self.who)
        if self.measure == "spread":
            speaker = bench.view.signals.speakers.get(Role(self.who))
            what = Text(f"{who.zh}音量起伏（分贝）", f"loudness spread of {who.en} (dB)")
            return self.compare(speaker.loudness_sd_db if speaker else None, what)
        level = self._level(bench) if self.measure == "rise" else None
        found, measured = turns_with(bench, self.who, partial(_above, level), self.within, self.min_speech_s)
        if not measured:
            return unknown(Text("测不出音量", "loudness could not be measured"))
        reason = Text(f"{who.zh}有 {len(found)} 句提高了音量", f"{len(found)} turn(s) of {who.en} are raised")
        return (yes if len(found) >= self.times else no)(reason, found, count=len(found))

    def _level(self, bench: Bench) -> float:
        """Mean dBFS of the first measured turns."""
        loud = [
            s.loudness_dbfs
            for s in bench.view.signals.turns
            if (line := bench.view.by_turn.get(s.turn)) is not None
            and line.role.value == self.who
            and s.loudness_dbfs is not None
            and (s.speech_s or 0.0) >= self.min_speech_s
        ][:CALM_TURNS]
        return sum(loud) / len(loud) if loud else 0.0


def _above(level: float | None, turn: TurnSignals) -> float | None:
    if level is None:
        return turn.loudness_jump_db
    return None if turn.loudness_dbfs is None else turn.loudness_dbfs - level
