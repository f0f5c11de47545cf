"""Reads an RE2 pattern as far as it takes to say what a line must hold for it to match."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from qa_engine.scoring.bulk.needs import Literals, Need, Part, demanded, either, every

_MOST = 24
"""Literals followed at once; more are cut in two demands."""
_NO_WIDTH = frozenset({""})


class Unreadable(Exception):
    """A construct that this reader does not know."""


class Reader:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self._bare = True

    def _next(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _sees(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def alternatives(self) -> Part:
        parts = [self._sequence()]
        while self._sees("|"):
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else either(parts)

    def choices(self) -> Iterator[tuple[Literals | None, str]]:
        """(the words that it is, where it is nothing else; how it is written) of each alternative of the whole."""
        while True:
            begin, self._bare = self.at, True
            part = self._sequence()
            yield part.exact if self._bare else None, self.source[begin : self.at]
            if not self._sees("|"):
                return
            self.at += 1

    def _sequence(self) -> Part:
        needs: list[Need] = []
        exact: Literals | None = _NO_WIDTH
        whole = True
        while self.at < len(self.source) and not self._sees("|") and not self._sees(")"):
            part = self._repeated(self._atom())
            if exact is not None and part.exact is not None and len(exact) * len(part.exact) <= _MOST:
                exact = frozenset(a + b for a, b in product(exact, part.exact))
                continue
            whole = False
            needs += [demanded(Part(exact)), part.need]
            exact = part.exact if part.exact is not None else _NO_WIDTH
        return Part(exact) if whole else Part(need=every([*needs, demanded(Part(exact))]))

    def _repeated(self, part: Part) -> Part:
        least, most = self._times()
        if (least, most) == (1, 1):
            return part
        if (least, most) == (0, 1) and part.exact is not None:
            return Part(part.exact | _NO_WIDTH)
        return Part(need=demanded(part)) if least else Part()

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
        raise Unreadable(self.source)

    def _atom(self) -> Part:
        sign = self._next()
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in "^$":
            return self._edge()
        if sign in "*+?{":
            self._fail()
        return Part() if sign == "." else _character(sign)

    def _edge(self) -> Part:
        """Nothing by itself, but not everywhere."""
        self._bare = False
        return Part(_NO_WIDTH)

    def _group(self) -> Part:
        if self._sees("?"):
            if not self._sees("?:"):
                self._fail()
            self.at += 2
        part = self.alternatives()
        if self._next() != ")":
            self._fail()
        return part

    def _escape(self) -> Part:
        sign = self._next()
        if sign in "bB":
            return self._edge()
        if sign in "dDwWsS":
            return Part()
        if sign in "pP":
            if self._next() == "{":
                self.at = self.source.index("}", self.at) + 1
            return Part()
        if sign.isalnum():
            self._fail()
        return _character(sign)

    def _class(self) -> Part:
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
            return Part()
        return Part(frozenset().union(*(part for part in parts if part)))


def _character(sign: str) -> Part:
    """One character as normalised text has it; of letters with other forms beyond ASCII nothing is demanded."""
    if sign.isascii():
        return Part(frozenset({sign.lower()}))
    return Part(frozenset({sign})) if sign.lower() == sign.upper() else Part()
