"""Decides whether somebody says the same again in nearly the same words."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams, likeness
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import Checked
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text


class Repetition(Scoped):
    """True when sentences of one side are said again, later, at least ``times``, as alike as asked."""

    name: ClassVar[str] = "repetition"

    likeness: float = Field(
        0.75, gt=0, le=1, description="Share of common pairs of characters from which it is the same."
    )
    min_grams: int = Field(5, ge=1, description="Shorter sentences (好的, 谢谢) are no repetition.")
    apart: int = Field(1, ge=0, description="The other side must have spoken so many times in between.")
    within: int | None = Field(None, ge=1, description="At most so many turns of the other side in between.")
    questions: bool = Field(False, description="Only sentences that ask.")
    unless: Checked = Field((), description="Sentences with one of these (cards, forms) are no repetition.")
    times: int = Field(1, ge=1, description="At least this many sentences said again.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        excused = [(h.line.seq, h.start) for h in bench.hits(self.unless, self.who)] if self.unless else []
        said: list[Hit] = []
        again: list[Hit] = []
        for line in lines_in(bench, self, scope):
            for start, end in sentences(line.text):
                text = line.text[start:end]
                if len(grams(text)) < self.min_grams or (self.questions and not asks(text)):
                    continue
                if any(seq == line.seq and start <= at < end for seq, at in excused):
                    continue
                hit = Hit(line, start, end, line.turn.confidence * bench.role_factor(self.who), "repetition")
                if any(self._same(old, hit) for old in said):
                    again.append(hit)
                said.append(hit)
        sure = [h for h in again if h.confidence >= bench.bar]
        who = named(self.who)
        reason = Text(f"{who.zh}重复说了 {len(sure)} 句", f"{who.en} said {len(sure)} sentence(s) again")
        if len(sure) >= self.times:
            return yes(reason, sure, min(h.confidence for h in sure), count=len(sure))
        return no(reason, confidence=bench.role_factor(self.who), count=len(sure))

    def _same(self, old: Hit, new: Hit) -> bool:
        between = (new.line.run - old.line.run) // 2
        texts = (h.line.text[h.start : h.end] for h in (old, new))
        if between < self.apart or (self.within is not None and between > self.within):
            return False
        return likeness(*texts) >= self.likeness


def asks(text: str) -> bool:
    return "?" in text or any(mark in text for mark in ("吗", "么", "呢", "什么", "怎么", "多少", "几", "哪"))
