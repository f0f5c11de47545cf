"""Who waited for whom: silences with who was due to speak, and response times."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.domain import Recording, Role, Silence, Span, Transcript, Turn, TurnKind
from qa_engine.signals.acoustics import TurnSound
from qa_engine.signals.count import content_chars, is_back_channel
from qa_engine.signals.definitions import DEFINITIONS
from qa_engine.signals.missed import Listener
from qa_engine.signals.speech import Run, active, spoken
from qa_engine.signals.vocabulary import CUSTOMER_EXCUSE, EXCUSE, QUESTION


def silences(
    transcript: Transcript,
    sounds: Sequence[TurnSound],
    recording: Recording | None,
    holds: Sequence[Span],
    duration_s: float | None,
) -> tuple[Silence, ...]:
    """All stretches of at least ``silence_s`` in which nobody speaks or writes, the edges of a call included.

    Where the recording holds voices that recognition missed, it is no silence.
    """
    turns = active(transcript)
    call = recording is not None or any(t.kind is TurnKind.SPEECH for t in turns)
    said = sorted(run for turn in turns for run in sounds[turn.index].runs)
    if not said and not call:
        return ()
    last = Run(duration_s, duration_s, -1) if call and duration_s is not None else None
    listener = Listener(transcript, sounds, recording, holds)
    found = []
    before = Run(0.0, 0.0, -1) if call else said[0]
    for run in [*said, *([last] if last else [])]:
        if run.start - before.end >= DEFINITIONS.silence_s:
            quiet = listener.quiet(before.end, run.start)
            found += [_silence(transcript, before, run, span, holds) for span in quiet]
        if run.end > before.end or before.turn < 0:
            before = run
    return tuple(found)


def _silence(
    transcript: Transcript, before: Run, after: Run, span: tuple[float, float], holds: Sequence[Span]
) -> Silence:
    start, end = span
    asked = transcript.turns[before.turn] if before.turn >= 0 else None
    answer = transcript.turns[after.turn] if after.turn >= 0 else None
    held = sum(max(0.0, min(h.end, end) - max(h.start, start)) for h in holds)
    hold = held >= DEFINITIONS.hold_share * (end - start)
    said_by = before.end + DEFINITIONS.pause_s
    announced = asked is not None and _announced(transcript, asked, said_by)
    return Silence(
        start=start,
        end=end,
        due=Role.AGENT if hold else _due(transcript, asked, answer, announced, said_by),
        before=asked.index if asked else None,
        after=answer.index if answer else None,
        announced=announced,
        hold=hold,
    )


def _announced(transcript: Transcript, before: Turn, at: float) -> bool:
    """Whether the agent's last words, a customer's mere acknowledgement aside, excuse the wait."""
    turn = _last_agent(transcript, before)
    return turn is not None and EXCUSE.search(_tail(turn, at)) is not None


def _last_agent(transcript: Transcript, turn: Turn) -> Turn | None:
    while turn.role is not Role.AGENT or turn.automatic:
        acknowledged = turn.role is not Role.CUSTOMER or content_chars(turn.text) <= DEFINITIONS.acknowledged_chars
        if not acknowledged or turn.index == 0:
            return None
        turn = transcript.turns[turn.index - 1]
    return turn


def _tail(turn: Turn, at: float | None = None) -> str:
    return spoken(turn, at)[-DEFINITIONS.excuse_chars :]


def _due(transcript: Transcript, before: Turn | None, after: Turn | None, announced: bool, at: float) -> Role:
    """Who should have spoken. Nobody asked anything: whoever speaks next took the time."""
    if before is None or announced:
        return Role.AGENT
    if after is not None and after.index == before.index:
        return before.role
    if before.role is Role.CUSTOMER:
        return _due_after_customer(transcript, before, at)
    if before.role is not Role.AGENT:
        return Role.AGENT if before.role is Role.SYSTEM else Role.UNKNOWN
    if QUESTION.search(_tail(before, at)):
        return Role.CUSTOMER
    return after.role if after is not None and after.role in (Role.AGENT, Role.CUSTOMER) else Role.CUSTOMER


def _due_after_customer(transcript: Transcript, before: Turn, at: float) -> Role:
    if CUSTOMER_EXCUSE.search(_tail(before, at)):
        return Role.CUSTOMER
    agent = _last_agent(transcript, before) if is_back_channel(before.text) else None
    return Role.CUSTOMER if agent and _only_asks(agent) else Role.AGENT


def _only_asks(turn: Turn) -> bool:
    """A question that 嗯 does not answer: it asks for something to be said."""
    tail = _tail(turn)
    return QUESTION.search(tail) is not None and any(
        word in tail for word in ("多少", "什么", "哪", "提供", "报", "what", "which")
    )


def response_times(transcript: Transcript, sounds: Sequence[TurnSound]) -> dict[int, float]:
    """Seconds from the end of the other side's turn to the start of each turn that answers one, by turn index.

    Negative: it began before the other had ended. A side's own back-channels in between do not count as its turn.
    """
    found: dict[int, float] = {}
    last: dict[Role, Turn] = {}
    for turn in active(transcript):
        other = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}.get(turn.role)
        start = sounds[turn.index].start
        if other is None or turn.automatic or start is None:
            continue
        theirs, own = last.get(other), last.get(turn.role)
        if theirs is not None and (own is None or own.index < theirs.index or _late(sounds, own, theirs, start)):
            found[turn.index] = round(start - (sounds[theirs.index].end or 0.0), 3)
        if not (turn.kind is TurnKind.SPEECH and is_back_channel(turn.text) and theirs is not None):
            last[turn.role] = turn
    return found


def _late(sounds: Sequence[TurnSound], own: Turn, theirs: Turn, start: float) -> bool:
    """Own words fell inside the other's turn, which ended before this one: this one is the answer."""
    return (sounds[own.index].end or 0.0) < (sounds[theirs.index].end or 0.0) <= start
