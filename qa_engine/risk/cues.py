"""How often each kind of word occurs: in the customer's first, later and last utterances, and in the agent's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from qa_engine.checkers.normal import normalise, without_marks
from qa_engine.risk.dialogue import Dialogue
from qa_engine.risk.vocabulary import AGENT, CUSTOMER

NAMES = (
    *(f"first_{name}" for name in CUSTOMER),
    *(f"later_{name}" for name in CUSTOMER),
    *(f"last_{name}" for name in CUSTOMER),
    *(f"agent_{name}" for name in AGENT),
    *(f"agent_last_{name}" for name in AGENT),
)


def cues(dialogue: Dialogue) -> list[float]:
    """Counts in the order of NAMES."""
    said, answered = dialogue.customer, dialogue.agent
    counted = [_of_customer(text) for text in said]
    answers = [_of_agent(text) for text in answered]
    return [
        *counted[0],
        *_sum(counted[1:], len(CUSTOMER)),
        *_sum(counted[1:][-1:], len(CUSTOMER)),
        *_sum(answers, len(AGENT)),
        *_sum(answers[-1:], len(AGENT)),
    ]


@lru_cache(maxsize=8192)
def _of_customer(text: str) -> tuple[int, ...]:
    clean = without_marks(normalise(text))
    return tuple(len(pattern.findall(clean)) for pattern in CUSTOMER.values())


@lru_cache(maxsize=8192)
def _of_agent(text: str) -> tuple[int, ...]:
    clean = without_marks(normalise(text))
    return tuple(len(pattern.findall(clean)) for pattern in AGENT.values())


def _sum(rows: Sequence[tuple[int, ...]], width: int) -> list[float]:
    return [float(sum(column)) for column in zip(*rows, strict=True)] if rows else [0.0] * width
