"""Decides what of an interaction is looked at together: how it began and a few exchanges, each side's run as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from qa_engine.checkers.normal import normalise, without_marks
from qa_engine.domain import Role, Transcript, Turn

LATEST = 6
"""Utterances looked at beside the first: the dialogues learnt from have up to seven."""
WINDOWS = 8
"""Windows of a long dialogue that count, the latest ones."""
LONGEST = 400
"""Characters of an utterance that count; of a longer one the end."""

_MARKS = re.compile(r"@+")
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Utterance:
    """Neighbouring turns of one side: ``text`` joins them, ``turns`` holds them for evidence."""

    role: Role
    text: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The utterances looked at, the customer's first at the front."""

    utterances: tuple[Utterance, ...]

    @property
    def customer(self) -> tuple[str, ...]:
        return tuple(u.text for u in self.utterances if u.role is Role.CUSTOMER)

    @property
    def agent(self) -> tuple[str, ...]:
        return tuple(u.text for u in self.utterances if u.role is Role.AGENT)

    def rewritten(self, write: Callable[[Utterance], str]) -> Dialogue:
        """The same with other words, as if something had not been said."""
        return Dialogue(tuple(replace(u, text=write(u)) for u in self.utterances))


def windows_of(transcript: Transcript) -> tuple[Dialogue, ...]:
    """The first utterance with each stretch of LATEST others, counted back from the end; the last is how it stands.

    Empty where no customer has said anything yet.
    """
    runs = _runs(transcript)
    if not runs:
        return ()
    first, *others = [_utterance(run) for run in runs]
    ends = range(len(others), 0, -LATEST) if others else (0,)
    stretches = [others[max(0, end - LATEST) : end] for end in ends][:WINDOWS]
    return tuple(Dialogue((first, *stretch)) for stretch in reversed(stretches))


def dialogue_of(transcript: Transcript) -> Dialogue | None:
    """How it stands: the last window; None where no customer has said anything yet."""
    windows = windows_of(transcript)
    return windows[-1] if windows else None


def _runs(transcript: Transcript) -> list[list[Turn]]:
    """Neighbouring turns of one side, from the customer's first on."""
    runs: list[list[Turn]] = []
    for turn in transcript.turns:
        if turn.role not in (Role.CUSTOMER, Role.AGENT) or turn.automatic:
            continue
        if runs and runs[-1][0].role is turn.role:
            runs[-1].append(turn)
        elif runs or turn.role is Role.CUSTOMER:
            runs.append([turn])
    return runs


def plain(text: str) -> str:
    """Words as they are compared: one width and case, accounts and numbers without their names and values."""
    marked = _MARKS.sub("@", without_marks(normalise(text)))
    return _SPACE.sub(" ", _DIGITS.sub("0", marked))


def _utterance(run: list[Turn]) -> Utterance:
    return Utterance(run[0].role, "\n".join(turn.text for turn in run)[-LONGEST:], tuple(run))
