"""A vocabulary made ready once: its words and RE2 patterns as one automaton, its words by sound as another."""

from __future__ import annotations

import re as plain
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator

from qa_engine.checkers.normal import HANZI, normalise, normalise_pattern
from qa_engine.checkers.sound import sounds

_ANYWHERE = re2._re2.RE2.Anchor.UNANCHORED
_WORDY = plain.compile(r"[a-z0-9]")


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True  # a lane holds a turn a line, and no hit may run on into the next
    options.max_mem = 64 << 20
    options.never_capture = True  # only the whole hit is asked for; groups would cost as much again
    return options


def is_pattern(entry: str) -> bool:
    """An entry between slashes is an RE2 pattern; any other is a word."""
    return len(entry) > 2 and entry.startswith("/") and entry.endswith("/")


def as_pattern(entry: str) -> str:
    """RE2 source of an entry over normalised text. Latin words match whole words only, plural left to patterns."""
    if is_pattern(entry):
        return normalise_pattern(entry[1:-1])
    word = normalise(entry)
    body = plain.escape(word)
    left = r"\b" if _WORDY.match(word[0]) else ""
    right = r"\b" if _WORDY.match(word[-1]) else ""
    return f"{left}{body}{right}"


@lru_cache(maxsize=8192)
def compile_pattern(source: str) -> Any:
    """Compiled once a process. Raises ValueError with RE2's own words."""
    try:
        return re2.compile(f"(?im)(?:{source})", _options())
    except re2.error as e:
        raise ValueError(
            f"RE2 cannot read /{source}/: {e.args[0].decode() if isinstance(e.args[0], bytes) else e}"
        ) from e


def check_entry(entry: str) -> str:
    """The entry itself. Raises ValueError for an empty one, a bad pattern, or one that matches everything."""
    if not entry.strip():
        raise ValueError("an empty entry would match everything")
    compiled = compile_pattern(as_pattern(entry))
    if compiled.search("") or compiled.search("\n"):
        raise ValueError(f"{entry} matches the empty string, and so everything")
    return entry


def check_entries(entries: tuple[str, ...]) -> tuple[str, ...]:
    """Each of them by ``check_entry``."""
    return tuple(check_entry(entry) for entry in entries)


Checked = Annotated[tuple[str, ...], AfterValidator(check_entries)]
"""A field of words and patterns whose faults are told when the pack is read."""


@dataclass(frozen=True)
class Phrases:
    """Entries of one vocabulary; equal entries are one automaton."""

    entries: tuple[str, ...]

    @cached_property
    def automaton(self) -> Any:
        """All entries as one compiled RE2 pattern."""
        return compile_pattern("|".join(as_pattern(e) for e in self.entries))

    @cached_property
    def sounding(self) -> tuple[str, ...]:
        """Its words of at least SHORTEST_BY_SOUND Hanzi, by sound."""
        words = [e for e in self.entries if not is_pattern(e)]
        return tuple({sounds(normalise(w)) for w in words if len(HANZI.findall(w)) == len(w) >= SHORTEST_BY_SOUND})

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """[start, end) of every hit in normalised text, from the left, not overlapping."""
        if not self.entries:
            return
        for match in self.automaton.finditer(text):
            yield match.start(), match.end()

    def spans(self, text: bytes) -> list[int]:
        """The same in UTF-8, by bytes: start, end, start, end ...

        The wrapper makes three Python objects of a hit; over much text these cost more than the search, so this asks
        its compiled pattern itself.
        """
        match, end = self.automaton._regexp.Match, len(text)
        found: list[int] = []
        (span,) = match(_ANYWHERE, text, 0, end)
        while span[0] >= 0:
            found += span
            start, stop = span
            (span,) = match(_ANYWHERE, text, stop if stop > start else stop + 1, end)
        return found

    def said_at(self, text: bytes) -> list[int]:
        """Where the first hit of each line of UTF-8 text begins; each line is ended by a newline."""
        match, end = self.automaton._regexp.Match, len(text)
        found: list[int] = []
        ((start, stop),) = match(_ANYWHERE, text, 0, end)
        while start >= 0:
            found.append(start)
            ((start, stop),) = match(_ANYWHERE, text, text.index(b"\n", stop) + 1, end)
        return found

    def find_by_sound(self, sounded: str) -> Iterator[tuple[int, int]]:
        """[start, end) of words of at least SHORTEST_BY_SOUND Hanzi in text given by sound."""
        for word in self.sounding:
            at = sounded.find(word)
            while at >= 0:
                yield at, at + len(word)
                at = sounded.find(word, at + 1)


SHORTEST_BY_SOUND = 3
"""Hanzi: shorter words have too many homophones to be told by sound alone."""


@lru_cache(maxsize=4096)
def phrases(entries: Sequence[str]) -> Phrases:
    """The one automaton of these entries; takes a tuple."""
    return Phrases(tuple(entries))
