"""What the player's scripts need in one JSON object: peaks, turns and the marks on the time line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from api.console.view.conversation import LOST
from qa_engine.audio.waveform import Waveform
from qa_engine.domain import Role, Scorecard, Signals, Transcript


def replay(
    *,
    transcript: Transcript,
    signals: Signals | None,
    card: Scorecard | None,
    wave: Waveform | None,
    words: Mapping[str, str],
    duration_s: float | None,
) -> dict[str, Any]:
    """Times in seconds. ``lanes`` has one list of peaks a channel, agent first; ``roles`` names them."""
    return {
        "words": dict(words),
        "duration": duration_s,
        "turns": [[t.index, t.start, t.end, str(t.role)] for t in transcript.turns if t.start is not None],
        "marks": _marks(card),
        **_bands(signals),
        **_lanes(transcript, wave),
    }


def _marks(card: Scorecard | None) -> list[dict[str, Any]]:
    """Where points were lost or a person is asked, in the order of time."""
    found = [
        {"item": i.id, "outcome": str(i.outcome), "turn": e.turn, "start": e.start, "end": e.end, "quote": e.quote,
         "zh": i.title.zh, "en": i.title.en}
        for i in (card.items if card else ())
        for e in i.evidence
        if i.outcome in LOST and (e.start is not None or e.turn is not None)
    ]  # fmt: skip
    return sorted(found, key=lambda m: (m["start"] if m["start"] is not None else -1.0, m["turn"] or 0))


def _bands(signals: Signals | None) -> dict[str, Any]:
    if signals is None:
        return {"silences": [], "overlaps": [], "holds": []}
    return {
        "silences": [[s.start, s.end, s.announced] for s in signals.silences if not s.hold],
        "overlaps": [[o.start, o.end] for o in signals.overlaps if not o.back_channel],
        "holds": [[h.start, h.end] for h in signals.holds] or [[s.start, s.end] for s in signals.silences if s.hold],
    }


def _lanes(transcript: Transcript, wave: Waveform | None) -> dict[str, Any]:
    if wave is None:
        return {"lanes": [], "roles": [], "rate": None}
    roles = [role_of_channel(transcript, index, len(wave.channels)) for index in range(len(wave.channels))]
    order = sorted(range(len(roles)), key=lambda index: roles[index] != Role.AGENT)
    return {
        "rate": wave.points_per_second,
        "lanes": [list(wave.channels[index]) for index in order],
        "roles": [str(roles[index]) for index in order],
    }


def role_of_channel(transcript: Transcript, channel: int, channels: int) -> Role:
    """Who speaks on a channel, by most of its turns; UNKNOWN in mono, where both do."""
    if channels == 1:
        return Role.UNKNOWN
    counts = Counter(t.role for t in transcript.turns if t.channel == channel)
    return counts.most_common(1)[0][0] if counts else Role.UNKNOWN
