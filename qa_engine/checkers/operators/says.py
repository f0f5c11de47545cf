"""Decides whether somebody says something: words, RE2 patterns, and in calls words by their sound."""

from __future__ import annotations

from typing import ClassVar

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.search import Words


class Says(Words):
    """True when the words are said in the scope, as often and as many of them as asked."""

    name: ClassVar[str] = "says"
    shorthand: ClassVar[str | None] = "words"

    def check(self, bench: Bench) -> Verdict:
        return self.search(bench)
