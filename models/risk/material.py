"""Rated dialogues as the training takes them: read, in windows, with vectors and tone, whole and unfinished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.risk.training import Case
from qa_engine.domain import Transcript, TurnEmotion
from qa_engine.evaluation.risk import Dialogue, read_dialogues
from qa_engine.ports import Embedder, EmotionModel
from qa_engine.risk.dialogue import plain, windows_of
from qa_engine.risk.facts import facts_of
from qa_engine.risk.tone import tone_of

ALSO = 0.5
"""Weight of a dialogue that is learnt from only: what is measured comes first."""
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Material:
    """Whole cases with the group each belongs to (near copies share one), and each case's unfinished states.

    The first ``measured`` cases are those that figures are told of; the others are learnt from only.
    """

    cases: list[Case]
    groups: list[str]
    unfinished: list[dict[int, Case]]
    measured: int


@dataclass(frozen=True, slots=True)
class Readers:
    """The models that read what was said; ``emotion`` is None where none is used."""

    embedder: Embedder
    emotion: EmotionModel | None = None


def gather(data: Path, also: Sequence[Path], label: str, readers: Readers, told: Told) -> Material:
    """Everything rated in ``data`` and then in ``also``. Raises BadInput that names the line."""
    measured = _rated(data, label)
    learnt = [dialogue for path in also for dialogue in _rated(path, label)]
    found = Material([], [], [], 0)
    count = 0
    for done, dialogue in enumerate([*measured, *learnt], 1):
        states = _states(dialogue, readers, measured=done <= len(measured))
        if states:
            found.groups.append(plain(windows_of(dialogue.transcript)[0].customer[0]))
            found.cases.append(states.pop(max(states)))
            found.unfinished.append(states)
            count += done <= len(measured)
        told("embed", done / (len(measured) + len(learnt)))
    return replace(found, measured=count)


def _rated(path: Path, label: str) -> list[Dialogue]:
    return [dialogue for dialogue in read_dialogues(path, label) if dialogue.rating is not None]


def _states(dialogue: Dialogue, readers: Readers, *, measured: bool) -> dict[int, Case]:
    """By turns heard, from the customer's first on, the last being the whole; only that of one not measured."""
    transcript = dialogue.transcript
    emotions = readers.emotion.emotions(transcript) if readers.emotion else None
    turns = len(transcript.turns)
    ends = range(1 if measured else turns, turns + 1)
    states = ((end, replace(transcript, turns=transcript.turns[:end])) for end in ends)
    return {
        end: _case(state, emotions, float(dialogue.rating or 0.0), 1.0 if measured else ALSO, readers)
        for end, state in states
        if windows_of(state)
    }


def _case(
    transcript: Transcript, emotions: Sequence[TurnEmotion] | None, rating: float, weight: float, readers: Readers
) -> Case:
    looked = [facts_of(window) for window in windows_of(transcript)]
    windows = [(facts, readers.embedder.embed([facts.meaning])[0] if facts.meaning else None) for facts in looked]
    return Case(tuple(windows), rating, tone_of(transcript, emotions), weight)
