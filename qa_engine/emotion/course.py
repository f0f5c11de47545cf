"""Decides how one side's emotion went: where it turned, what was said before, and whether it was calmed again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa_engine.domain import Evidence, Role, Text, Transcript, Turn
from qa_engine.emotion.domain import LEVELS, Course, Direction, Level, Turning, TurnLevel
from qa_engine.emotion.fusion import level_of
from qa_engine.emotion.thresholds import THRESHOLDS


def course(role: Role, turns: Sequence[TurnLevel], transcript: Transcript) -> Course | None:
    """Of one side; None where none of its turns could be told."""
    own = [turn for turn in turns if turn.role is role]
    if not own:
        return None
    peak = max(own, key=lambda turn: turn.smooth)
    upset = level_of(peak.smooth) >= Level.UPSET
    return Course(
        role=role,
        start=level_of(own[0].smooth),
        peak=level_of(peak.smooth),
        peak_turn=peak.turn,
        end=level_of(own[-1].smooth),
        mean=round(sum(turn.intensity for turn in own) / len(own), 4),
        recovered=own[-1].smooth <= peak.smooth * (1 - THRESHOLDS.recovered) if upset else None,
        turnings=tuple(_turning(move, own, transcript) for move in moves([turn.smooth for turn in own])),
    )


def moves(curve: Sequence[float]) -> list[tuple[int, int]]:
    """Places between which it rises or falls by at least the threshold, in turn; what is smaller is part of them."""
    pivots: list[int] = []
    sign, extreme = 0, 0
    for i, value in enumerate(curve):
        if not sign:
            low, high = (pick(range(i + 1), key=curve.__getitem__) for pick in (min, max))
            sign = (value - curve[low] >= THRESHOLDS.turning) - (curve[high] - value >= THRESHOLDS.turning)
            pivots, extreme = ([low if sign > 0 else high], i) if sign else ([], i)
        elif (value - curve[extreme]) * sign > 0:
            extreme = i
        elif (curve[extreme] - value) * sign >= THRESHOLDS.turning:
            pivots.append(extreme)
            sign, extreme = -sign, i
    return list(pairwise([*pivots, extreme])) if sign else []


def _turning(move: tuple[int, int], own: Sequence[TurnLevel], transcript: Transcript) -> Turning:
    """At the turn of its longest step."""
    begin, end = move
    at = max(range(begin + 1, end + 1), key=lambda i: abs(own[i].smooth - own[i - 1].smooth))
    rose = own[end].smooth > own[begin].smooth
    said = next(turn for turn in transcript.turns if turn.index == own[at].turn)
    calmed = _calmed(begin, at, [turn.smooth for turn in own]) if rose and said.role is Role.CUSTOMER else None
    before, after = level_of(own[begin].smooth), level_of(own[end].smooth)
    return Turning(
        turn=said.index,
        role=said.role,
        direction=Direction.ROSE if rose else Direction.FELL,
        before=before,
        after=after,
        reason=_told(rose, before, after, calmed),
        said=_quoted(said),
        heard=_heard(said, transcript),
        calmed=calmed,
    )


def _calmed(begin: int, at: int, curve: Sequence[float]) -> bool | None:
    """Whether soon after the turn that it rose with, enough of the rise was gone."""
    enough = curve[at] - THRESHOLDS.calm_share * (curve[at] - curve[begin])
    after = curve[at + 1 : at + 1 + THRESHOLDS.calm_turns]
    if any(value <= enough for value in after):
        return True
    return False if len(after) == THRESHOLDS.calm_turns else None


def _heard(said: Turn, transcript: Transcript) -> Evidence | None:
    """The other side's last words before it, however many turns ago."""
    others = {Role.CUSTOMER: Role.AGENT, Role.AGENT: Role.CUSTOMER}
    spoken = [turn for turn in transcript.of(others[said.role]) if turn.index < said.index]
    return _quoted(spoken[-1]) if spoken else None


def _quoted(turn: Turn) -> Evidence:
    quote = turn.text.strip()[: THRESHOLDS.quote_chars]
    return Evidence(turn=turn.index, start=turn.start, end=turn.end, quote=quote, role=turn.role)


def _told(rose: bool, before: Level, after: Level, calmed: bool | None) -> Text:
    zh = f"情绪由{LEVELS[before].zh}{'升至' if rose else '回落至'}{LEVELS[after].zh}"
    en = f"{'rose' if rose else 'fell'} from {LEVELS[before].en} to {LEVELS[after].en}"
    if calmed is None:
        return Text(zh, en)
    return Text(
        f"{zh}，{'随后平复' if calmed else '未见平复'}", f"{en}, {'calmed afterwards' if calmed else 'not calmed'}"
    )
