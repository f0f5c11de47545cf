"""Decides about the speed of speech."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Verdict, unknown
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.scope import named
from qa_engine.domain import Role, Text


class Rate(Bounded):
    """True when the speech rate (a minute of speech time, pauses left out) is within the limits."""

    name: ClassVar[str] = "rate"

    who: Literal["agent", "customer"] = Field("agent", description="Whose speech.")
    unit: Literal["hanzi", "words"] = Field("hanzi", description="Hanzi or words a minute.")
    min_speech_s: float = Field(0, ge=0, description="With fewer seconds of speech the answer is unknown.")

    def check(self, bench: Bench) -> Verdict:
        speaker = bench.view.signals.speakers.get(Role(self.who))
        if speaker is None or speaker.speech_s is None or speaker.speech_s < self.min_speech_s:
            return unknown(Text("语音太少，测不出语速", "too little speech to measure its rate"))
        value = speaker.rate_hanzi_per_min if self.unit == "hanzi" else speaker.rate_words_per_min
        who = named(self.who)
        unit = Text("字/分钟", "Hanzi/min") if self.unit == "hanzi" else Text("词/分钟", "words/min")
        what = Text(f"{who.zh}语速（{unit.zh}）", f"speech rate of {who.en} ({unit.en})")
        rounded = None if value is None else float(round(value))
        return self.compare(rounded, what, rate=rounded if rounded is not None else "?")
