"""Decides which recognised text the sound does not support: phantom lines, the prompt itself, endless loops."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from rapidfuzz.distance import LCSseq

from models.asr.options import GuardOptions
from models.asr.recognizer import Decoded
from models.asr.units import Unit

_NOT_SAID = re.compile(r"[\W_]+")


def is_phantom(units: Sequence[Unit], prompt: str, options: GuardOptions) -> bool:
    """Whether this stretch of text is a line that the model makes up, or its prompt said back.

    A line that real callers say as well (谢谢, you) is a phantom only where the words were unsure.
    """
    said = plain(" ".join(unit.text for unit in units))
    if not said:
        return True
    if _within(said, prompt, options) or any(_covers(said, line, options) for line in _lines("never")):
        return True
    return said in _lines("doubtful") and confidence(units) < options.doubtful_confidence


def cut_loops(units: Sequence[Unit], options: GuardOptions) -> list[Unit]:
    """A phrase said over and over at once is kept once; people do repeat themselves, so short runs stay."""
    kept: list[Unit] = []
    at = 0
    while at < len(units):
        size, times = _longest_loop(units, at, options)
        if times:
            kept.extend(units[at : at + size])
            at += size * times
        else:
            kept.append(units[at])
            at += 1
    return kept


def is_unsupported(decoded: Decoded, options: GuardOptions) -> bool:
    """Whether the model itself doubts that anybody speaks."""
    return decoded.no_speech > options.no_speech and decoded.log_prob < options.unsupported_log_prob


def confidence(units: Sequence[Unit]) -> float:
    """Mean confidence of words, 0..1; 0 for none."""
    return sum(unit.word.confidence for unit in units) / len(units) if units else 0.0


def plain(text: str) -> str:
    """Case-folded letters and figures only, for comparing."""
    return _NOT_SAID.sub("", text).casefold()


def _within(said: str, prompt: str, options: GuardOptions) -> bool:
    """Whether the text is (a long part of) the prompt."""
    wanted = plain(prompt)
    if not wanted or len(said) < options.echo_least_chars:
        return False
    common = LCSseq.similarity(said, wanted)
    return common / len(said) >= options.echo_share


def _covers(said: str, line: str, options: GuardOptions) -> bool:
    return line in said and len(line) / len(said) >= options.phantom_share


def _longest_loop(units: Sequence[Unit], at: int, options: GuardOptions) -> tuple[int, int]:
    """(words in the phrase, times said) of a loop that begins at ``at``; (0, 0) for none."""
    for size in range(1, options.loop_words + 1):
        phrase = [unit.text for unit in units[at : at + size]]
        times = 1
        while [unit.text for unit in units[at + times * size : at + (times + 1) * size]] == phrase:
            times += 1
        if times > (options.loop_times_single if size == 1 else options.loop_times):
            return size, times
    return 0, 0


@lru_cache(maxsize=2)
def _lines(tier: str) -> frozenset[str]:
    text = resources.files("models.asr").joinpath("phantoms.json").read_text("utf-8")
    return frozenset(plain(line) for line in json.loads(text)[tier])
