"""Decides whether one side takes up the other's own words: a restatement, a read-back, or parroting."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from qa_engine.checkers.base import Verdict, no, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.phrases import check_entry
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text


class Echo(Scoped):
    """True when a turn in the scope takes up enough of the words of the other side's turns just before it."""

    name: ClassVar[str] = "echo"

    back_turns: int = Field(2, ge=1, description="How many turns of the other side before it are compared.")
    at_least: int = Field(3, ge=1, description="Least number of shared pairs of characters (words in English).")
    share: float = Field(0.0, ge=0, le=1, description="Least share of the turn's own pairs that are taken up.")
    marks: tuple[str, ...] = Field((), description="The turn must hold one of these as well (是吗, 对吗, 您是说 ...).")
    ignore: tuple[str, ...] = Field((), description="Words that everybody says; they are no echo.")

    @field_validator("marks", "ignore")
    @classmethod
    def _readable(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_entry(e) for e in entries)

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        seqs = set().union(*scope.windows)
        marked = {h.line.seq for h in bench.hits(self.marks, self.who)} if self.marks else seqs
        ignored = set().union(*(grams(e) for e in self.ignore)) if self.ignore else set()
        found = []
        for line in bench.view.lane(self.who).lines:
            if line.seq not in seqs or line.seq not in marked:
                continue
            earlier = [x for x in bench.view.lines[: line.seq] if x.role is not line.role]
            runs = sorted({x.run for x in earlier})[-self.back_turns :]
            theirs = set().union(*(grams(x.text) for x in earlier if x.run in runs)) - ignored
            own = grams(line.text) - ignored
            shared = len(own & theirs)
            if shared >= self.at_least and shared >= self.share * max(len(own), 1):
                found.append(whole(line))
        who = named(self.who)
        reason = Text(f"{who.zh}复述了对方的话", f"{who.en} took up the other's words")
        other = Text(f"{who.zh}没有复述对方的话", f"{who.en} did not take up the other's words")
        confidence = bench.role_factor(self.who)
        return yes(reason, found, confidence, count=len(found)) if found else no(other, confidence=confidence)
