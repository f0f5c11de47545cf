"""Decides whether somebody does something with a sentence (asks, apologises, promises ...), whatever the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, field_validator

from qa_engine.checkers.acts import ACTS, pieces
from qa_engine.checkers.base import Hit, Verdict, no, unknown, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.scope import Scoped, Window, named
from qa_engine.checkers.view import mean_confidence
from qa_engine.domain import Role, Text
from qa_engine.ports import ActModel, Floats

_COLUMN = {name: column for column, name in enumerate(ACTS)}


class Does(Scoped):
    """True when a sentence in the scope does one of the acts, as told by the model of acts: unknown without one."""

    name: ClassVar[str] = "does"
    shorthand: ClassVar[str | None] = "acts"
    by_meaning: ClassVar[bool] = True

    acts: tuple[str, ...] = Field(min_length=1, description=f"Acts, one of which is enough: {', '.join(ACTS)}.")
    unless: tuple[str, ...] = Field((), description="A sentence that also does one of these does not count.")
    at_least: float | None = Field(
        None, gt=0, lt=1, description="Least probability; by default each act's own, as it was calibrated."
    )
    times: int = Field(1, ge=1, description="At least this many sentences.")

    @field_validator("acts", mode="before")
    @classmethod
    def _one(cls, acts: object) -> object:
        return [acts] if isinstance(acts, str) else acts

    @field_validator("acts", "unless")
    @classmethod
    def _known(cls, acts: tuple[str, ...]) -> tuple[str, ...]:
        if strange := [act for act in acts if act not in ACTS]:
            raise ValueError(f"no such act: {', '.join(strange)}; known: {', '.join(ACTS)}")
        return acts

    def check(self, bench: Bench) -> Verdict:
        model = bench.instruments.acts
        if model is None:
            return unknown(Text("没有行为模型，无法判断这句话在做什么", "there is no model of acts to judge by"))
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        done = self._done(bench, model)
        answers = [self._in(bench, window, done, narrow=scope.narrow) for window in scope.windows]
        return min(answers, key=lambda a: a.truth.value)

    def _done(self, bench: Bench, model: ActModel) -> list[Hit]:
        """Every sentence of that side that does one of the acts, in order."""
        found = []
        for role in {line.role for line in bench.view.lane(self.who).lines}:
            places = [
                Hit(line, a, b, line.heard(a, b)[2] * bench.role_factor(self.who), "act")
                for line in bench.view.lane(self.who).lines
                if line.role is role and line.content
                for a, b in pieces(line.text)
            ]
            found += [p for p, told in zip(places, self._told(model, places, role), strict=True) if told]
        return sorted(found, key=lambda hit: hit.at)

    def _told(self, model: ActModel, places: list[Hit], role: Role) -> list[bool]:
        chances = model.probabilities([p.line.text[p.start : p.end].strip() for p in places], role)
        wanted = _any(chances, {act: self.at_least or model.least[act] for act in self.acts})
        excused = _any(chances, {act: model.least[act] for act in self.unless})
        return [w and not e for w, e in zip(wanted, excused, strict=True)]

    def _in(self, bench: Bench, window: Window, done: list[Hit], *, narrow: bool) -> Verdict:
        who = named(self.who)
        means = ACTS[self.acts[0]].means
        hits = [h for h in done if _inside(h, window)]
        sure = [h for h in hits if h.confidence >= bench.bar]
        if len(sure) >= self.times:
            quote = sure[0].evidence().quote
            reason = Text(f"{who.zh}说“{quote}”：{means.zh}", f"{who.en} {means.en}: “{quote}”")
            return yes(reason, sure, max(h.confidence for h in sure), count=len(sure), quote=quote)
        if len(hits) >= self.times:
            reason = Text(f"{who.zh}的这句话识别不清，不能作准", f"these words of {who.en} were not heard clearly")
            return unknown(reason, hits, max(h.confidence for h in hits))
        lines = [line for line in bench.view.lane(self.who).lines if line.seq in window]
        confidence = mean_confidence(lines) * bench.role_factor(self.who)
        looked_at = [whole(line) for line in lines[-2:]] if narrow else []
        if confidence < bench.bar:
            reason = Text(f"{who.zh}的话识别不清，不能断定没有说", f"{who.en} was not heard clearly")
            return unknown(reason, looked_at, confidence)
        reason = Text(f"{who.zh}没有这样说：{means.zh}", f"{who.en} said nothing that {means.en}")
        return no(reason, looked_at, confidence, count=len(sure))


def _any(chances: Floats, least: Mapping[str, float]) -> list[bool]:
    """Of each sentence whether one of the acts is at least as likely as asked."""
    return [any(row[_COLUMN[act]] >= bar for act, bar in least.items()) for row in chances]


def _inside(hit: Hit, window: Window) -> bool:
    span = window.get(hit.line.seq)
    return span is not None and span[0] <= hit.start and hit.end <= span[1]
