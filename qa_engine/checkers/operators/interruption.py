"""Decides how often one side talks into the other's words; back-channels do not count."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Moment, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.scope import named
from qa_engine.domain import Text


class Interruption(Checker):
    """True when one side interrupted at least ``times``: long enough together, with enough content in it."""

    name: ClassVar[str] = "interruption"
    shorthand: ClassVar[str | None] = "times"

    by: Literal["agent", "customer"] = Field("agent", description="Who talks into the other's words.")
    times: int = Field(1, ge=1, description="At least this many times.")
    min_seconds: float = Field(1.0, ge=0, description="Seconds both speak at once.")
    min_chars: int = Field(4, ge=0, description="Content characters said meanwhile, back-channels left out.")
    floor: bool = Field(False, description="Only where the other side then fell silent.")

    def check(self, bench: Bench) -> Verdict:
        signals = bench.view.signals
        if not signals.acoustic or signals.overlap_s is None:
            return unknown(Text("没有双声道语音，无法判断抢话", "without two channels interruptions cannot be told"))
        found = [
            o
            for o in signals.overlaps
            if o.by.value == self.by
            and not o.back_channel
            and o.seconds >= self.min_seconds
            and o.content_chars >= self.min_chars
            and (o.took_floor or not self.floor)
        ]
        who = named(self.by)
        reason = Text(f"{who.zh}打断对方 {len(found)} 次", f"{who.en} interrupted {len(found)} time(s)")
        places = []
        for o in found:
            line = bench.view.by_turn.get(o.turn)
            places.append(Moment(o.turn, o.start, o.end, line.turn.text if line else "", line))
        answer = yes if len(found) >= self.times else no
        return answer(reason, places, bench.role_factor(self.by), count=len(found))
