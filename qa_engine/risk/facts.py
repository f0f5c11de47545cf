"""One frozen snapshot of what a dialogue shows: words by who and when, figures, and the text whose meaning counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qa_engine.risk.cues import NAMES as CUE_NAMES
from qa_engine.risk.cues import cues
from qa_engine.risk.dialogue import Dialogue
from qa_engine.risk.grams import Keys, Reals, grams
from qa_engine.risk.structure import NAMES as STRUCTURE_NAMES
from qa_engine.risk.structure import structure

FIELDS = ("first", "later", "last", "agent")
FIGURES = (*CUE_NAMES, *STRUCTURE_NAMES)


@dataclass(frozen=True, slots=True)
class Facts:
    """``words``: hashes and weights by field. ``figures``: in the order of FIGURES, ln(1 + x) with the sign kept.

    ``meaning`` is the customer's latest utterance when it answers the agent, else empty.
    """

    words: Mapping[str, tuple[Keys, Reals]]
    figures: Reals
    meaning: str


def facts_of(dialogue: Dialogue) -> Facts:
    """Everything but the embedding, in about a millisecond; equal utterances are looked at once."""
    said = dialogue.customer
    texts = {"first": said[:1], "later": said[1:], "last": said[1:][-1:], "agent": dialogue.agent}
    figures = np.array([*cues(dialogue), *structure(dialogue)], np.float64)
    return Facts(
        words={name: grams(texts[name]) for name in FIELDS},
        figures=np.sign(figures) * np.log1p(np.abs(figures)),
        meaning=said[-1].strip() if len(said) > 1 else "",
    )
