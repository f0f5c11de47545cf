"""Who spoke over whom: only where each side has its own channel, so that both can be heard at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from qa_engine.domain import Overlap, Recording, Role, Transcript, Turn, TurnKind
from qa_engine.signals.acoustics import TurnSound
from qa_engine.signals.count import content_chars, is_back_channel
from qa_engine.signals.definitions import DEFINITIONS
from qa_engine.signals.speech import Run, join_words, joined

SIDES = (Role.AGENT, Role.CUSTOMER)


def separate(transcript: Transcript, recording: Recording | None) -> bool:
    """Whether agent and customer were recorded apart: in one channel speech at once cannot be told."""
    channels = [{t.channel for t in transcript.of(role) if t.kind is TurnKind.SPEECH} for role in SIDES]
    if recording is not None and len(recording.speaker_channels) < 2:
        return False
    if None in channels[0] | channels[1] or channels[0] & channels[1]:
        return False
    return bool(channels[0] and channels[1]) or (recording is not None and bool(channels[0] or channels[1]))


def overlaps(transcript: Transcript, sounds: Sequence[TurnSound]) -> tuple[tuple[Overlap, ...], float]:
    """Each time that one side began while the other was speaking; and all seconds in which both spoke."""
    sides = [[run for turn in transcript.of(role) for run in sounds[turn.index].runs] for role in SIDES]
    both = _shared(*(joined(((r.start, r.end) for r in side), 0.0) for side in sides))
    found = [o for a, b in ((0, 1), (1, 0)) for o in _over(transcript, sorted(sides[a]), sorted(sides[b]))]
    return tuple(sorted(found, key=lambda o: (o.start, o.turn))), round(both, 3)


def _shared(a: list[tuple[float, float]], b: list[tuple[float, float]]) -> float:
    total, i, j = 0.0, 0, 0
    while i < len(a) and j < len(b):
        total += max(0.0, min(a[i][1], b[j][1]) - max(a[i][0], b[j][0]))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return total


def _over(transcript: Transcript, speaking: Sequence[Run], beginning: Sequence[Run]) -> list[Overlap]:
    """Runs of ``beginning`` that start, after own silence, inside a run of ``speaking``."""
    starts = [run.start for run in speaking]
    found = []
    for previous, run in pairwise([None, *beginning]):
        assert run is not None
        if previous is not None and run.start - previous.end < DEFINITIONS.began_after_s and run.turn == previous.turn:
            continue
        at = bisect_right(starts, run.start) - 1
        if at >= 0 and speaking[at].start < run.start < speaking[at].end:
            after = speaking[at + 1] if at + 1 < len(speaking) else None
            found.append(_overlap(transcript, speaking[at], run, after))
    return found


def _overlap(transcript: Transcript, over: Run, run: Run, after: Run | None) -> Overlap:
    end = min(over.end, run.end)
    turn = transcript.turns[run.turn]
    said = _said(turn, run.start, end)
    back = is_back_channel(said) and is_back_channel(_said(turn, run.start, run.end))
    resumed = after is not None and after.start < run.end
    return Overlap(
        start=run.start,
        end=end,
        by=turn.role,
        turn=run.turn,
        over_turn=over.turn,
        content_chars=content_chars(said),
        back_channel=back,
        took_floor=run.end >= over.end + DEFINITIONS.went_on_s and not resumed and not back,
    )


def _said(turn: Turn, start: float, end: float) -> str:
    """What the turn says within [start, end): by word times, else by its share of the turn."""
    if turn.words:
        return join_words([w.text for w in turn.words if start <= (w.start + w.end) / 2 <= end])
    length = (turn.end or 0.0) - (turn.start or 0.0)
    if length <= 0:
        return turn.text
    first, last = ((t - (turn.start or 0.0)) / length for t in (start, end))
    return turn.text[round(max(0.0, first) * len(turn.text)) : round(min(1.0, last) * len(turn.text))]
