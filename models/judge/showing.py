"""Which turns the model is shown, and how: masked, and cut to a budget of tokens where a conversation is long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.judge.masking import shown
from qa_engine.domain import Role, Transcript, Turn

BEGINNING, END = 6, 12
"""Turns that are shown first of all, when not all can be."""
LONGEST_TURN = 2000
"""Characters of one turn."""
LINE_TOKENS = 16
"""What the JSON around the words costs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn as it is sent; the words are the first of ``turn.text``, masked, at the same places."""

    turn: Turn
    said: str

    @property
    def as_json(self) -> str:
        return json.dumps({"turn": self.turn.index, "who": self.turn.role.value, "said": self.said}, ensure_ascii=False)

    @property
    def tokens(self) -> int:
        return tokens_of(self.said) + LINE_TOKENS


@dataclass(frozen=True, slots=True)
class Showing:
    """The lines shown, in order, and how many turns were left out."""

    lines: tuple[Line, ...]
    left_out: int

    @property
    def by_turn(self) -> Mapping[int, Line]:
        return {line.turn.index: line for line in self.lines}


def showing(transcript: Transcript, budget: int) -> Showing:
    """The judged turns within ``budget`` tokens: the beginning, the end, around the customer's questions, the rest."""
    lines = [Line(turn, shown(turn.text[:LONGEST_TURN])) for turn in transcript.turns if turn.judged]
    left, chosen = budget, set()
    for at in _by_worth(lines):
        if at not in chosen and lines[at].tokens <= left:
            left -= lines[at].tokens
            chosen.add(at)
    return Showing(tuple(line for at, line in enumerate(lines) if at in chosen), len(lines) - len(chosen))


def tokens_of(text: str) -> int:
    """About: a token a Hanzi, a token for three other characters."""
    wide = sum(char > "\u2e7f" for char in text)
    return wide + (len(text) - wide + 2) // 3


def _by_worth(lines: Sequence[Line]) -> Iterable[int]:
    count = len(lines)
    yield from range(min(BEGINNING, count))
    yield from range(count - 1, max(-1, count - 1 - END), -1)
    for at, line in enumerate(lines):
        if line.turn.role is Role.CUSTOMER and any(mark in line.said for mark in "?？吗呢"):
            yield from range(at, min(at + 2, count))
    yield from range(count)
