"""Decides who is agent and who is customer where only words can tell (mono calls), and how sure that is."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa_engine.domain import Notice, Role, Text, Turn
from qa_engine.signals.role_cues import BACK_CHANNEL, CUES, QUESTION

SPEAKERS = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOptions:
    """Probabilities that the speaker changes from one turn to the next, and how far cues are trusted.

    Timed turns change less: one speaker goes on after an unfinished sentence, and after a pause of ``close_s`` or
    less. ``opens`` is the
    log-odds that the agent speaks first in a call; ``most`` caps a turn's cue sum; ``surest`` caps the confidence
    that guessed roles can reach.
    """

    changes: float = 0.7
    changes_when_unfinished: float = 0.12
    changes_when_close: float = 0.35
    close_s: float = 0.35
    changes_after_question: float = 0.85
    changes_around_back_channel: float = 0.75
    opens: float = 0.7
    trust: float = 1.0
    most: float = 5.0
    surest: float = 0.97


def assign_roles(
    turns: Sequence[Turn], language: str, options: RoleOptions | None = None
) -> tuple[tuple[Turn, ...], float, Notice]:
    """The turns with roles, the mean posterior 0..1 of those roles, and a notice that says they were guessed.

    Cue phrases weigh each turn; alternation (likelier after a question) binds neighbours; forward-backward decides.
    """
    options = options or RoleOptions()
    if not turns:
        return (), 0.0, _notice(0.0)
    said = [turn.text for turn in turns]
    scores = [_capped(cue_score(text, language), options) for text in said]
    scores[0] += options.opens if turns[0].start is not None else 0.0
    agent = _posteriors(scores, _changes(turns, language, options))
    roles = [Role.AGENT if p >= 0.5 else Role.CUSTOMER for p in agent]
    weights = [max(1, len(text)) for text in said]
    sure = sum(max(p, 1 - p) * w for p, w in zip(agent, weights, strict=True)) / sum(weights)
    confidence = round(min(sure, options.surest), 3)
    given = tuple(replace(turn, role=role) for turn, role in zip(turns, roles, strict=True))
    return given, confidence, _notice(confidence)


def cue_score(text: str, language: str) -> float:
    """Log-odds from words alone: above zero an agent's, below a customer's."""
    return sum(weight for pattern, weight in _cues(_known(language)) if pattern.search(text))


def _capped(score: float, options: RoleOptions) -> float:
    return max(-options.most, min(options.most, score)) * options.trust


def _changes(turns: Sequence[Turn], language: str, options: RoleOptions) -> list[float]:
    """Probability of another speaker between each turn and its next."""
    question, back_channel = _shapes(_known(language))
    changes = []
    for before, after in itertools.pairwise(turns):
        if _unfinished(before, language):
            changes.append(options.changes_when_unfinished)
        elif question.search(before.text):
            changes.append(options.changes_after_question)
        elif back_channel.search(before.text) or back_channel.search(after.text):
            changes.append(options.changes_around_back_channel)
        else:
            changes.append(options.changes_when_close if _close(before, after, options) else options.changes)
    return changes


def _unfinished(turn: Turn, language: str) -> bool:
    """A recognised sentence without an end mark; in Chinese, recognisers leave marks out too often to tell."""
    return turn.start is not None and _known(language) != "zh" and turn.text[-1:].isalnum()


def _close(before: Turn, after: Turn, options: RoleOptions) -> bool:
    return before.end is not None and after.start is not None and after.start - before.end <= options.close_s


def _posteriors(scores: Sequence[float], changes: Sequence[float]) -> list[float]:
    """P(agent) of every turn by forward-backward over two states."""
    forward = [_pair(scores[0])]
    for score, change in zip(scores[1:], changes, strict=True):
        agent, customer = forward[-1]
        a, c = _pair(score)
        forward.append(
            _scaled((agent * (1 - change) + customer * change) * a, (agent * change + customer * (1 - change)) * c)
        )
    backward = [(0.5, 0.5)]
    for score, change in zip(reversed(scores[1:]), reversed(changes), strict=True):
        a, c = _pair(score)
        later_agent, later_customer = backward[-1][0] * a, backward[-1][1] * c
        backward.append(
            _scaled(
                later_agent * (1 - change) + later_customer * change,
                later_agent * change + later_customer * (1 - change),
            )
        )
    backward.reverse()
    return [_scaled(f[0] * b[0], f[1] * b[1])[0] for f, b in zip(forward, backward, strict=True)]


def _pair(score: float) -> tuple[float, float]:
    agent = 1 / (1 + math.exp(-score))
    return agent, 1 - agent


def _scaled(agent: float, customer: float) -> tuple[float, float]:
    total = agent + customer
    return agent / total, customer / total


def _known(language: str) -> str:
    code = "zh" if language.startswith(("zh", "yue")) else language
    return code if code in CUES else "en"


@lru_cache(maxsize=8)
def _cues(language: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), weight) for pattern, weight in CUES[language])


@lru_cache(maxsize=8)
def _shapes(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(QUESTION[language], re.IGNORECASE), re.compile(BACK_CHANNEL[language], re.IGNORECASE)


def _notice(confidence: float) -> Notice:
    percent = round(confidence * 100)
    return Notice(
        "roles_guessed",
        Text(
            f"两人在同一声道：坐席与客户由话语推断，把握约 {percent}%。",
            f"Both speakers share one channel: agent and customer were told from their words, about {percent}% sure.",
        ),
    )
