"""What the signals pane draws: shares and positions in percent of a picture's width, from measured signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from qa_engine.domain import Role, Signals, SpeakerSignals, Transcript

PEOPLE = (Role.AGENT, Role.CUSTOMER)
FULL_SCALE = {"hanzi": 400.0, "words": 360.0}
"""The right end of the rate scales, per minute; only the drawing depends on it."""


@dataclass(frozen=True, slots=True)
class Share:
    role: Role
    share: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Normal:
    """What the rubric calls a normal rate (per minute), and where that lies in the picture."""

    low: float
    high: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Rate:
    role: Role
    value: float
    unit: str
    at: float
    normal: Normal | None


@dataclass(frozen=True, slots=True)
class Block:
    kind: str
    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    talk: tuple[Share, ...]
    rates: tuple[Rate, ...]
    timeline: tuple[Block, ...]
    silences: int
    longest: float | None
    hold_s: float
    interruptions: int | None
    responses: tuple[float, ...]
    response_median: float | None
    response_slowest: float | None
    voices: tuple[tuple[Role, SpeakerSignals], ...]


def pictures(signals: Signals, transcript: Transcript, normal_rate: tuple[float, float] | None = None) -> Pictures:
    """Everything drawn of one interaction; ``normal_rate`` is the rubric's, in Hanzi a minute."""
    quiet = [s.seconds for s in signals.silences if not s.hold]
    waits = agent_waits(signals, transcript)
    return Pictures(
        talk=talk(signals),
        rates=tuple(r for role in PEOPLE if (r := _rate(signals, role, normal_rate))),
        timeline=timeline(signals, transcript),
        silences=len(quiet),
        longest=max(quiet, default=None),
        hold_s=sum(h.end - h.start for h in signals.holds),
        interruptions=interruptions(signals),
        responses=_bars(waits),
        response_median=median(waits) if waits else None,
        response_slowest=max(waits, default=None),
        voices=tuple((r, v) for r in PEOPLE if (v := signals.speakers.get(r)) and v.loudness_dbfs is not None),
    )


def talk(signals: Signals) -> tuple[Share, ...]:
    """Who speaks how much, side by side."""
    shares: list[Share] = []
    left = 0.0
    for role in PEOPLE:
        speaker = signals.speakers.get(role)
        if speaker and speaker.talk_ratio is not None:
            shares.append(Share(role, speaker.talk_ratio, round(left, 2), round(speaker.talk_ratio * 100, 2)))
            left += speaker.talk_ratio * 100
    return tuple(shares)


def _rate(signals: Signals, role: Role, normal: tuple[float, float] | None) -> Rate | None:
    """Hanzi where most of it is Hanzi, else words; the rubric's normal range is the agent's."""
    speaker = signals.speakers.get(role)
    if speaker is None:
        return None
    unit = "hanzi" if speaker.hanzi >= speaker.words else "words"
    value = speaker.rate_hanzi_per_min if unit == "hanzi" else speaker.rate_words_per_min
    if value is None:
        return None
    scale = 100 / FULL_SCALE[unit]
    zone = None
    if normal and role is Role.AGENT:
        zone = Normal(*normal, round(normal[0] * scale, 2), round((normal[1] - normal[0]) * scale, 2))
    return Rate(role, value, unit, round(min(98.4, value * scale), 2), zone)


def timeline(signals: Signals, transcript: Transcript) -> tuple[Block, ...]:
    """Agent above, customer below, silences and holds across; empty without times."""
    end = signals.duration_s or max((t.end or 0.0 for t in transcript.turns), default=0.0)
    if not signals.timed or end <= 0:
        return ()
    across = [_block("hold" if s.hold else "silence", s.start, s.end, end) for s in signals.silences]
    spoken = [_block(str(t.role), t.start, t.end, end) for t in transcript.turns if t.role in PEOPLE]
    clashes = [_block("overlap", o.start, o.end, end) for o in signals.overlaps if not o.back_channel]
    return tuple(b for b in (*across, *spoken, *clashes) if b)


ROWS = {"agent": (0.0, 5.5), "customer": (6.5, 5.5), "overlap": (4.5, 3.0)}
"""Top and height of what does not reach over the whole picture, which is 12 high."""


def _block(kind: str, start: float | None, stop: float | None, end: float) -> Block | None:
    if start is None or stop is None:
        return None
    top, height = ROWS.get(kind, (0.0, 12.0))
    width = max(0.25, (stop - start) / end * 100)
    return Block(kind, round(start / end * 100, 2), round(width, 2), top, height)


def interruptions(signals: Signals) -> int | None:
    """How often the agent spoke into the customer's words; None where channels cannot tell (mono, chat)."""
    if signals.overlap_s is None:
        return None
    return sum(o.by is Role.AGENT and not o.back_channel for o in signals.overlaps)


def agent_waits(signals: Signals, transcript: Transcript) -> list[float]:
    """Seconds from the customer's end to the agent's answer, in order; answers that began before count as 0."""
    agent = {t.index for t in transcript.turns if t.role is Role.AGENT and not t.automatic}
    return [max(0.0, t.response_s) for t in signals.turns if t.turn in agent and t.response_s is not None]


def _bars(waits: Sequence[float]) -> tuple[float, ...]:
    """Heights of 1..24, the slowest highest."""
    most = max(waits, default=0.0)
    return tuple(round(max(1.0, wait / most * 24), 1) if most > 0 else 1.0 for wait in waits)
