"""Shares of a side's turns whose voice is beyond a limit: what loudness and pitch operators count."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qa_engine.checkers.base import Place, whole
from qa_engine.checkers.view import Who
from qa_engine.domain import TurnSignals

if TYPE_CHECKING:
    from qa_engine.checkers.bench import Bench


def turns_with(
    bench: Bench,
    who: Who,
    value: Callable[[TurnSignals], float | None],
    fits: Callable[[float], bool],
    min_speech_s: float,
) -> tuple[list[Place], int]:
    """(places of the turns whose value fits, how many turns were long enough to be measured)."""
    found: list[Place] = []
    measured = 0
    for signal in bench.view.signals.turns:
        line = bench.view.by_turn.get(signal.turn)
        number = value(signal)
        if line is None or number is None or who not in ("anyone", line.role.value):
            continue
        if (signal.speech_s or 0.0) < min_speech_s:
            continue
        measured += 1
        if fits(number):
            found.append(whole(line))
    return found, measured
