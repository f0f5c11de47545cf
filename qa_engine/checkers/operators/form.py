"""Decides by the form of the interaction: call or chat, with sound or without, with times or without."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Checker, Verdict, no, yes
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Text


class Form(Checker):
    """True when the interaction has the form: kind, sound, times, language."""

    name: ClassVar[str] = "form"
    shorthand: ClassVar[str | None] = "kind"

    kind: Literal["call", "chat"] | None = Field(None, description="A call or a chat.")
    acoustic: bool | None = Field(None, description="Whether there was sound to measure.")
    timed: bool | None = Field(None, description="Whether the turns have times.")
    language: str | None = Field(None, description="Language of the transcript (zh, en).")

    def check(self, bench: Bench) -> Verdict:
        view = bench.view
        told = Text(
            f"这是{'通话' if view.interaction.kind == 'call' else '文字会话'}", f"this is a {view.interaction.kind}"
        )
        holds = (
            (self.kind is None or view.interaction.kind == self.kind)
            and (self.acoustic is None or view.signals.acoustic == self.acoustic)
            and (self.timed is None or view.signals.timed == self.timed)
            and (self.language is None or view.transcript.language.startswith(self.language))
        )
        return yes(told) if holds else no(told)
