"""Chinese by sound: one sign a character, equal where a recogniser or a dialect confuses the syllables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pypinyin import lazy_pinyin

INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("hu", "f"))
"""Confusable beginnings, the first written as the second: flat and curled tongue, n and l, r and l, hu and f."""
FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"), ("uang", "uan"), ("iang", "ian"), ("ong", "on"))
"""Confusable endings: front and back nasals."""
_BASE = 0xE000  # the private use area: one sign for each class of syllables
_signs: dict[str, str] = {}


def confusable(syllable: str) -> str:
    """The class of a toneless syllable.

    >>> confusable("zheng") == confusable("zen")
    True
    """
    for curled, flat in INITIALS:
        if syllable.startswith(curled) and not (curled == "hu" and syllable == "hu"):
            syllable = flat + syllable[len(curled) :]
            break
    for back, front in FINALS:
        if syllable.endswith(back):
            return syllable[: -len(back)] + front
    return syllable


def _sign(syllable: str) -> str:
    if not (syllable.isascii() and syllable.isalpha()):
        return syllable
    return _signs.setdefault(confusable(syllable), chr(_BASE + len(_signs)))


def _each(run: str) -> Any:
    """Characters that are no Hanzi, one by one as they are."""
    return list(run)


@lru_cache(maxsize=65536)
def _sounds(text: str) -> str:
    parts: list[str] = lazy_pinyin(text, errors=_each)
    if len(parts) != len(text):
        return text
    return "".join(_sign(part) if not char.isascii() else char for char, part in zip(text, parts, strict=True))


def sounds(text: str) -> str:
    """The text with every Hanzi replaced by the sign of its sound; other characters and the length stay."""
    return _sounds(text)
