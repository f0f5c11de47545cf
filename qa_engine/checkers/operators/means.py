"""Decides whether somebody says something of a meaning: nearness of sentences to examples and to counter-examples."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.heard import sentences_in
from qa_engine.checkers.meaning import nearness
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text


class Means(Scoped):
    """True when a sentence in the scope is as near to an example as asked, and nearer to it than to what is unlike."""

    name: ClassVar[str] = "means"
    by_meaning: ClassVar[bool] = True

    like: tuple[str, ...] = Field(min_length=1, description="Example sentences of the meaning.")
    unlike: tuple[str, ...] = Field((), description="Near misses: sentences of similar words that mean another thing.")
    at_least: float = Field(
        0.9, gt=0, le=1, description="Least cosine to an example; calibrate per item (e5: 0.88-0.95)."
    )
    margin: float = Field(0.0, ge=0, le=1, description="How much nearer to an example than to what is unlike.")
    shortest: int = Field(4, ge=1, description="Sentences of fewer characters are not looked at.")

    def check(self, bench: Bench) -> Verdict:
        embedder = bench.instruments.embedder
        if embedder is None:
            return unknown(Text("没有句向量模型，无法按语义判断", "there is no sentence model to judge by meaning"))
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        places = [p for p in sentences_in(bench, self, scope, "meaning") if p.end - p.start >= self.shortest]
        return self._nearest(bench, [p for p in places if p.confidence >= bench.bar], len(places))

    def _nearest(self, bench: Bench, places: list[Hit], all_places: int) -> Verdict:
        who = named(self.who)
        embedder = bench.instruments.embedder
        assert embedder is not None
        near = nearness(embedder, tuple(p.line.text[p.start : p.end] for p in places), self.like)
        far = nearness(embedder, tuple(p.line.text[p.start : p.end] for p in places), self.unlike)
        good = [p for p, n, f in zip(places, near, far, strict=True) if n >= self.at_least and n - f >= self.margin]
        if good:
            quote = good[0].evidence().quote
            reason = Text(f"{who.zh}说的“{quote}”是这个意思", f"“{quote}”, said by {who.en}, means this")
            return yes(reason, good, max(p.confidence for p in good), count=len(good), quote=quote)
        if all_places and not places:
            return unknown(Text(f"{who.zh}的话识别不清", f"{who.en} was not heard clearly"))
        return no(Text(f"{who.zh}没有说这个意思的话", f"{who.en} said nothing of this meaning"))
