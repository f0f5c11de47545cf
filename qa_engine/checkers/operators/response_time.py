"""Decides how long one side lets the other wait for an answer."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Moment, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.phrases import Checked
from qa_engine.checkers.scope import named
from qa_engine.checkers.view import Line
from qa_engine.domain import Text


class ResponseTime(Checker):
    """True when at least ``times`` answers came later than ``longer_than`` seconds after the other side's words."""

    name: ClassVar[str] = "response_time"
    shorthand: ClassVar[str | None] = "longer_than"

    who: Literal["agent", "customer"] = Field("agent", description="Who was to answer.")
    longer_than: float = Field(gt=0, description="Seconds.")
    excused: Checked = Field((), description="A wait that this side announced with these words does not count.")
    times: int = Field(1, ge=1, description="At least this many.")

    def check(self, bench: Bench) -> Verdict:
        waits = self._waits(bench)
        who = named(self.who)
        if not waits:
            return unknown(Text(f"没有时间，量不出{who.zh}的应答", f"no times to measure how {who.en} answers"))
        announced = {h.line.run for h in bench.hits(self.excused, self.who)} if self.excused else set()
        late = [(x, s) for x, s in waits if _seconds(x, s) > self.longer_than and x.run - 2 not in announced]
        longest = max(_seconds(x, s) for x, s in late or waits)
        reason = Text(
            f"{who.zh}有 {len(late)} 次超过 {self.longer_than:g} 秒才应答（最长 {longest:.0f} 秒）",
            f"{who.en} answered later than {self.longer_than:g} s {len(late)} time(s) (longest {longest:.0f} s)",
        )
        places = [Moment(x.turn.index, since, x.turn.start, x.turn.text, x) for x, since in late]
        answer = yes if len(late) >= self.times else no
        return answer(reason, places, 1.0, count=len(late), seconds=round(longest))

    def _waits(self, bench: Bench) -> list[tuple[Line, float]]:
        """Answers of that side, each with the second at which the first unanswered words of the other side ended."""
        found: list[tuple[Line, float]] = []
        since: float | None = None
        for before, line in pairwise(bench.view.lines):
            if before.role.value == self.who:
                since = None
            elif since is None:
                since = before.turn.end if before.turn.end is not None else before.turn.start
            if line.role.value == self.who and since is not None and line.turn.start is not None:
                found.append((line, since))
        return found


def _seconds(line: Line, since: float) -> float:
    return (line.turn.start or 0.0) - since
