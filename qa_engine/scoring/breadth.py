"""Finds entries so broad that they match ordinary talk: what is said in every call tells no two calls apart."""

from __future__ import annotations

from collections.abc import Iterator

from qa_engine.checkers.normal import normalise
from qa_engine.checkers.phrases import as_pattern, compile_pattern
from qa_engine.domain import Text
from qa_engine.rubric.finding import Finding, warning
from qa_engine.rubric.ordinary import ordinary
from qa_engine.rubric.spec import Rubric

NEARLY = 0.6
"""Share of the ordinary sentences from which an entry is said to match everything."""


def too_broad(rubric: Rubric) -> Iterator[Finding]:
    sentences = [normalise(sentence) for sentence in ordinary(rubric.languages[0])]
    for entry, where in rubric.written.entries.items():
        pattern = compile_pattern(as_pattern(entry))
        share = sum(bool(pattern.search(sentence)) for sentence in sentences) / len(sentences)
        if share >= NEARLY:
            told = Text(
                f"“{entry}”几乎什么都匹配：日常语句的 {share:.0%}",
                f"“{entry}” matches nearly everything: {share:.0%} of ordinary sentences",
            )
            yield warning(where, told, Text("写得更具体", "make it narrower"))
