"""Decides why: a cause counts by how far the log-odds of the risk fall when its words are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from re import Pattern

from qa_engine.checkers.grams import likeness
from qa_engine.checkers.normal import clause, has_content, normalise, sentences, without_marks
from qa_engine.domain import Evidence, Role, Text, Turn
from qa_engine.risk.course import Course
from qa_engine.risk.dialogue import Utterance
from qa_engine.risk.domain import Cause, Reason
from qa_engine.risk.model import chance
from qa_engine.risk.vocabulary import CAUSES, CUSTOMER

LEAST_WEIGHT = 0.1
"""A cause that moves the log-odds by less (a probability of 0.5 by 0.025) is not told."""
ALIKE = 0.5
"""Likeness of two of the customer's utterances from which one repeats the other."""
MOST_EVIDENCE = 3
MOST_SENTENCES = 6
LONGEST_QUOTE = 80
LIKELY = 0.5

MESSAGES = {
    Cause.COMPLAINT: Text("客户提到投诉、曝光或监管部门", "The customer speaks of complaints, press or regulators"),
    Cause.LEAVING: Text(
        "客户表示要换别家、注销或不再使用", "The customer speaks of another provider or of never again"
    ),
    Cause.UNRESOLVED: Text("客户说问题仍未解决", "The customer says that the problem is still not solved"),
    Cause.REPEATED: Text("客户重复了同样的问题", "The customer says the same again"),
    Cause.EARLIER: Text("客户提到此前已多次联系", "The customer speaks of earlier contacts about it"),
    Cause.WAITING: Text("客户提到等待的时间", "The customer speaks of waiting"),
    Cause.TONE: Text("客户的语气愤怒或失望", "The customer's tone is angry or disappointed"),
    Cause.WORDING: Text("客户的这句话与不满的对话相似", "These words are like those of dissatisfied customers"),
}


def reasons_for(course: Course, log_odds: float) -> tuple[Reason, ...]:
    """From heavy to light; the closest words where no cause is named by words, so that no alarm stands alone."""
    found = [*_said(course, log_odds), *_repeated(course, log_odds)]
    if not found and chance(log_odds) >= min(LIKELY, course.model.alarm):
        found = list(_closest(course, log_odds))
    return tuple(sorted(found, key=lambda reason: -reason.weight))


def _said(course: Course, log_odds: float) -> Iterator[Reason]:
    for cause, names in CAUSES.items():
        patterns = [CUSTOMER[name] for name in names]
        turns = [turn for utterance in _customers(course) for turn in utterance.turns]
        evidence = [quote for turn in turns for quote in _quotes(turn, patterns)]
        weight = log_odds - course.log_odds(partial(_without, patterns=patterns)) if evidence else 0.0
        if weight >= LEAST_WEIGHT:
            yield _reason(cause, weight, evidence)


def _repeated(course: Course, log_odds: float) -> Iterator[Reason]:
    said = _customers(course)
    again = [(a, b) for i, b in enumerate(said) for a in said[:i] if likeness(a.text, b.text) >= ALIKE]
    repeats = {b.turns for _, b in again}
    weight = log_odds - course.log_odds(lambda u: "" if u.turns in repeats else u.text) if again else 0.0
    if weight >= LEAST_WEIGHT:
        yield _reason(Cause.REPEATED, weight, [_whole(utterance.turns[-1]) for utterance in again[-1]])


def _closest(course: Course, log_odds: float) -> Iterator[Reason]:
    """The one sentence of the customer's latest without which they fall furthest."""
    falls = [(log_odds - course.log_odds(partial(_cut, words=words)), turn, words) for turn, words in _latest(course)]
    weight, turn, words = max(falls, key=lambda fall: fall[0], default=(0.0, None, ""))
    if turn is not None and weight > 0:
        yield _reason(Cause.WORDING, weight, [_evidence(turn, words)])


def _cut(utterance: Utterance, words: str) -> str:
    return utterance.text.replace(words, " ")


def _latest(course: Course) -> list[tuple[Turn, str]]:
    turns = [turn for utterance in _customers(course) for turn in utterance.turns]
    said = [(turn, turn.text[start:end]) for turn in turns for start, end in sentences(normalise(turn.text))]
    return [(turn, words) for turn, words in said if has_content(words)][-MOST_SENTENCES:]


def _customers(course: Course) -> list[Utterance]:
    return [utterance for utterance in course.utterances if utterance.role is Role.CUSTOMER]


def _without(utterance: Utterance, patterns: Sequence[Pattern[str]]) -> str:
    if utterance.role is not Role.CUSTOMER:
        return utterance.text
    text = without_marks(normalise(utterance.text))
    for pattern in patterns:
        text = pattern.sub(" ", text)
    return text


def _quotes(turn: Turn, patterns: Sequence[Pattern[str]]) -> Iterator[Evidence]:
    text = without_marks(normalise(turn.text))
    spans = sorted({clause(text, *m.span()) for pattern in patterns for m in pattern.finditer(text)})
    for start, end in spans:
        yield _evidence(turn, turn.text[start:end])


def _whole(turn: Turn) -> Evidence:
    return _evidence(turn, turn.text[:LONGEST_QUOTE])


def _evidence(turn: Turn, quote: str) -> Evidence:
    return Evidence(turn=turn.index, start=turn.start, end=turn.end, quote=quote.strip(), role=turn.role)


def _reason(cause: Cause, weight: float, evidence: Sequence[Evidence]) -> Reason:
    distinct = tuple(dict.fromkeys(evidence))[-MOST_EVIDENCE:]
    return Reason(code=cause, message=MESSAGES[cause], weight=weight, evidence=distinct)
