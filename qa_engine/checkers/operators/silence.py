"""Decides about silence: how many stretches, how long, announced or not, and whose turn it was."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Moment, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Silence as Quiet
from qa_engine.domain import Text


class Silence(Checker):
    """True when at least ``times`` silences longer than ``longer_than`` seconds fit the other fields (calls only)."""

    name: ClassVar[str] = "silence"
    shorthand: ClassVar[str | None] = "longer_than"

    longer_than: float = Field(description="Seconds; shorter silences are not looked at.")
    announced: bool | None = Field(None, description="Only silences that the agent announced (请稍等), or did not.")
    hold: bool | None = Field(None, description="Only silences filled by hold music or ringing, or not.")
    due: Literal["agent", "customer"] | None = Field(None, description="Only where this side was due to speak.")
    inner: bool = Field(True, description="Only between two turns, not before the first or after the last.")
    times: int = Field(1, ge=1, description="At least this many.")

    def check(self, bench: Bench) -> Verdict:
        signals = bench.view.signals
        if not signals.timed or not signals.acoustic:
            return unknown(Text("没有时间信息，无法量静默", "there are no times to measure silence by"))
        found = [s for s in signals.silences if self._fits(s)]
        longest = max((s.seconds for s in found), default=0.0)
        reason = Text(
            f"超过 {self.longer_than:g} 秒的静默有 {len(found)} 处",
            f"{len(found)} silence(s) of more than {self.longer_than:g} s",
        )
        places = [_moment(bench, s) for s in found]
        answer = yes if len(found) >= self.times else no
        return answer(reason, places, 1.0, count=len(found), seconds=round(longest, 1))

    def _fits(self, s: Quiet) -> bool:
        return (
            s.seconds > self.longer_than
            and (self.announced is None or s.announced == self.announced)
            and (self.hold is None or s.hold == self.hold)
            and (self.due is None or s.due.value == self.due)
            and (not self.inner or (s.before is not None and s.after is not None))
        )


def _moment(bench: Bench, s: Quiet) -> Moment:
    line = bench.view.by_turn.get(s.before) if s.before is not None else None
    quote = line.turn.text if line else ""
    return Moment(s.before, round(s.start, 2), round(s.end, 2), quote, line)
