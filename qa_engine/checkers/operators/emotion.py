"""Decides about the emotion of one side's turns, once an emotion model has looked at them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict, no, unknown, whole, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.heard import lines_in
from qa_engine.checkers.scope import Scoped, named
from qa_engine.domain import Text


class Emotion(Scoped):
    """True when at least ``times`` turns carry one of the labels, or a valence as low (high) as given."""

    name: ClassVar[str] = "emotion"

    labels: tuple[str, ...] = Field((), description="Labels that count: anger, sadness, fear, joy ...")
    valence_below: float | None = Field(None, ge=-1, le=1, description="Turns below this valence (-1 bad, 1 good).")
    valence_above: float | None = Field(None, ge=-1, le=1, description="Turns above this valence.")
    times: int = Field(1, ge=1, description="At least this many turns.")
    without_model: Literal["unknown", "false"] = Field(
        "unknown", description="The answer where no model has looked; false suits an `any` that words decide then."
    )

    def check(self, bench: Bench) -> Verdict:
        emotions = bench.view.signals.emotions
        if emotions is None:
            reason = Text("尚无情绪识别结果", "no emotion model has looked at it")
            return no(reason) if self.without_model == "false" else unknown(reason)
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        lines = {x.turn.index: x for x in lines_in(bench, self, scope)}
        found = [
            e
            for e in emotions
            if e.turn in lines
            and (not self.labels or e.label in self.labels)
            and (self.valence_below is None or e.valence < self.valence_below)
            and (self.valence_above is None or e.valence > self.valence_above)
        ]
        sure = [e for e in found if not self.labels or e.confidence >= bench.bar]
        who = named(self.who)
        reason = Text(f"{who.zh}有 {len(sure)} 句带这种情绪", f"{len(sure)} turn(s) of {who.en} carry this emotion")
        places = [whole(lines[e.turn]) for e in found]
        if len(sure) >= self.times:
            return yes(reason, [whole(lines[e.turn]) for e in sure], min(e.confidence for e in sure), count=len(sure))
        return unknown(reason, places) if len(found) >= self.times else no(reason, count=len(sure))
