"""Asks conditions of one dossier: Kleene's logic over the operators, each asked once, a crash becoming unknown."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

from qa_engine.checkers.base import Checker, Hit, Instruments, Place, Truth, Verdict, unknown
from qa_engine.checkers.phrases import phrases
from qa_engine.checkers.view import Line, View, Who
from qa_engine.domain import Dossier, Text
from qa_engine.rubric.nodes import All, AnyOf, AtLeast, Fact, Leaf, Node, Not

log = logging.getLogger(__name__)
SOUND_CONFIDENCE = 0.8
"""How sure a hit by sound is: the characters differ, the syllables do not."""


class Bench:
    """One dossier with all that was already found in it. ``bar`` is the least confidence that decides."""

    def __init__(self, dossier: Dossier, instruments: Instruments, bar: float = 0.5) -> None:
        self.view = View(dossier)
        self.instruments = instruments
        self.bar = bar
        self._answers: dict[tuple[Node, float], Verdict] = {}
        self._hits: dict[tuple[tuple[str, ...], Who, bool], list[Hit]] = {}

    def ask(self, node: Node) -> Verdict:
        """The answer to a condition, remembered."""
        key = (node, self.bar)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._answer(node)
        return found

    def _answer(self, node: Node) -> Verdict:
        match node:
            case Fact():
                return self.ask(node.node)
            case Not():
                return self.ask(node.part).negated()
            case All():
                return self._all(node.parts)
            case AnyOf():
                return self._any(node.parts)
            case AtLeast():
                return self._at_least(node)
            case Leaf():
                return self._leaf(node)

    def _leaf(self, node: Leaf) -> Verdict:
        try:
            return cast(Checker, node.operator).check(self)
        except Exception as e:  # a fault of one checker must never cost the scorecard
            log.exception("checker %s at %s failed", node.operator.name, node.where)
            what = f"{type(e).__name__}: {e}"
            return unknown(
                Text(f"检查项 {node.operator.name} 出错：{what}", f"checker {node.operator.name} failed: {what}")
            )

    def _all(self, parts: Sequence[Node]) -> Verdict:
        """False when one is false; else unknown when one is unknown."""
        answers = []
        for part in parts:
            answer = self.ask(part)
            if answer.truth is Truth.FALSE:
                return answer
            answers.append(answer)
        doubtful = next((a for a in answers if a.truth is Truth.UNKNOWN), None)
        return doubtful or _joined(answers)

    def _any(self, parts: Sequence[Node]) -> Verdict:
        """True when one is true; else unknown when one is unknown."""
        answers = []
        for part in parts:
            answer = self.ask(part)
            if answer.truth is Truth.TRUE:
                return answer
            answers.append(answer)
        doubtful = next((a for a in answers if a.truth is Truth.UNKNOWN), None)
        return doubtful or _joined(answers)

    def _at_least(self, node: AtLeast) -> Verdict:
        answers = [self.ask(part) for part in node.parts]
        true = [a for a in answers if a.truth is Truth.TRUE]
        doubtful = [a for a in answers if a.truth is Truth.UNKNOWN]
        if len(true) >= node.n:
            return _joined(true)
        if len(true) + len(doubtful) >= node.n:
            return doubtful[0]
        return _joined([a for a in answers if a.truth is Truth.FALSE])

    def hits(self, entries: tuple[str, ...], who: Who, *, by_sound: bool = False) -> list[Hit]:
        """Every place where that side says one of the entries, in order; searched once."""
        key = (entries, who, by_sound)
        if key not in self._hits:
            self._hits[key] = self._find(entries, who, by_sound=by_sound)
        return self._hits[key]

    def _find(self, entries: tuple[str, ...], who: Who, *, by_sound: bool) -> list[Hit]:
        lane = self.view.lane(who)
        vocabulary = phrases(entries)
        found = [self._hit(who, *lane.place(a), b - a) for a, b in vocabulary.find(lane.text)]
        if by_sound and self.view.signals.acoustic:
            known = {hit.at for hit in found}
            for a, b in vocabulary.find_by_sound(lane.sounds):
                line, start = lane.place(a)
                if (line.seq, start) not in known:
                    confidence = SOUND_CONFIDENCE * self.role_factor(who)
                    found.append(Hit(line, start, start + b - a, confidence, "sound"))
            found.sort(key=lambda h: h.at)
        return found

    def _hit(self, who: Who, line: Line, start: int, length: int) -> Hit:
        _, _, confidence = line.heard(start, start + length)
        return Hit(line, start, start + length, confidence * self.role_factor(who))

    def role_factor(self, who: Who) -> float:
        """What is known of one side is no surer than who is who."""
        return 1.0 if who == "anyone" else self.view.role_confidence


def _joined(answers: Sequence[Verdict]) -> Verdict:
    """Several answers of one truth as one: all places, the least confidence, the first reason."""
    if len(answers) == 1:
        return answers[0]
    values: dict[str, float | str] = {}
    for answer in reversed(answers):
        values.update(answer.values)
    return Verdict(
        answers[0].truth,
        min(a.confidence for a in answers),
        answers[0].reason,
        _unique([p for a in answers for p in a.places]),
        _unique([p for a in answers for p in a.looked_at]),
        values,
    )


def _unique(places: Sequence[Place]) -> tuple[Place, ...]:
    seen: dict[tuple[tuple[int, int], str], Place] = {}
    for place in places:
        seen.setdefault((place.at, place.evidence().quote), place)
    return tuple(seen.values())
