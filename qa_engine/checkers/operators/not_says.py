"""Decides whether somebody leaves something unsaid; words that were heard badly leave it open."""

from __future__ import annotations

from typing import ClassVar

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.search import Words


class NotSays(Words):
    """True when the words are surely not said in the scope; unknown when the scope was heard too badly."""

    name: ClassVar[str] = "not_says"
    shorthand: ClassVar[str | None] = "words"

    def check(self, bench: Bench) -> Verdict:
        return self.search(bench).negated()
