"""How much was said: Hanzi, words, and characters that are content rather than back-channel."""

from __future__ import annotations

import re

from qa_engine.signals.vocabulary import LEADING_FILLERS, ONLY_BACK_CHANNEL

HANZI = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_CONTENT = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffffA-Za-z0-9À-ɏ]")
_PIECES = re.compile(r"[，。！？、；：,.!?;:…~～—\s]+")
_HYPHENS = re.compile(r"(?<=[A-Za-z])[-'’](?=[A-Za-z])")


def hanzi_and_words(text: str, language: str) -> tuple[int, int]:
    """Each digit is read as a Hanzi in Chinese, each number as a word elsewhere."""
    hanzi = len(HANZI.findall(text))
    words = len(_WORD.findall(text))
    if hanzi or language == "zh":
        return hanzi + sum(c.isdigit() for c in text), words
    return 0, words + len(_NUMBER.findall(text))


def content_chars(text: str) -> int:
    """Letters, digits and Hanzi that are no back-channel (嗯 对 好的 uh-huh)."""
    total = 0
    for piece in _PIECES.split(_HYPHENS.sub("", text.strip())):
        if piece and not ONLY_BACK_CHANNEL.fullmatch(piece):
            total += len(_CONTENT.findall(LEADING_FILLERS.sub("", piece)))
    return total


def is_back_channel(text: str) -> bool:
    """Whether nothing but back-channels was said (also: nothing at all)."""
    return (
        content_chars(text) == 0
        or ONLY_BACK_CHANNEL.fullmatch(_PIECES.sub(" ", _HYPHENS.sub("", text)).strip()) is not None
    )
