"""Decides about the share of the talking that one side does."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.domain import Role, Text


class TalkRatio(Bounded):
    """True when one side's share (0..1) of all speech time is within the limits."""

    name: ClassVar[str] = "talk_ratio"

    who: Literal["agent", "customer"] = Field("agent", description="Whose share.")

    def check(self, bench: Bench) -> Verdict:
        speaker = bench.view.signals.speakers.get(Role(self.who))
        who = named(self.who)
        what = Text(f"{who.zh}说话占比", f"share of talk of {who.en}")
        ratio = speaker.talk_ratio if speaker else None
        return self.compare(None if ratio is None else round(ratio, 2), what)
