"""What a language model is asked about one item: the question, the outcomes it may give, and examples."""

from __future__ import annotations

from dataclasses import dataclass

from qa_engine.domain.scorecard import Outcome, Quote
from qa_engine.domain.text import Lang
from qa_engine.domain.transcript import Role


@dataclass(frozen=True, slots=True)
class Example:
    """A short dialogue with the answer that it ought to get; ``quotes`` count its lines from 0."""

    lines: tuple[tuple[Role, str], ...]
    outcome: Outcome
    quotes: tuple[Quote, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """Worded in ``lang``. ``item`` is for people and logs; the model does not see it."""

    item: str
    asks: str
    outcomes: tuple[Outcome, ...]
    examples: tuple[Example, ...]
    lang: Lang
