"""Decides about the length of the whole interaction."""

from __future__ import annotations

from typing import ClassVar

from qa_engine.checkers.base import Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.domain import Text


class Duration(Bounded):
    """True when the seconds from start to end are within the limits; unknown in a chat without times."""

    name: ClassVar[str] = "duration"

    def check(self, bench: Bench) -> Verdict:
        view = bench.view
        seconds = view.signals.duration_s or view.interaction.duration_s or view.transcript.duration_s
        value = None if seconds is None else round(seconds, 1)
        return self.compare(value, Text("时长（秒）", "duration (s)"), seconds=value if value is not None else "?")
