"""Brings text to one width and case without moving a character, so that offsets fit the original."""

from __future__ import annotations

import re

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TABLE: dict[int, str] = {
    **{ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{code: char.lower() for code, char in _FULL_WIDTH.items()},
    0x3000: " ",
    0x00A0: " ",
    ord("\n"): " ",
    ord("\r"): " ",
    ord("\t"): " ",
    ord("’"): "'",
    ord("‘"): "'",
    ord("“"): '"',
    ord("”"): '"',
    ord("。"): ".",
    ord("、"): ",",
}
_PATTERN_TABLE = {
    code: ("\\" + char if char in r"\.+*?()[]{}|^$" else char) for code, char in _TABLE.items() if code > 0x7F
}
_MARKUP = re.compile(r"\[[^\[\]]{1,12}\]|#E-s(?:\[[^\]]*\])?|O(?:网页)?链接|@[\w\-]+|https?://\S+")
_CONTENT = re.compile(r"[^\W_]")


def normalise(text: str) -> str:
    """Half width, lower case, one form of stop, comma and quotation mark; the length stays."""
    return text.translate(_TABLE)


_NOBODYS_WORDS = re.compile(r"(?<![\w.])@[\w\-·]+|https?://\S+|&[a-z]{2,6};|#e-s(?:\[[^\]]*\])?")


def without_marks(text: str) -> str:
    """Normalised text with handles, links and escapes blanked: names of accounts are nobody's words."""
    return _NOBODYS_WORDS.sub(lambda m: "@" * len(m[0]), text)


def normalise_pattern(pattern: str) -> str:
    """The same for an RE2 pattern: full-width signs become their half-width ones as literals; escapes stay."""
    return pattern.translate(_PATTERN_TABLE)


def has_content(text: str) -> bool:
    """Whether anything was said beyond emoji, stickers, links and handles."""
    return bool(_CONTENT.search(_MARKUP.sub("", text)))


HANZI = re.compile(r"[㐀-鿿]")
_CLAUSE_END = re.compile(r"[,.!?;~\n]| {2,}|…")


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of normalised ``text`` around [start, end); a part of it, cut between words, when it is too long."""
    left = 0
    for match in _CLAUSE_END.finditer(text, 0, start):
        left = match.end()
    right = _CLAUSE_END.search(text, end)
    stop = right.start() if right else len(text)
    while left < start and text[left] == " ":
        left += 1
    longest = LONGEST_QUOTE if HANZI.search(text, left, stop) else 3 * LONGEST_QUOTE
    if stop - left <= longest:
        return left, stop
    return _word_start(text, max(left, start - longest // 4)), _word_end(text, min(stop, end + longest // 2))


LONGEST_QUOTE = 40
"""Characters of a quoted clause in Hanzi; three times as many in Latin letters."""


def _word_start(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isascii() and text[at - 1].isalnum():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and text[at].isascii() and text[at].isalnum():
        at += 1
    return at


_SENTENCE_END = re.compile(r"(?:(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bdr)\.(?!\d)|[!?;~\n])+")


def sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence of normalised text."""
    spans, left = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match.start() > left:
            spans.append((left, match.end()))
        left = match.end()
    if left < len(text):
        spans.append((left, len(text)))
    return spans
