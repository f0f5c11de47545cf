"""Whether somebody asks for the same thing again although it was given, for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.asks_again import AsksAgain
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, TRUE, Found, Places
from qa_engine.scoring.bulk.forms.excused import excused, excuses
from qa_engine.scoring.bulk.heard import confidence_of
from qa_engine.scoring.bulk.hits import Hits, by_line, overlapped, together
from qa_engine.scoring.bulk.lines import SIDES, Bools, Ints, distinct
from qa_engine.scoring.bulk.scope import windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def asks_again(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked, lines = cast(AsksAgain, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    vocabularies = (asked.words, *excuses(asked), *asked.topics.values(), *asked.answers.values())
    if not all(by_line(entries) for entries in vocabularies):
        return scope.told(kept=~cases)
    marks = sheet.finder.find(asked.words, lines.lane(asked.who) & (cases & ~scope.blocked)[lines.case])
    marks = marks.where(~excused(sheet, asked, marks))
    again = together([_asked_again(sheet, asked, topic, marks) for topic in asked.topics])
    sure = confidence_of(sheet, again, asked.who)
    again, sure = again.where(sure >= bar), sure[sure >= bar]
    case = lines.case[again.line]
    holds = np.bincount(case, minlength=lines.cases) >= asked.times
    least = np.full(lines.cases, np.inf)
    np.minimum.at(least, case, sure)
    places = again.where(holds[case])
    words = np.ones(len(places), bool)
    return scope.told(
        np.where(holds, TRUE, FALSE).astype(np.uint8),
        np.where(holds, least, lines.factor(asked.who)),
        Places(places.line, places.start, places.end, words, np.zeros(lines.cases, bool)),
    )


def _asked_again(sheet: Sheet, asked: AsksAgain, topic: str, marks: Hits) -> Hits:
    """The first word of the topic in each turn that asks for it and counts."""
    lines = sheet.lines
    marked = np.zeros(len(lines), bool)
    marked[marks.line] = True
    hits = sheet.finder.find(asked.topics[topic], marked)
    asking = hits.where(_one_sentence(sheet, hits, marks))
    stretch = lines.stretch[asking.line]
    asking = asking.where(np.append(True, stretch[1:] != stretch[:-1])[: len(stretch)])
    return asking.where(_counts(sheet, asked, asked.answers.get(topic), asking))


def _counts(sheet: Sheet, asked: AsksAgain, answers: tuple[str, ...] | None, asking: Hits) -> Bools:
    """Of each ask whether the one before it in its case was answered, or was not, as the operator wants it."""
    lines = sheet.lines
    case, until = lines.case[asking.line], lines.stretch[asking.line]
    first = np.append(True, case[1:] != case[:-1])[: len(case)]
    since = np.append(-1, until[:-1])[: len(case)]
    since[first] = lines.stretch[lines.bounds[case[first]]] - 1
    other = lines.content & (lines.role == SIDES["customer" if asked.who == "agent" else "agent"])
    between = _any_between(distinct(lines.stretch[other]), since, until)
    if answers is None:
        answered = between & ~first
    else:
        within = np.zeros(lines.cases, bool)
        within[case] = True
        said = sheet.finder.said(answers, other & within[lines.case])
        answered = _any_between(distinct(lines.stretch[said]), since, until)
        answered |= ~between & (not asked.answered)
    wanted: Bools = (answered == asked.answered) & (~first | asked.given)
    return wanted


def _any_between(stretches: Ints, since: Ints, until: Ints) -> Bools:
    """Of each pair whether one of the stretches is between its ends."""
    found: Bools = np.searchsorted(stretches, until) > np.searchsorted(stretches, since, side="right")
    return found


def _one_sentence(sheet: Sheet, hits: Hits, others: Hits) -> Bools:
    """Of each hit whether one of the others is in a sentence with it."""
    base, beside = sheet.lines.start[hits.line], sheet.lines.start[others.line]
    first, last = sheet.sentences.touched(base + hits.start, base + hits.end)
    since, until = sheet.sentences.touched(beside + others.start, beside + others.end)
    real = since <= until
    return (first <= last) & overlapped(first, last + 1, (since[real], until[real] + 1))
