"""What the console itself decides about showing: the one place for its few figures and fixed lists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """``unsure_below`` (0..1) underlines a word. ``page`` is rows a page. A risk from ``risk_from``
    (0..1) is shown as one. ``speeds`` are playback rates.

    Gaps in a call from ``gap_s`` and in a chat from ``chat_gap_s`` seconds are told between the turns.
    ``hidden_flags`` are said by something else in the same row: the band, the fatal chips, the review chip.
    """

    unsure_below: float = 0.5
    page: int = 50
    speeds: tuple[float, ...] = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
    risk_from: float = 0.5
    gap_s: float = 3.0
    chat_gap_s: float = 30.0
    hidden_flags: frozenset[str] = frozenset({"fatal", "below_band", "needs_review"})


SHOWN = Shown()
