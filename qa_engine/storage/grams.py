"""How text is cut for searching: folded, then into its single characters and pairs, so that any piece is found."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

_BITS = 21
"""Enough for every character of Unicode."""


def fold(text: str) -> str:
    """What is searched and searched for: width, case, and how much space there is make no difference."""
    kept = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return " ".join(unicodedata.normalize("NFKC", kept).casefold().split())


def grams_of(text: str) -> set[int]:
    """Of folded text: each character and each pair of neighbours, as numbers below 2**42."""
    points = [ord(character) for character in text]
    return set(points) | {(a << _BITS) | b for a, b in pairwise(points)}


def asked(words: str) -> set[int]:
    """The grams that a text must have to hold the folded ``words``: their pairs, or the one character that they are."""
    return grams_of(words) - ({ord(c) for c in words} if len(words) > 1 else set())


def token(gram: int) -> str:
    """A gram as a word of ASCII letters, for indexes that know only words."""
    return "".join(chr(97 + (gram >> shift & 15)) for shift in range(40, -1, -4)).lstrip("a") or "a"
