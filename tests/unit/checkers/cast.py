"""A fixed cast for the tests of checkers: dossiers from a few lines, and conditions from YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from qa_engine.checkers.acts import ACTS
from qa_engine.checkers.base import Instruments, Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Dossier, Interaction, Kind, Role, Signals, Transcript, Turn, TurnKind, Word
from qa_engine.ports import Floats
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.signals import measure

SIDES = {"A": Role.AGENT, "C": Role.CUSTOMER}


def turn(index: int, line: str, *, start: float | None = None, confidence: float = 1.0, spoken: bool = False) -> Turn:
    """``A: words``; a spoken turn has a word a character, a quarter of a second each."""
    side, text = line.split(":", 1)
    text = text.strip()
    words = ()
    if spoken:
        at = start or 0.0
        words = tuple(Word(c, at + i / 4, at + (i + 1) / 4, confidence) for i, c in enumerate(text) if c.isalnum())
    return Turn(
        index=index,
        role=SIDES[side],
        text=text,
        start=start,
        end=None if start is None else start + (len(text) / 4 if spoken else 0),
        confidence=confidence,
        kind=TurnKind.SPEECH if spoken else TurnKind.TEXT,
        words=words,
    )


def chat(*lines: str, times: Sequence[float] | None = None, meta: Mapping[str, Any] | None = None) -> Dossier:
    turns = tuple(turn(i, line, start=times[i] if times else None) for i, line in enumerate(lines))
    transcript = Transcript(turns=turns, language="zh")
    return Dossier(_interaction(Kind.CHAT, meta), transcript, measure(transcript, None))


def call(*lines: str, confidence: float = 0.9, role_confidence: float = 1.0, signals: Signals | None = None) -> Dossier:
    """A recognised call: every turn starts ten seconds after the one before."""
    turns = tuple(turn(i, s, start=10.0 * i, confidence=confidence, spoken=True) for i, s in enumerate(lines))
    transcript = Transcript(turns=turns, language="zh", role_confidence=role_confidence)
    measured = signals or Signals(acoustic=True, timed=True, duration_s=10.0 * len(lines), overlap_s=0.0)
    return Dossier(_interaction(Kind.CALL, None), transcript, measured)


def _interaction(kind: Kind, meta: Mapping[str, Any] | None) -> Interaction:
    return Interaction(id="i1", kind=kind, source="test", content_sha256="0" * 64, metadata=dict(meta or {}))


PACK = """
id: small
version: "1"
title: {{zh: 小, en: small}}
languages: [zh]
facts:
  asked: {condition}
items:
  - id: one
    title: {{zh: 一, en: one}}
    explain: {{zh: 一, en: one}}
    points: 100
    ladder:
      - MET: asked
        because: {{zh: 是, en: "yes"}}
    otherwise: {{outcome: NOT_MET, because: {{zh: 否, en: "no"}}}}
"""


def rubric_of(condition: str) -> Rubric:
    """A pack whose one item is MET when the condition (YAML in flow style) holds."""
    return read_rubric(PACK.format(condition=condition))


def ask(condition: str, dossier: Dossier, instruments: Instruments | None = None, bar: float = 0.5) -> Verdict:
    rubric = rubric_of(condition)
    return Bench(dossier, instruments or Instruments(), bar).ask(rubric.fact("asked"))


class Letters:
    """An embedder for tests: a sentence is the bag of its characters, so likeness is what one sees."""

    version = "letters"

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for char in text:
                row[ord(char) % 512] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


class Told:
    """A model of acts that knows a few words by heart, each with one act and its probability."""

    version = "told"
    least: ClassVar = dict.fromkeys(ACTS, 0.5)

    def __init__(self, known: Mapping[str, tuple[str, float]]) -> None:
        self.known = known

    def probabilities(self, texts: Sequence[str], role: Role) -> Floats:
        rows = np.zeros((len(texts), len(ACTS)), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for words, (act, chance) in self.known.items():
                if words in text:
                    row[list(ACTS).index(act)] = chance
        return rows
