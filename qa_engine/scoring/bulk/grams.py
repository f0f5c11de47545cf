"""Pairs of Hanzi, Latin words and numbers of every line of a text: ``checkers.grams`` by columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from qa_engine.checkers.grams import grams
from qa_engine.scoring.bulk.lines import Bools, Ints, distinct
from qa_engine.scoring.bulk.pieces import Written

_WORDS = re.compile(r"[a-z0-9](?:[a-z0-9'.\-]*[a-z0-9])?")
_PAIRS = 1 << 32
"""Codes below it are pairs of Hanzi, from it up words."""
_CODES = 1 << 34


class Grams:
    """Every gram of every line once: ``row`` is the line, ``gram`` the code; in order of both."""

    def __init__(self, text: Written) -> None:
        self.rows = len(text)
        self._words: dict[str, int] = {}
        codes = text.codes.astype(np.int64)
        row = np.repeat(np.arange(self.rows), text.length + 1)
        hanzi = (codes >= 0x3400) & (codes <= 0x9FFF)
        pairs = np.flatnonzero(hanzi[:-1] & hanzi[1:])
        at, words = [pairs], [codes[pairs] << 16 | codes[pairs + 1]]
        found = [(m.start(), self._words.setdefault(m[0], len(self._words))) for m in _WORDS.finditer(text.text)]
        spots = np.array(found, np.int64).reshape(-1, 2)
        at.append(spots[:, 0])
        words.append(_PAIRS + spots[:, 1])
        both = distinct(np.sort(row[np.concatenate(at)] * _CODES + np.concatenate(words)))
        self.row: Ints = both // _CODES
        self.gram: Ints = both % _CODES

    @cached_property
    def count(self) -> Ints:
        """How many different grams each line has."""
        return np.bincount(self.row, minlength=self.rows)

    def codes(self, texts: Iterable[str]) -> Ints:
        """The codes of the grams of some texts; those that no line has are left out."""
        found = (self._code(gram) for text in texts for gram in grams(text))
        return np.array(sorted({code for code in found if code is not None}), np.int64)

    def _code(self, gram: str) -> int | None:
        if gram[0] > "㐀":
            return ord(gram[0]) << 16 | ord(gram[1])
        word = self._words.get(gram)
        return None if word is None else _PAIRS + word

    def shared(self, kept: Bools, group: Ints) -> tuple[Ints, Ints, Ints]:
        """(earlier line, later line, how many grams they share) of the ``kept`` lines of one ``group``."""
        mine = kept[self.row]
        row, gram = self.row[mine], self.gram[mine]
        within = group[row] * _CODES + gram
        known = distinct(np.sort(within))
        column = np.searchsorted(known, within)
        held = csr_array((np.ones(len(row), np.int32), (row, column)), (self.rows, len(known)))
        together = (held @ held.T).tocoo()
        earlier = together.row < together.col
        return (
            together.row[earlier].astype(np.int64),
            together.col[earlier].astype(np.int64),
            together.data[earlier].astype(np.int64),
        )
