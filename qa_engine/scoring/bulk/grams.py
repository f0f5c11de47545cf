"""Pairs of Hanzi, Latin words and numbers of every line of a text: ``checkers.grams`` by columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array

from qa_engine.checkers.grams import grams
from qa_engine.scoring.bulk.lines import Bools, Codes, Ints, distinct
from qa_engine.scoring.bulk.pieces import Written

_WORDS = 1 << 32
"""Codes below it are pairs of Hanzi, from it up words."""
_CODE, _LINE = 34, 28
"""Bits of a code and of a line's number."""


class Grams:
    """Every gram of every line once: ``row`` is the line, ``gram`` the code; in order of both."""

    def __init__(self, text: Written) -> None:
        self.rows = len(text)
        self._words: dict[str, int] = {}
        codes, said = text.codes, text.text
        hanzi = (codes >= 0x3400) & (codes <= 0x9FFF)
        pairs = np.flatnonzero(hanzi[:-1] & hanzi[1:])
        start, end = _latin(codes)
        spans = zip(start.tolist(), end.tolist(), strict=True)
        words = np.array([self._words.setdefault(said[a:b], len(self._words)) for a, b in spans], np.int64)
        row = np.repeat(np.arange(self.rows) << _CODE, text.length + 1)
        both = np.empty(len(pairs) + len(words), np.int64)
        both[: len(pairs)] = row[pairs] | codes[pairs].astype(np.int64) << 16 | codes[pairs + 1]
        both[len(pairs) :] = row[start] | _WORDS + words
        both.sort()
        both = distinct(both)
        self.row: Ints = both >> _CODE
        self.gram: Ints = both & (1 << _CODE) - 1

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
        return None if word is None else _WORDS + word

    def shared(self, kept: Bools, group: Ints) -> tuple[Ints, Ints, Ints]:
        """(earlier line, later line, how many grams they share) of the ``kept`` lines of one ``group``."""
        mine = kept[self.row]
        spots = self.gram[mine] << _LINE | self.row[mine]
        spots.sort()
        row = spots & (1 << _LINE) - 1
        same = ((spots[1:] ^ spots[:-1]) >> _LINE == 0) & (group[row[1:]] == group[row[:-1]])
        again, followed = np.append(False, same)[: len(row)], np.append(same, False)[: len(row)]
        several = again | followed
        column = np.append(np.flatnonzero(~again[several]), np.count_nonzero(several))
        held = csc_array((np.ones(column[-1], np.int32), row[several], column), (self.rows, len(column) - 1))
        together = (held @ held.T).tocoo()
        earlier = together.row < together.col
        return (
            together.row[earlier].astype(np.int64),
            together.col[earlier].astype(np.int64),
            together.data[earlier].astype(np.int64),
        )


def _latin(codes: Codes) -> tuple[Ints, Ints]:
    """[start, end) of each word and number: letters and digits, with signs only between them."""
    solid = (codes - ord("a") < 26) | (codes - ord("0") < 10)  # unsigned, so what is below is far above
    joined = solid | (codes == ord("'")) | (codes == ord(".")) | (codes == ord("-"))
    at, run = np.flatnonzero(solid), np.cumsum(joined)
    parted = run[at[1:]] - run[at[:-1]] != at[1:] - at[:-1]
    return at[np.append(True, parted)[: len(at)]], at[np.append(parted, True)[: len(at)]] + 1
