"""Decides whether of two things asked in one turn only one is answered: half an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import Checked, phrases
from qa_engine.checkers.scope import Scoped, named
from qa_engine.checkers.view import Line, Who
from qa_engine.domain import Text

_PARTS = re.compile(r"\s(?:and|but)\s")


class LeavesOpen(Scoped):
    """True when ``who`` asks two or more things in one turn and the other side answers, but in fewer statements than
    things asked, and one of them shares no word with anything that the other side says after it."""

    name: ClassVar[str] = "leaves_open"

    asking: Checked = Field(min_length=1, description="A part of a turn with one of these asks something.")
    joints: Checked = Field((), description="Where one sentence goes over to its next question (and how ...).")
    ignore: Checked = Field((), description="Words that everybody says; they take nothing up.")
    routine: Checked = Field((), description="Sentences with one of these (greetings, thanks) answer nothing.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        factor = bench.role_factor(self.who)
        left = [
            Hit(line, a, b, line.turn.confidence * factor, "question")
            for line in lines_in(bench, self, scope)
            for a, b in self._left(bench, line)
        ]
        sure = [h for h in left if h.confidence >= bench.bar]
        who = named(self.who)
        if sure:
            reason = Text(f"{who.zh}问的几件事只答了一部分", f"not all that {who.en} asked was answered")
            return yes(reason, sure, min(h.confidence for h in sure), count=len(sure))
        return no(
            Text(f"{who.zh}同时问的事都有回应", f"all that {who.en} asked at once was taken up"), confidence=factor
        )

    def _left(self, bench: Bench, line: Line) -> list[tuple[int, int]]:
        asked = list(self._questions(line.text))
        if len(asked) < 2:
            return []
        other: Who = "customer" if self.who == "agent" else "agent"
        later = [x for x in bench.view.lane(other).lines if x.seq > line.seq]
        told = sum(len(list(self._answers(x.text))) for x in later)
        theirs = set().union(*(self._words(x.text) for x in later))
        left = [(a, b) for a, b in asked if self._words(line.text[a:b]) and not self._words(line.text[a:b]) & theirs]
        return left if 0 < told < len(asked) and len(left) < len(asked) else []

    def _questions(self, text: str) -> Iterator[tuple[int, int]]:
        for start, end in sentences(text):
            joints = [a + start for a, _ in phrases(self.joints).find(text[start:end])] if self.joints else []
            edges = [start, *(a for a in joints if a > start), end]
            for a, b in pairwise(edges):
                if next(phrases(self.asking).find(text[a:b]), None):
                    yield a, b

    def _answers(self, text: str) -> Iterator[str]:
        """Statements that say something; each half of a compound one counts."""
        for start, end in sentences(text):
            if "?" in text[start:end] or next(phrases(self.routine).find(text[start:end]), None):
                continue
            for part in _PARTS.split(text[start:end]):
                if self._words(part) and not next(phrases(self.routine).find(part), None):
                    yield part

    def _words(self, text: str) -> frozenset[str]:
        ignored = frozenset[str]().union(*(grams(e) for e in self.ignore))
        return frozenset(w.removesuffix("s") for w in grams(text) - ignored)
