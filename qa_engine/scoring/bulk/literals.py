"""What of a vocabulary is nothing but words: these an index finds by itself, and only the rest is read by RE2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa_engine.checkers.phrases import as_pattern
from qa_engine.scoring.bulk.lines import Codes, Ints
from qa_engine.scoring.bulk.needs import Literals
from qa_engine.scoring.bulk.plan import LAST, ranges_of
from qa_engine.scoring.bulk.reading import Reader, Unreadable

_FOLDING = re.compile(r"[a-z]")
"""Letters that RE2 also finds in other forms."""


@dataclass(frozen=True, slots=True)
class Words:
    """Some words as ``codes`` (n, longest) padded with 0, and the ``ranges`` (2, m) of the pairs of each in order.

    ``edges`` (n + 1) is where those of each word begin. A single character has one range: all pairs that it begins.
    """

    codes: Codes
    length: Ints
    ranges: Ints
    edges: Ints


@lru_cache(maxsize=4096)
def parted(entries: tuple[str, ...]) -> tuple[Words | None, tuple[str, ...]]:
    """(the words of all entries, patterns for the rest of them): a line holds an entry if it holds one of these."""
    words: set[str] = set()
    rest: list[str] = []
    for entry in entries:
        plain, others = _parted(as_pattern(entry))
        words |= plain
        rest += [f"/{source}/" for source in others]
    return _words(sorted(words)) if words else None, tuple(dict.fromkeys(rest))


def _parted(source: str) -> tuple[Literals, list[str]]:
    """The same of one pattern."""
    words: set[str] = set()
    rest: list[str] = []
    reader = Reader(source)
    try:
        for said, written in reader.choices():
            if said is not None and all(map(_findable, said)):
                words |= said
            else:
                rest.append(written)
    except (Unreadable, IndexError):
        return frozenset(), [source]
    return (frozenset(words), rest) if reader.at == len(source) else (frozenset(), [source])


def _findable(word: str) -> bool:
    return word != "" and not _FOLDING.search(word) and max(map(ord, word)) < LAST


def _words(words: list[str]) -> Words:
    length = np.array([len(word) for word in words])
    codes = np.zeros((len(words), int(length.max())), np.uint32)
    for row, word in zip(codes, words, strict=True):
        row[: len(word)] = [ord(sign) for sign in word]
    pairs = [[word[i : i + 2] for i in range(max(1, len(word) - 1))] for word in words]
    return Words(codes, length, ranges_of(pair for each in pairs for pair in each), np.cumsum([0, *map(len, pairs)]))
