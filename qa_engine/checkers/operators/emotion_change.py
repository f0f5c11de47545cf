"""Decides whether one side's mood rises or falls over the conversation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from qa_engine.checkers.base import Verdict, unknown, whole
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.checkers.view import Who
from qa_engine.domain import Text


class EmotionChange(Bounded):
    """True when the mean valence of one side's last turns less that of its first turns is within the limits: below
    zero the mood fell, above it rose (valence is -1 to 1)."""

    name: ClassVar[str] = "emotion_change"

    who: Who = Field("customer", description="Whose mood: agent, customer or anyone.")
    turns: int = Field(2, ge=1, description="So many of the first and of the last turns are compared.")

    def check(self, bench: Bench) -> Verdict:
        emotions = bench.view.signals.emotions
        if emotions is None:
            return unknown(Text("尚无情绪识别结果", "no emotion model has looked at it"))
        valence = {e.turn: e.valence for e in emotions if e.confidence >= bench.bar}
        lines = [line for line in bench.view.lane(self.who).lines if line.turn.index in valence]
        who = named(self.who)
        if len(lines) < 2 * self.turns:
            return unknown(Text(f"{who.zh}的话太少，看不出情绪变化", f"too few turns of {who.en} to see a change"))
        values = [valence[line.turn.index] for line in lines]
        change = (sum(values[-self.turns :]) - sum(values[: self.turns])) / self.turns
        what = Text(f"{who.zh}情绪的变化", f"the change of mood of {who.en}")
        return self.compare(round(change, 2), what, [whole(line) for line in lines[-self.turns :]])
