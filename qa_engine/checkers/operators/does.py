"""Decides whether somebody does something with a sentence (asks, apologises, promises ...), whatever the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from qa_engine.checkers.acts import ACTS, pieces
from qa_engine.checkers.base import Hit, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.scope import Scoped, Window, named
from qa_engine.checkers.search import absent, inside, never_heard, together
from qa_engine.checkers.view import Line
from qa_engine.domain import Role, Text
from qa_engine.ports import ActModel, Floats

_MARKS = " .,!?;:~…-"
_COLUMN = {name: column for column, name in enumerate(ACTS)}


def _columns(acts: Sequence[str]) -> list[int]:
    return [_COLUMN[act] for act in acts]


class Does(Scoped):
    """True when a sentence in the scope does one of the acts; ``without_model`` answers where no model is at hand."""

    name: ClassVar[str] = "does"
    shorthand: ClassVar[str | None] = "acts"
    by_meaning: ClassVar[bool] = True

    acts: tuple[str, ...] = Field(min_length=1, description=f"Acts, one of which is enough: {', '.join(ACTS)}.")
    unless: tuple[str, ...] = Field((), description="A sentence that also does one of these does not count.")
    at_least: float | None = Field(
        None, gt=0, lt=1, description="Least probability; by default each act's own, as it was calibrated."
    )
    times: int = Field(1, ge=1, description="At least this many sentences.")
    without_model: Literal["unknown", "false"] = Field(
        "unknown", description="The answer without a model of acts; false suits an `any` that words decide then."
    )

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
            reason = Text("没有行为模型，无法判断这句话在做什么", "there is no model of acts to judge by")
            return no(reason) if self.without_model == "false" else unknown(reason)
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        silent = never_heard(bench, self.who)
        if silent:
            return silent
        done = self._done(bench, model)
        return together([self._in(bench, window, done, narrow=scope.narrow) for window in scope.windows])

    def _done(self, bench: Bench, model: ActModel) -> list[Hit]:
        """Every sentence of that side that does one of the acts, in order; a hit is by the likeliest act."""
        lines = [line for line in bench.view.lane(self.who).lines if line.content]
        places = [(line, a, b) for line in lines for a, b in pieces(line.text)]
        acts = self._told(model, [(line.role, line.text[a:b].strip()) for line, a, b in places])
        sure = bench.role_factor(self.who)
        found = zip(places, acts, strict=True)
        return [_hit(line, a, b, line.heard(a, b)[2] * sure, act) for (line, a, b), act in found if act]

    def _told(self, model: ActModel, said: list[tuple[Role, str]]) -> list[str | None]:
        """Of each sentence the likeliest of the acts that it does, None where it does none or one of ``unless``."""
        acts: list[str | None] = [None] * len(said)
        for role in {role for role, _ in said}:
            mine = [i for i, (other, _) in enumerate(said) if other is role]
            rows = model.probabilities([said[i][1] for i in mine], role)
            likely = np.where(self.done(model, rows), rows[:, _columns(self.acts)], -1.0)
            for i, row in zip(mine, likely, strict=True):
                if row.max() >= 0:
                    acts[i] = self.acts[int(row.argmax())]
        return acts

    def done(self, model: ActModel, rows: Floats) -> npt.NDArray[np.bool_]:
        """(sentences, ``acts``): which acts a sentence of these rows does; none where it does one of ``unless``."""
        least = [self.at_least or model.least[act] for act in self.acts]
        barred = rows[:, _columns(self.unless)] >= [model.least[act] for act in self.unless]
        return (rows[:, _columns(self.acts)] >= least) & ~barred.any(axis=1, keepdims=True)

    def _in(self, bench: Bench, window: Window, done: list[Hit], *, narrow: bool) -> Verdict:
        who = named(self.who)
        hits = [h for h in done if inside(h, window)]
        sure = [h for h in hits if h.confidence >= bench.bar]
        if len(sure) >= self.times:
            quote, means = sure[0].evidence().quote, ACTS[sure[0].by].means
            reason = Text(f"{who.zh}说“{quote}”：{means.zh}", f"{who.en} {means.en}: “{quote}”")
            return yes(reason, sure, max(h.confidence for h in sure), count=len(sure), quote=quote)
        if len(hits) >= self.times:
            reason = Text(f"{who.zh}的这句话识别不清，不能作准", f"these words of {who.en} were not heard clearly")
            return unknown(reason, hits, max(h.confidence for h in hits))
        lines = [line for line in bench.view.lane(self.who).lines if line.seq in window]
        return absent(bench, self.who, lines, count=len(sure), narrow=narrow)


def _hit(line: Line, start: int, end: int, confidence: float, act: str) -> Hit:
    """The sentence without the mark that ends it, beyond which the next clause begins."""
    return Hit(line, start, start + len(line.text[start:end].rstrip(_MARKS)), confidence, act)
