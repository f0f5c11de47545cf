"""Decides how long somebody speaks in all."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.domain import Role, Text


class SpeechTime(Bounded):
    """True when the seconds of speech of one side are within the limits; a side that was not heard spoke 0 seconds."""

    name: ClassVar[str] = "speech_time"

    who: Literal["agent", "customer"] = Field("agent", description="Whose speech.")

    def check(self, bench: Bench) -> Verdict:
        speaker = bench.view.signals.speakers.get(Role(self.who))
        value = (speaker.speech_s if speaker else 0.0) if bench.view.signals.acoustic else None
        who = named(self.who)
        what = Text(f"{who.zh}说话时长（秒）", f"speech time of {who.en} (s)")
        return self.compare(None if value is None else round(value, 1), what)
