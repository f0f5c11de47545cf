"""Decides about loudness: turns that are louder (softer) than the speaker's own, or an unsteady level."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.checkers.voice import turns_with
from qa_engine.domain import Role, Text


class Loudness(Bounded):
    """True when at least ``times`` turns jump (dB above the speaker's median) in the limits; or the ``spread`` is."""

    name: ClassVar[str] = "loudness"

    who: Literal["agent", "customer"] = Field("agent", description="Whose voice.")
    measure: Literal["jump", "spread"] = Field(
        "jump", description="jump: dB of a turn above the median; spread: sd in dB."
    )
    times: int = Field(1, ge=1, description="At least this many turns (jump).")
    min_speech_s: float = Field(1.0, ge=0, description="Turns with less speech are not looked at.")

    def check(self, bench: Bench) -> Verdict:
        who = named(self.who)
        if self.measure == "spread":
            speaker = bench.view.signals.speakers.get(Role(self.who))
            what = Text(f"{who.zh}音量起伏（分贝）", f"loudness spread of {who.en} (dB)")
            return self.compare(speaker.loudness_sd_db if speaker else None, what)
        found, measured = turns_with(bench, self.who, lambda s: s.loudness_jump_db, self.within, self.min_speech_s)
        if not measured:
            return unknown(Text("测不出音量", "loudness could not be measured"))
        reason = Text(f"{who.zh}有 {len(found)} 句音量突变", f"{len(found)} turn(s) of {who.en} jump in loudness")
        return (yes if len(found) >= self.times else no)(reason, found, count=len(found))
