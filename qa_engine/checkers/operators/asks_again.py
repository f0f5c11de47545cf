"""Decides whether somebody asks for the same thing again although it was given, by named topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, field_validator

from qa_engine.checkers.base import Hit, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import check_entry
from qa_engine.checkers.scope import named
from qa_engine.checkers.search import Words
from qa_engine.checkers.view import Who
from qa_engine.domain import Text


class AsksAgain(Words):
    """True when an ask (``words``) about one topic comes again after an answer, at least ``times``."""

    name: ClassVar[str] = "asks_again"

    topics: Mapping[str, tuple[str, ...]] = Field(description="Topics by name, each with the words that name it.")
    answers: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Per topic what an answer looks like (digits, names); any words without it."
    )
    answered: bool = Field(True, description="False: count a question asked again because it was not answered.")
    given: bool = Field(False, description="Also count the first ask, when the other side had given it unasked before.")

    @field_validator("topics", "answers")
    @classmethod
    def _all_readable(cls, topics: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        return {name: tuple(check_entry(e) for e in entries) for name, entries in topics.items()}

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        marks = [h for h in bench.hits(self.words, self.who) if not self._excused(bench, h)]
        again = [h for topic in self.topics for h in self._again(bench, topic, marks)]
        sure = [h for h in sorted(again, key=lambda h: h.at) if h.confidence >= bench.bar]
        who = named(self.who)
        reason = Text(f"{who.zh}重复询问 {len(sure)} 次", f"{who.en} asked for the same again {len(sure)} time(s)")
        if len(sure) >= self.times:
            quote = sure[0].evidence().quote
            return yes(reason, sure, min(h.confidence for h in sure), count=len(sure), quote=quote)
        return no(reason, confidence=bench.role_factor(self.who), count=len(sure))

    def _again(self, bench: Bench, topic: str, marks: list[Hit]) -> list[Hit]:
        """Asks about the topic that come after an answer to an earlier ask (or after it was given unasked)."""
        asks: dict[int, Hit] = {}
        for hit in bench.hits(self.topics[topic], self.who):
            if any(_one_sentence(hit, mark) for mark in marks):
                asks.setdefault(hit.line.run, hit)
        found: list[Hit] = []
        runs = sorted(asks)
        for index, run in enumerate(runs):
            since = runs[index - 1] if index else (-1 if self.given else None)
            if since is not None and self._answered(bench, topic, since, run) == self.answered:
                found.append(asks[run])
        return found

    def _answered(self, bench: Bench, topic: str, since: int, until: int) -> bool:
        other: Who = "customer" if self.who == "agent" else "agent"
        between = [x for x in bench.view.lines if since < x.run < until and x.role.value == other and x.content]
        entries = self.answers.get(topic)
        if entries is None:
            return bool(between) and since >= 0
        seqs = {x.seq for x in between}
        if not self.answered and not between:
            return True
        return any(h.line.seq in seqs for h in bench.hits(entries, other))


def _one_sentence(a: Hit, b: Hit) -> bool:
    if a.line is not b.line:
        return False
    return any(
        start < a.end and a.start < end and start < b.end and b.start < end for start, end in sentences(a.line.text)
    )
