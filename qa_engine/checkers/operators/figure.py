"""Decides by a sum over what was measured and told: shares, differences of times, figures of other systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from qa_engine.checkers.arithmetic import check_sum, evaluate, names_in
from qa_engine.checkers.base import Verdict, unknown
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.bounds import Bounded
from qa_engine.checkers.view import View
from qa_engine.domain import Role, Text


class Figure(Bounded):
    """True when the value of a sum is within the limits. It may name any number of the metadata, and `duration_s`,
    `turns`, `agent_turns`, `customer_turns`, `agent_speech_s`, `customer_speech_s`, `silence_s`, `overlap_s`,
    `hold_s`. Unknown when a figure is missing or it divides by zero."""

    name: ClassVar[str] = "figure"

    value: Annotated[str, AfterValidator(check_sum)] = Field(description="Names, numbers, + - * / and parentheses.")

    def check(self, bench: Bench) -> Verdict:
        known = {**_measured(bench.view), **_told(bench.view.interaction.metadata)}
        missing = sorted(names_in(self.value) - known.keys())
        if missing:
            names = ", ".join(missing)
            return unknown(Text(f"没有提供 {names}", f"{names} was not told"))
        result = evaluate(self.value, known)
        return self.compare(None if result is None else round(result, 4), Text(self.value, self.value))


def _told(metadata: Mapping[str, object]) -> dict[str, float]:
    found = {}
    for name, value in metadata.items():
        try:
            found[name] = float(str(value))
        except ValueError:
            continue
    return found


def _measured(view: View) -> dict[str, float]:
    signals = view.signals
    found = {
        "duration_s": signals.duration_s or view.interaction.duration_s or view.transcript.duration_s,
        "turns": float(len(view.lines)),
        "agent_turns": float(len(view.lane("agent").lines)),
        "customer_turns": float(len(view.lane("customer").lines)),
        "overlap_s": signals.overlap_s,
        "silence_s": sum(s.seconds for s in signals.silences) if signals.timed else None,
        "hold_s": sum(h.end - h.start for h in signals.holds) if signals.acoustic else None,
    }
    for role in (Role.AGENT, Role.CUSTOMER):
        speaker = signals.speakers.get(role)
        found[f"{role}_speech_s"] = speaker.speech_s if speaker else None
    return {name: value for name, value in found.items() if value is not None}
