"""Decides whether one side says something long enough in one turn."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text


class TurnLength(Scoped):
    """True when a turn in the scope carries at least so many pairs of Hanzi or words."""

    name: ClassVar[str] = "turn_length"

    at_least: int = Field(ge=1, description="Pairs of Hanzi, Latin words and numbers.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        lines = [x for x in lines_in(bench, self, scope) if len(grams(x.text)) >= self.at_least]
        who = named(self.who)
        reason = Text(f"{who.zh}有 {len(lines)} 次较长的发言", f"{who.en} has {len(lines)} longer turn(s)")
        factor = bench.role_factor(self.who)
        answer = yes if lines else no
        return answer(reason, [whole(x) for x in lines], factor, count=len(lines))
