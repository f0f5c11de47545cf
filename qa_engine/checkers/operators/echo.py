"""Decides whether one side takes up the other's own words: a restatement, a read-back, or parroting."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.phrases import Checked
from qa_engine.checkers.scope import Scoped, named
from qa_engine.checkers.view import Line
from qa_engine.domain import Text


class Echo(Scoped):
    """True when a turn in the scope takes up enough of the words of the other side's turns just before it, or, with
    ``own``, says again what the same side had said itself."""

    name: ClassVar[str] = "echo"

    back_turns: int = Field(2, ge=1, description="How many turns of the other side before it are compared.")
    at_least: int = Field(3, ge=1, description="Least number of shared pairs of characters (words in English).")
    share: float = Field(0.0, ge=0, le=1, description="Least share of the turn's own pairs that are taken up.")
    own: bool = Field(
        False, description="Compare with the side's own earlier turns, but for words that the other side just used."
    )
    marks: Checked = Field((), description="The turn must hold one of these as well (是吗, 对吗, 您是说 ...).")
    unless: Checked = Field((), description="Turns with one of these (a new question, a yes) do not count.")
    times: int = Field(1, ge=1, description="In at least this many turns.")
    ignore: Checked = Field((), description="Words that everybody says; they are no echo.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        marked = {h.line.seq for h in bench.hits(self.marks, self.who)} if self.marks else None
        excused = {h.line.seq for h in bench.hits(self.unless, self.who)} if self.unless else set()
        ignored = set().union(*(grams(e) for e in self.ignore)) if self.ignore else set()
        found = []
        for line in lines_in(bench, self, scope):
            if (marked is not None and line.seq not in marked) or line.seq in excused:
                continue
            theirs = self._before(bench, line) - ignored
            words = grams(line.text) - ignored
            shared = len(words & theirs)
            if shared >= self.at_least and shared >= self.share * max(len(words), 1):
                found.append(whole(line))
        who = named(self.who)
        reason = Text(f"{who.zh}复述了对方的话", f"{who.en} took up the other's words")
        other = Text(f"{who.zh}没有复述对方的话", f"{who.en} did not take up the other's words")
        confidence = bench.role_factor(self.who)
        return (
            yes(reason, found, confidence, count=len(found))
            if len(found) >= self.times
            else no(other, confidence=confidence)
        )

    def _before(self, bench: Bench, line: Line) -> frozenset[str]:
        """Words that the turn could take up."""
        earlier = bench.view.lines[: line.seq]
        others = [x for x in earlier if x.role is not line.role]
        runs = sorted({x.run for x in others})[-(1 if self.own else self.back_turns) :]
        theirs = frozenset[str]().union(*(grams(x.text) for x in others if x.run in runs))
        if not self.own:
            return theirs
        return (
            frozenset[str]().union(*(grams(x.text) for x in earlier if x.role is line.role and x.run < line.run))
            - theirs
        )
