"""When somebody speaks: the runs of speech of a turn, told by its word times with pauses left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qa_engine.domain import Role, Transcript, Turn, TurnKind
from qa_engine.signals.definitions import DEFINITIONS


class Run(NamedTuple):
    """Unbroken speech (or one chat message) for [start, end) seconds, of one turn."""

    start: float
    end: float
    turn: int

    @property
    def seconds(self) -> float:
        return self.end - self.start


def runs(turn: Turn) -> list[Run]:
    """The turn's speech, broken where its words pause longer than ``pause_s``; without words the turn as a whole."""
    if turn.start is None:
        return []
    spans = [(w.start, w.end) for w in turn.words if w.end >= w.start] or [(turn.start, turn.end or turn.start)]
    return [Run(start, end, turn.index) for start, end in joined(spans, DEFINITIONS.pause_s)]


def joined(spans: Iterable[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """The union of spans, with gaps up to ``gap`` seconds closed."""
    out: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if out and start - out[-1][1] <= gap:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, max(start, end)))
    return out


def active(transcript: Transcript) -> list[Turn]:
    """The timed turns in which somebody did something: no events, and in chats nothing automatic."""
    return [
        t
        for t in transcript.turns
        if t.start is not None
        and t.kind is not TurnKind.EVENT
        and (t.kind is TurnKind.SPEECH or (not t.automatic and t.role is not Role.SYSTEM))
    ]


def spoken(turn: Turn, before: float | None = None) -> str:
    """The turn's words, up to ``before`` seconds when it has word times."""
    if before is None or not turn.words:
        return turn.text
    said = [w.text for w in turn.words if w.start < before]
    return turn.text if len(said) == len(turn.words) else join_words(said)


def join_words(words: Sequence[str]) -> str:
    """Recognisers begin English words with a space; where none does, Latin words are kept apart."""
    if any(w.startswith(" ") for w in words):
        return "".join(words).strip()
    return "".join(f" {w}" if w[:1].isascii() and w[:1].isalnum() else w for w in words).strip()
