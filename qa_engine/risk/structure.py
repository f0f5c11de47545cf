"""The shape of a dialogue: who spoke last, how much, how alike utterances are, whether it ends in a question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from qa_engine.checkers.grams import likeness
from qa_engine.domain import Role
from qa_engine.risk.dialogue import Dialogue

NAMES = (
    "utterances", "customer_utterances", "customer_last", "answered_once", "first_length", "last_length",
    "later_length", "agent_last_length", "agent_length", "empty", "agent_last_empty", "last_empty",
    "customer_alike", "agent_alike", "answer_like_last", "answer_like_first", "answers_fit", "ends_asking",
    "last_against_answers", "grows",
)  # fmt: skip

_ASKS = re.compile(r"[?？吗呢]\s*$")


def structure(dialogue: Dialogue) -> list[float]:
    """Figures in the order of NAMES; lengths are ln(1 + characters), likeness 0..1."""
    said, answered = dialogue.customer, dialogue.agent
    later, answer = said[1:], answered[-1] if answered else ""
    last = later[-1] if later else ""
    return [
        len(dialogue.utterances),
        len(said),
        float(dialogue.utterances[-1].role is Role.CUSTOMER),
        float(not later),
        _length(said[0]),
        _length(last),
        _length("".join(later)),
        _length(answer),
        _length("".join(answered)),
        sum(not u.text for u in dialogue.utterances),
        float(not answer.strip()),
        float(bool(later) and not last.strip()),
        most_alike(said),
        most_alike(answered),
        likeness(said[-1], answer),
        likeness(said[0], answered[0]) if answered else 0.0,
        _mean([likeness(a, b) for a, b in zip(said, answered, strict=False)]),
        float(bool(_ASKS.search(said[-1]))),
        (len(last) + 1) / (_mean([len(text) for text in answered]) + 1),
        _length(last) - math.log1p(_mean([len(text) for text in later[:-1]])) if len(later) > 1 else 0.0,
    ]


def most_alike(texts: Sequence[str]) -> float:
    """Likeness 0..1 of the two that are most alike; 0 of fewer than two."""
    return max((likeness(a, b) for i, a in enumerate(texts) for b in texts[:i]), default=0.0)


def _length(text: str) -> float:
    return math.log1p(len(text))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
