"""Decides how often one side speaks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.checkers.view import Who
from qa_engine.domain import Text


class TurnCount(Bounded):
    """True when the number of turns (unbroken stretches of one side with words in them) is within the limits."""

    name: ClassVar[str] = "turn_count"

    who: Who = Field("anyone", description="Whose turns.")

    def check(self, bench: Bench) -> Verdict:
        who = named(self.who)
        runs = {line.run for line in bench.view.lane(self.who).lines if line.content}
        return self.compare(len(runs), Text(f"{who.zh}发言次数", f"turns of {who.en}"), count=len(runs))
