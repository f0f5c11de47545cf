"""How text is cut for searching: folded, then into characters, pairs and triples, so that any piece of it is found."""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import lru_cache
from itertools import chain, islice
from operator import add

MOST = 24
"""So many grams tell a piece apart well enough; more would only cost."""

_RUN = re.compile(r"[0-9a-z]{3,}")
_KEPT = 1 << 18


def fold(text: str) -> str:
    """What is searched and searched for: width, case, and how much space there is make no difference."""
    kept = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return " ".join(unicodedata.normalize("NFKC", kept).casefold().split())


def grams_of(text: str) -> set[str]:
    """Of folded lines: their characters, pairs of neighbours, and triples within runs of Latin letters and digits.

    There are a few dozen of those, so that their pairs are in every text and tell nothing; Hanzi pairs do.
    """
    lines = text.split("\n")
    return {*text, *chain.from_iterable(map(_pairs, lines)), *_triples(text)} - {"\n"}


def asked(words: str) -> set[str]:
    """Grams that a text must have to hold the folded ``words``; what a triple says its pairs need not say again."""
    if len(words) == 1:
        return {words}
    triples = _triples(words)
    within = {triple[at : at + 2] for triple in triples for at in (0, 1)}
    return set(islice(sorted(triples | (_pairs(words) - within)), MOST))


@lru_cache(maxsize=_KEPT)
def number(gram: str) -> int:
    """A gram as a signed number of 32 bits. Two may share one: the text itself decides in the end."""
    return zlib.crc32(gram.encode()) - (1 << 31)


@lru_cache(maxsize=_KEPT)
def token(gram: str) -> str:
    """A gram as a word of ASCII letters and digits, for indexes that know only words."""
    return f"{zlib.crc32(gram.encode()):x}"


def tokens(text: str) -> str:
    """The grams of folded text as words."""
    return " ".join(map(token, grams_of(text)))


def _pairs(text: str) -> set[str]:
    return set(map(add, text, text[1:]))


def _triples(text: str) -> set[str]:
    return {run[at : at + 3] for run in _RUN.findall(text) for at in range(len(run) - 2)}
