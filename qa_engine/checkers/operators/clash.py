"""Decides whether one side says two things of one subject that do not go together: free and priced, 14 days and 30."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.grams import grams
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import Checked, phrases
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text

_TOKENS = re.compile(r"[㐀-鿿]{2}|[a-z][a-z'\-]+")
PARTS = re.compile(r"[,:][^\S\n]+|[^\S\n](?:and|but)[^\S\n]")
"""Where one statement of a sentence goes over to the next."""


class Clash(Scoped):
    """True when two statements of one side have the same subject (the words of ``subjects`` that they hold, else
    their first word that is not ignored), and one holds an entry of ``one``, the other an entry of ``other``; or when
    both hold the same entry of ``values`` in different words (14 days, 30 days)."""

    name: ClassVar[str] = "clash"

    one: Checked = Field((), description="What one statement says (free, included).")
    other: Checked = Field((), description="What does not go with it (a price).")
    values: Checked = Field((), description="Patterns of a figure with its unit; one subject has one figure.")
    subjects: Checked = Field((), description="What may be spoken of; statements without one are left out.")
    ignore: Checked = Field((), description="Words that are nobody's subject (the, your, it is ...).")
    unless: Checked = Field((), description="Statements with one of these (if, per, each) are not compared.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        factor = bench.role_factor(self.who)
        said = [
            (subject, Hit(line, a, b, line.turn.confidence * factor, "statement"))
            for line in lines_in(bench, self, scope)
            for subject, a, b in self.told(line.text)
        ]
        pairs = [(a, b) for (x, a), (y, b) in combinations(said, 2) if x == y and self.against(_text(a), _text(b))]
        sure = [p for p in pairs if min(h.confidence for h in p) >= bench.bar]
        who = named(self.who)
        if not sure:
            return no(Text(f"{who.zh}前后没有矛盾", f"{who.en} did not contradict itself"))
        first, second = sure[0]
        reason = Text(
            f"{who.zh}先说“{_text(first)}”，后说“{_text(second)}”",
            f"{who.en} said “{_text(first)}”, then “{_text(second)}”",
        )
        return yes(reason, sure[0], min(first.confidence, second.confidence), quote=_text(second))

    def told(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Statements with their subject; one without its own (it costs ...) has that of the part before it."""
        before, ended = None, 0
        for start, end in _statements(text):
            if _holds(self.unless, text[start:end]):
                continue
            subject = self._subject(text[start:end]) or (before if ended and text[ended - 1] not in ".!?;~" else None)
            before, ended = subject, end
            if subject:
                yield subject, start, end

    def _subject(self, text: str) -> str | None:
        if _holds(self.unless, text):
            return None
        if self.subjects:
            return next((text[a:b] for a, b in phrases(self.subjects).find(text)), None)
        ignored = frozenset[str]().union(*(grams(e) for e in self.ignore))
        return next((t.removesuffix("s") for t in _TOKENS.findall(text) if t not in ignored), None)

    def against(self, a: str, b: str) -> bool:
        if (_holds(self.one, a) and _holds(self.other, b)) or (_holds(self.other, a) and _holds(self.one, b)):
            return True
        for entry in self.values:
            x, y = ({t[i:j] for i, j in phrases((entry,)).find(t)} for t in (a, b))
            if len(x) == len(y) == 1 and x != y:
                return True
        return False


def _holds(entries: tuple[str, ...], text: str) -> bool:
    return next(phrases(entries).find(text), None) is not None


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Parts of sentences that state something; questions state nothing."""
    for start, end in sentences(text):
        if "?" in text[start:end]:
            continue
        at = start
        for joint in PARTS.finditer(text, start, end):
            yield at, joint.start()
            at = joint.end()
        yield at, end


def _text(hit: Hit) -> str:
    return hit.line.text[hit.start : hit.end].strip()
