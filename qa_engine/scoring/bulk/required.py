"""What a line must hold for an entry to match in it: one or two neighbouring characters, joined by and and or.

Reads RE2 patterns only as far as that takes. What it cannot read demands nothing, so a line is never left out wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from qa_engine.checkers.phrases import as_pattern

Literals = frozenset[str]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the grams, each of one or two characters."""

    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; without any, nothing is demanded."""

    parts: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts."""

    parts: tuple[Need, ...]


Need = AnyOf | Every | Some
NOTHING = Every()
_MOST = 24
"""Literals followed at once; more are cut in two demands."""
_NO_WIDTH = frozenset({""})


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: the literals it is exactly one of, where these are few; else what it demands."""

    exact: Literals | None = None
    need: Need = NOTHING


class _Unreadable(Exception):
    """A construct that this reader does not know."""


@lru_cache(maxsize=4096)
def required(entries: tuple[str, ...]) -> Need:
    """What a line must hold for one of the entries to match."""
    return _demanded(_either([_entry(entry) for entry in entries]))


@lru_cache(maxsize=4096)
def demands(need: Need) -> int:
    """How many demands are joined in it."""
    return 1 if isinstance(need, AnyOf) else sum(map(demands, need.parts))


@lru_cache(maxsize=16384)
def _entry(entry: str) -> _Part:
    try:
        reader = _Reader(as_pattern(entry))
        part = reader.alternatives()
    except (_Unreadable, IndexError):
        return _Part()
    return part if reader.at == len(reader.source) else _Part()


def _either(parts: Sequence[_Part]) -> _Part:
    """One of the parts."""
    exact: Literals = frozenset().union(*(part.exact for part in parts if part.exact is not None))
    needs = [part.need for part in parts if part.exact is None]
    if not needs:
        return _Part(exact)
    return _Part(need=_some([*needs, *([_demanded(_Part(exact))] if exact else [])]))


def _demanded(part: _Part) -> Need:
    """Of literals, how one of them begins and how one of them ends."""
    if part.exact is None:
        return part.need
    if not part.exact or "" in part.exact:
        return NOTHING
    return _every([AnyOf(frozenset(t[:2] for t in part.exact)), AnyOf(frozenset(t[-2:] for t in part.exact))])


def _every(needs: Iterable[Need]) -> Need:
    parts = tuple(dict.fromkeys(need for need in needs if need != NOTHING))
    return parts[0] if len(parts) == 1 else Every(parts)


def _some(needs: Iterable[Need]) -> Need:
    parts = tuple(dict.fromkeys(needs))
    return parts[0] if len(parts) == 1 else NOTHING if NOTHING in parts or not parts else Some(parts)


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def _next(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _sees(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._sees("|"):
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _either(parts)

    def _sequence(self) -> _Part:
        needs: list[Need] = []
        exact: Literals | None = _NO_WIDTH
        whole = True
        while self.at < len(self.source) and not self._sees("|") and not self._sees(")"):
            part = self._repeated(self._atom())
            if exact is not None and part.exact is not None and len(exact) * len(part.exact) <= _MOST:
                exact = frozenset(a + b for a, b in product(exact, part.exact))
                continue
            whole = False
            needs += [_demanded(_Part(exact)), part.need]
            exact = part.exact if part.exact is not None else _NO_WIDTH
        return _Part(exact) if whole else _Part(need=_every([*needs, _demanded(_Part(exact))]))

    def _repeated(self, part: _Part) -> _Part:
        least, most = self._times()
        if (least, most) == (1, 1):
            return part
        if (least, most) == (0, 1) and part.exact is not None:
            return _Part(part.exact | _NO_WIDTH)
        return _Part(need=_demanded(part)) if least else _Part()

    def _times(self) -> tuple[int, int | None]:
        """(least, most) of the quantifier that follows; None for any number."""
        if self.at >= len(self.source) or self.source[self.at] not in "*+?{":
            return 1, 1
        sign = self._next()
        if sign == "{":
            end = self.source.index("}", self.at) if "}" in self.source[self.at :] else self._fail()
            low, comma, high = self.source[self.at : end].partition(",")
            if not low.isdigit() or not (high == "" or high.isdigit()):
                self._fail()
            self.at = end + 1
            times = int(low), (int(high) if high else None) if comma else int(low)
        else:
            times = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        if self._sees("?"):
            self.at += 1
        if self.at < len(self.source) and self.source[self.at] in "*+{":
            self._fail()
        return times

    def _fail(self) -> int:
        raise _Unreadable(self.source)

    def _atom(self) -> _Part:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "^$":
            return _Part(_NO_WIDTH)
        if sign in "*+?{":
            self._fail()
        return _Part() if sign == "." else _character(sign)

    def _group(self) -> _Part:
        if self._sees("?"):
            if not self._sees("?:"):
                self._fail()
            self.at += 2
        part = self.alternatives()
        if self._next() != ")":
            self._fail()
        return part

    def _escape(self) -> _Part:
        sign = self._next()
        if sign in "bB":
            return _Part(_NO_WIDTH)
        if sign in "dDwWsS":
            return _Part()
        if sign in "pP":
            if self._next() == "{":
                self.at = self.source.index("}", self.at) + 1
            return _Part()
        if sign.isalnum():
            self._fail()
        return _character(sign)

    def _class(self) -> _Part:
        """The characters of a class that lists a few; of any other, nothing."""
        listed, plain = [], not self._sees("^")
        self.at += not plain
        first = self.at
        while not self._sees("]") or self.at == first:
            sign = self._next()
            if sign == "[" and self._sees(":"):
                self._fail()
            if sign == "\\":
                part = self._escape()
                plain &= part.exact is not None and part.exact != _NO_WIDTH
                sign = next(iter(part.exact or {"x"}))
            plain &= not self._sees("-") or self._sees("-]")
            listed.append(sign)
        self.at += 1
        parts = [_character(sign).exact for sign in listed]
        if not plain or None in parts or len(set(listed)) > _MOST:
            return _Part()
        return _Part(frozenset().union(*(part for part in parts if part)))


def _character(sign: str) -> _Part:
    """One character as normalised text has it; of letters with other forms beyond ASCII nothing is demanded."""
    if sign.isascii():
        return _Part(frozenset({sign.lower()}))
    return _Part(frozenset({sign})) if sign.lower() == sign.upper() else _Part()
