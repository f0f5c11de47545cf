"""Decides who spoke last."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Verdict, no, unknown, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.scope import named
from qa_engine.domain import Text


class LastWord(Checker):
    """True when the last words of the record are this side's; emoji and pictures are no words."""

    name: ClassVar[str] = "last_word"
    shorthand: ClassVar[str | None] = "by"

    by: Literal["agent", "customer"] = Field("agent", description="Whose.")

    def check(self, bench: Bench) -> Verdict:
        last = next((line for line in reversed(bench.view.lines) if line.content), None)
        if last is None:
            return unknown(Text("记录中没有话", "there are no words in the record"))
        who = named("agent" if last.role.value == "agent" else "customer")
        reason = Text(f"最后说话的是{who.zh}", f"{who.en} spoke last")
        place = [whole(last)]
        answer = yes if last.role.value == self.by else no
        return answer(reason, place, bench.role_factor(self.by))
