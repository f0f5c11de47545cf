"""All judged turns of a batch as one text with a line a turn, and what is known of each line: ``View``, by columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.checkers.normal import has_content, normalise, without_marks
from qa_engine.checkers.view import Who
from qa_engine.domain import Role, TurnKind
from qa_engine.scoring.bulk.batch import Batch

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Codes = NDArray[np.uint32]
SIDES: dict[str, int] = {Role.AGENT.value: 0, Role.CUSTOMER.value: 1, Role.UNKNOWN.value: 2}
_TURNS = "/transcript/turns"
_PLANE = 0x10000
NEWLINE = 10


class Lines:
    """``case``, ``seq``, ``run``, ``role``, ``turn`` (row among all turns), ``length``, ``start`` (place of its first
    character in ``codes``) of each judged turn, in order; ``bounds`` (n + 1) is where each case's lines begin."""

    def __init__(self, batch: Batch) -> None:
        columns = batch.columns
        self.batch = batch
        self.cases = len(batch)
        self._said, self._sizes = columns.joined(f"{_TURNS}[]/text")
        self._texts = columns.codes(f"{_TURNS}[]/text")
        role = self._coded("role", lambda text: SIDES.get(text, -1), np.int64)
        kind = self._coded("kind", lambda text: text in (TurnKind.SPEECH, TurnKind.TEXT), np.bool_)
        turns = np.flatnonzero(kind & (role >= 0) & (columns.array(f"{_TURNS}[]/automatic") == 0) & self._visible())
        starts = columns.starts(_TURNS)
        self.turn: Ints = turns
        self.case: Ints = np.repeat(np.arange(self.cases), np.diff(starts))[turns]
        self.bounds: Ints = np.searchsorted(self.case, np.arange(self.cases + 1))
        self.seq: Ints = np.arange(len(turns)) - self.bounds[self.case]
        self.role: Ints = role[turns]
        change = np.ones(len(turns), bool)
        change[1:] = (self.role[1:] != self.role[:-1]) | (self.case[1:] != self.case[:-1])
        runs = np.cumsum(change) - 1
        self.stretch: Ints = runs
        """A number of the run that no two cases share."""
        self.run: Ints = runs - runs[self.bounds[self.case]]
        self.length: Ints = self._sizes[self._texts[turns]]
        self.start: Ints = np.concatenate([[0], np.cumsum(self.length + 1)[:-1]]).astype(np.int64)[: len(turns)]

    def __len__(self) -> int:
        return len(self.turn)

    def _coded(self, name: str, value: Callable[[str], Any], kind: Any) -> NDArray[Any]:
        table = np.array([value(text) for text in self.batch.columns.texts(f"{_TURNS}[]/{name}")] or [0], kind)
        return table[self.batch.columns.codes(f"{_TURNS}[]/{name}")]

    @cached_property
    def _distinct(self) -> Codes:
        return np.frombuffer(self._said.encode("utf-32-le", "surrogatepass"), np.uint32)

    def _visible(self) -> Bools:
        """Of each turn whether it is more than blanks."""
        marks = np.concatenate([[0], np.cumsum(~plane(str.isspace, self._distinct))])
        ends = np.cumsum(self._sizes)
        said: Bools = marks[ends] > marks[ends - self._sizes]
        return said[self._texts]

    @cached_property
    def _original(self) -> Codes:
        """The text as it was typed or recognised, each line ended by a newline."""
        source = (np.cumsum(self._sizes) - self._sizes)[self._texts[self.turn]]
        total = int((self.length + 1).sum())
        at = np.repeat(source - self.start, self.length + 1) + np.arange(total)
        text: Codes = np.append(self._distinct, np.uint32(NEWLINE))[np.minimum(at, len(self._distinct))]
        text[self.start + self.length] = NEWLINE
        return text

    @cached_property
    def codes(self) -> Codes:
        """The normalised text as code points, each line ended by a newline."""
        raw = self._original
        text: Codes = np.where(raw < _PLANE, _normal()[np.minimum(raw, _PLANE - 1)], raw)
        text[self.start + self.length] = NEWLINE
        for line in self._with("@", "h", "&", "#", among=text, also=("http", "@", "&", "#e-s")):
            a, b = int(self.start[line]), int(self.start[line] + self.length[line])
            text[a:b] = _codes(without_marks(string(text[a:b])))
        return text

    def _with(self, *signs: str, among: Codes, also: tuple[str, ...]) -> list[int]:
        """Lines that hold one of the marks; ``signs`` are the characters these begin with."""
        at = np.flatnonzero(np.isin(among, [ord(s) for s in signs]))
        lines = np.unique(self.line_of(at)).tolist()
        texts = (string(among[self.start[x] : self.start[x] + self.length[x]]) for x in lines)
        return [x for x, text in zip(lines, texts, strict=True) if any(mark in text for mark in also)]

    def line_of(self, at: Ints) -> Ints:
        """The line that holds each character."""
        return np.searchsorted(self.start, at, side="right") - 1

    @cached_property
    def content(self) -> Bools:
        """Whether anything was said beyond emoji, stickers, links and handles."""
        raw = self._original
        letters = np.concatenate([[0], np.cumsum(plane(str.isalnum, raw))])
        found: Bools = letters[self.start + self.length] > letters[self.start]
        astral = np.unique(self.line_of(np.flatnonzero(raw >= _PLANE))).tolist()
        marked = self._with("[", "#", "O", "链", "@", "h", among=raw, also=("[", "#E-s", "链接", "@", "http"))
        for line in {*astral, *marked}:
            found[line] = has_content(string(raw[self.start[line] : self.start[line] + self.length[line]]))
        return found

    @cached_property
    def broken(self) -> Bools:
        """Cases with halves of characters in their text: RE2 cannot be asked of them, nor so the forms."""
        found = np.zeros(self.cases, bool)
        halves = np.flatnonzero((self.codes >= 0xD800) & (self.codes < 0xE000))
        found[self.case[self.line_of(halves)]] = True
        return found

    @cached_property
    def text(self) -> str:
        """The normalised text, each line ended by a newline."""
        return string(self.codes)

    def said(self, line: int) -> str:
        """The normalised words of one line."""
        start = int(self.start[line])
        return self.text[start : start + int(self.length[line])]

    def lane(self, who: Who) -> Bools:
        """The lines of one side."""
        return np.ones(len(self), bool) if who == "anyone" else self.role == SIDES[who]

    def _moment(self, name: str) -> Floats:
        found: Floats = self.batch.columns.array(f"{_TURNS}[]/{name}")[self.turn]
        return found

    @cached_property
    def since(self) -> Floats:
        """Seconds at which the turn began; nan without times."""
        return self._moment("start")

    @cached_property
    def until(self) -> Floats:
        """Seconds at which the turn ended; nan without times."""
        return self._moment("end")

    @cached_property
    def confidence(self) -> Floats:
        """Of the words of the turn."""
        return self._moment("confidence")

    @cached_property
    def worded(self) -> Bools:
        """Whether the turn has words with confidences of their own."""
        return self.batch.columns.array(f"{_TURNS}[]/words")[self.turn] > 0

    @cached_property
    def spoken(self) -> Bools:
        """Whether the turn was heard rather than typed."""
        return self._coded("kind", lambda text: text == TurnKind.SPEECH, np.bool_)[self.turn]

    @cached_property
    def role_confidence(self) -> Floats:
        """Of each case."""
        return self.batch.columns.array("/transcript/role_confidence")

    @cached_property
    def acoustic(self) -> Bools:
        """Of each case whether there was sound."""
        found: Bools = self.batch.columns.array("/signals/acoustic") == 1
        return found

    def factor(self, who: Who) -> Floats:
        """Of each case: what is known of one side is no surer than who is who."""
        return np.ones(self.cases) if who == "anyone" else self.role_confidence


def distinct(ordered: Ints) -> Ints:
    """Each of the values once, of an array that is in order."""
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


@cache
def _plane() -> str:
    return "".join(chr(code) if not 0xD800 <= code < 0xE000 else " " for code in range(_PLANE))


@cache
def _normal() -> Codes:
    table = _codes(normalise(_plane()))
    table[0xD800:0xE000] = np.arange(0xD800, 0xE000)
    return table


def plane(test: Callable[[str], bool], codes: Codes) -> Bools:
    """Of each code whether its character passes; none beyond the first plane does."""
    found: Bools = _table(test)[np.minimum(codes, _PLANE - 1)]
    return found


@cache
def _table(test: Callable[[str], bool]) -> Bools:
    table = np.array([test(char) for char in _plane()])
    table[0xD800:0xE000] = False
    table[-1] = False
    return table


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()


def string(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
