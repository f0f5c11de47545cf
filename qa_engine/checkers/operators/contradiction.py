"""Decides whether one side contradicts itself: nearly the same statement, another number or its opposite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.normal import clause, sentences
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万]+(?=[天元块个号日月年小分点折%])")


class Contradiction(Scoped):
    """True when two statements of one side are alike but for a number, or for one of the ``opposites``."""

    name: ClassVar[str] = "contradiction"

    likeness: float = Field(0.7, gt=0, le=1, description="Share of common pairs of characters, numbers left out.")
    min_grams: int = Field(5, ge=1, description="Shorter statements are not compared.")
    opposites: tuple[tuple[str, str], ...] = Field((), description="Pairs that turn a statement round: [可以, 不可以].")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        said = [
            Hit(line, a, b, line.turn.confidence * bench.role_factor(self.who), "statement")
            for line in lines_in(bench, self, scope)
            for a, b in _statements(line.text)
        ]
        pairs = [(a, b) for i, b in enumerate(said) for a in said[:i] if self.against(_text(a), _text(b))]
        sure = [p for p in pairs if min(h.confidence for h in p) >= bench.bar]
        who = named(self.who)
        if sure:
            first, second = sure[0]
            reason = Text(
                f"{who.zh}先说“{_text(first)}”，后说“{_text(second)}”",
                f"{who.en} said “{_text(first)}”, then “{_text(second)}”",
            )
            return yes(reason, sure[0], min(first.confidence, second.confidence), quote=_text(second))
        return no(Text(f"{who.zh}前后没有矛盾", f"{who.en} did not contradict itself"))

    def against(self, a: str, b: str) -> bool:
        plain_a, plain_b = _NUMBER.sub("#", a), _NUMBER.sub("#", b)
        if self._alike(plain_a, plain_b):
            one, two = _NUMBER.findall(a), _NUMBER.findall(b)
            if len(one) == len(two) == 1 and one != two:
                return True
        for yes_word, no_word in self.opposites:
            for x, y in ((a, b), (b, a)):
                turned = no_word in x and no_word not in y and yes_word in y
                if turned and self._alike(x.replace(no_word, ""), y.replace(yes_word, "")):
                    return True
        return False

    def _alike(self, a: str, b: str) -> bool:
        one, two = grams(a), grams(b)
        if min(len(one), len(two)) < self.min_grams:
            return False
        return 2 * len(one & two) / (len(one) + len(two)) >= self.likeness


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Clauses that state something; questions state nothing."""
    for start, end in sentences(text):
        if "?" in text[start:end] or text[start:end].rstrip(".! ").endswith(("吗", "么", "呢")):
            continue
        at = start
        while at < end:
            left, right = clause(text, at, at + 1)
            if right > left:
                yield left, min(right, end)
            at = max(right, at) + 1


def _text(hit: Hit) -> str:
    return hit.line.text[hit.start : hit.end].strip()
