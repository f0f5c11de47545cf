"""Decides what a word is: one Hanzi or one Latin word or number, Simplified, with its marks kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import opencc

from models.asr.recognizer import TimedToken
from qa_engine.domain import Word

_LATIN = r"[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_UNIT = re.compile(rf"\s*(?:(?P<word>(?:^['’\-])?[$€£¥]?{_LATIN}+(?:['’.\-:,]{_LATIN}+)*%?|\w)|(?P<mark>[^\w\s]|_))")
_STARTS_LATIN = re.compile(_LATIN)
_GOES_ON = re.compile(rf"['’\-]?{_LATIN}")
_SPACED = re.compile(rf"[$€£¥'’\-]|{_LATIN}")
_KEPT = frozenset(",.?!:;，。？！：；、…")
_FULL_WIDTH = str.maketrans(",.?!:;", "，。？！：；")


@dataclass(frozen=True, slots=True)
class Unit:
    """One word with the marks that follow it."""

    word: Word
    mark: str = ""

    @property
    def text(self) -> str:
        return self.word.text

    @property
    def start(self) -> float:
        return self.word.start

    @property
    def end(self) -> float:
        return self.word.end


def to_units(tokens: Iterable[TimedToken]) -> list[Unit]:
    """Aligned tokens as words; a token of several Hanzi shares its time among them by count."""
    units: list[Unit] = []
    for token in tokens:
        pieces = [found for found in _UNIT.finditer(token.text) if found.lastgroup]
        words = [found for found in pieces if found.lastgroup == "word"]
        share = (token.end - token.start) / max(1, len(words))
        at = token.start
        for found in pieces:
            if found.lastgroup == "mark":
                _mark(units, found["mark"])
                continue
            _append(units, Word(found["word"], at, at + share, token.probability), glued=found.start("word") == 0)
            at += share
    return units


def simplified(units: Sequence[Unit]) -> list[Unit]:
    """The same words in Simplified Chinese, converted as one text so that phrases decide ambiguous characters."""
    whole = "".join(unit.text for unit in units)
    converted = _opencc().convert(whole)
    if len(converted) != len(whole):
        return [replace(u, word=replace(u.word, text=_opencc().convert(u.text))) for u in units]
    out, at = [], 0
    for unit in units:
        end = at + len(unit.text)
        out.append(replace(unit, word=replace(unit.word, text=converted[at:end])))
        at = end
    return out


def joined(units: Sequence[Unit], *, wide: bool) -> str:
    """Readable text: Hanzi close together, Latin words apart; ``wide`` for the full-width marks of Chinese."""
    text = ""
    for unit in units:
        apart = text and text[-1].isascii() and (not wide or text[-1].isalnum()) and _SPACED.match(unit.text)
        text += (" " if apart else "") + unit.text + (unit.mark.translate(_FULL_WIDTH) if wide else unit.mark)
    return text


def _mark(units: list[Unit], mark: str) -> None:
    """The last mark of several counts; quotes and brackets are not kept."""
    if units and mark in _KEPT:
        units[-1] = replace(units[-1], mark=mark)


def _append(units: list[Unit], word: Word, *, glued: bool) -> None:
    """A Latin piece without a space before it goes on with the Latin word before (sub-word tokens)."""
    last = units[-1] if units else None
    if last and glued and not last.mark and _GOES_ON.match(word.text) and _STARTS_LATIN.match(last.text[-1]):
        both = Word(last.text + word.text, last.start, word.end, min(last.word.confidence, word.confidence))
        units[-1] = replace(last, word=both)
    else:
        units.append(Unit(word))


@lru_cache(maxsize=1)
def _opencc() -> Any:
    """tw2s, for Whisper writes 享受著 even in Simplified text, which t2s leaves."""
    return opencc.OpenCC("tw2s")
