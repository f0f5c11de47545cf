"""A dossier prepared for asking: normalised once, one lane of text a role, with the way back to turns and seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from qa_engine.checkers.normal import has_content, normalise, without_marks
from qa_engine.checkers.sound import sounds
from qa_engine.domain import Dossier, Role, Turn, TurnKind

Who = Literal["agent", "customer", "anyone"]


class Line:
    """One judged turn: ``seq`` is its place among the judged turns, ``run`` its place among stretches of one side."""

    __slots__ = ("_spans", "content", "run", "seq", "text", "turn")

    def __init__(self, turn: Turn, seq: int, run: int) -> None:
        self.turn = turn
        self.seq = seq
        self.run = run
        self.text = without_marks(normalise(turn.text))
        self.content = has_content(turn.text)
        self._spans: list[tuple[int, int, float, float, float]] | None = None

    @property
    def role(self) -> Role:
        return self.turn.role

    def words(self) -> list[tuple[int, int, float, float, float]]:
        """(first character, past the last, start s, end s, confidence) of each recognised word."""
        if self._spans is None:
            self._spans, cursor = [], 0
            for word in self.turn.words:
                text = normalise(word.text).strip()
                at = self.text.find(text, cursor) if text else -1
                if at >= 0:
                    cursor = at + len(text)
                    self._spans.append((at, cursor, word.start, word.end, word.confidence))
        return self._spans

    def heard(self, start: int, end: int) -> tuple[float | None, float | None, float]:
        """(start s, end s, confidence) of the characters [start, end)."""
        inside = [w for w in self.words() if w[0] < end and w[1] > start]
        if not inside:
            return self.turn.start, self.turn.end, self.turn.confidence
        return inside[0][2], inside[-1][3], sum(w[4] for w in inside) / len(inside)


class Lane:
    """All turns of one side as one text, a line a turn, so that a vocabulary is searched once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self.text = "\n".join(line.text for line in self.lines)
        self._starts: list[int] = []
        at = 0
        for line in self.lines:
            self._starts.append(at)
            at += len(line.text) + 1

    def place(self, offset: int) -> tuple[Line, int]:
        """The line that holds a character of the lane, and the character's place in it."""
        index = bisect_right(self._starts, offset) - 1
        return self.lines[index], offset - self._starts[index]

    @cached_property
    def sounds(self) -> str:
        """The lane by sound, character for character; typed turns are blank, for nobody heard them."""
        return "\n".join(
            sounds(line.text) if line.turn.kind is TurnKind.SPEECH else " " * len(line.text) for line in self.lines
        )

    @cached_property
    def confidence(self) -> float:
        """Mean confidence of the words, by length; 1.0 of nothing."""
        return mean_confidence(self.lines)


def mean_confidence(lines: Sequence[Line]) -> float:
    """Mean confidence of the turns, by their length; 1.0 of nothing."""
    total = sum(len(line.text) for line in lines)
    weighed = 0.0
    for line in lines:  # one by one: what ``sum`` makes of floats differs between versions of Python
        weighed += line.turn.confidence * len(line.text)
    return weighed / total if total else 1.0


class View:
    """What checkers ask: the dossier with its judged turns in lanes."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.interaction = dossier.interaction
        self.transcript = dossier.transcript
        self.signals = dossier.signals
        self.lines = _lines(dossier)
        self._lanes: dict[Who, Lane] = {}

    def lane(self, who: Who) -> Lane:
        if who not in self._lanes:
            lines = self.lines if who == "anyone" else [line for line in self.lines if line.role.value == who]
            self._lanes[who] = Lane(lines)
        return self._lanes[who]

    @cached_property
    def by_turn(self) -> dict[int, Line]:
        return {line.turn.index: line for line in self.lines}

    @property
    def role_confidence(self) -> float:
        return self.transcript.role_confidence


def _lines(dossier: Dossier) -> list[Line]:
    found: list[Line] = []
    run = -1
    for turn in dossier.transcript.turns:
        if not turn.judged or turn.role not in (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN):
            continue
        if not found or found[-1].role is not turn.role:
            run += 1
        found.append(Line(turn, len(found), run))
    return found
