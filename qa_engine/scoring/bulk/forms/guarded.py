"""Operators that compare what one side says, told for a whole batch wherever what they look for cannot be there.

Each form finds the few cases with all that a true answer needs; of these the interpreter tells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.normal import LONGEST_QUOTE
from qa_engine.checkers.operators.asks_again import AsksAgain
from qa_engine.checkers.operators.clash import Clash
from qa_engine.checkers.operators.contradiction import Contradiction
from qa_engine.checkers.operators.leaves_open import LeavesOpen
from qa_engine.checkers.phrases import is_pattern
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.grams import Grams
from qa_engine.scoring.bulk.hits import Hits, Search, by_line, overlapped
from qa_engine.scoring.bulk.lines import Bools, Ints, Lines
from qa_engine.scoring.bulk.pieces import Pieces
from qa_engine.scoring.bulk.scope import windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet

_EDGE = re.compile(r"\\[Bb]|[$^]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[$^]")
_NUMERALS = "零一二两三四五六七八九十百千万"
_CLAUSE_ENDS = ",.!?;~…"


def asks_again(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """Asks about one topic in two turns, or in one where it was given before."""
    asked, lines = cast(AsksAgain, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    if not all(by_line(entries) for entries in (asked.words, *asked.topics.values())):
        return scope.told(kept=~cases)
    within = lines.lane(asked.who) & (cases & ~scope.blocked)[lines.case]
    marks = sheet.finder.find(asked.words, within)
    marked = np.zeros(len(lines), bool)
    marked[marks.line] = True
    possible = np.zeros(sheet.cases, bool)
    for entries in asked.topics.values():
        topic = sheet.finder.find(entries, marked)
        asking = topic.where(_one_sentence(sheet, topic, marks))
        runs = np.unique(lines.stretch[asking.line])
        case = lines.case[np.searchsorted(lines.stretch, runs)]
        possible |= np.bincount(case, minlength=sheet.cases) >= (1 if asked.given else 2)
    return scope.told(confidence=lines.factor(asked.who), kept=~possible)


def _one_sentence(sheet: Sheet, hits: Hits, others: Hits) -> Bools:
    """Of each hit whether one of the others is in a sentence with it."""
    base, beside = sheet.lines.start[hits.line], sheet.lines.start[others.line]
    first, last = sheet.sentences.touched(base + hits.start, base + hits.end)
    since, until = sheet.sentences.touched(beside + others.start, beside + others.end)
    real = since <= until
    return (first <= last) & overlapped(first, last + 1, (since[real], until[real] + 1))


def clash(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """One thing and another of one subject, or two figures of a kind."""
    asked, lines = cast(Clash, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    entries = (asked.one, asked.other, asked.subjects, *((value,) for value in asked.values))
    if not all(by_line(e) and _anywhere(e) for e in entries):
        return scope.told(kept=~cases)
    within = scope.lines.copy()
    if asked.subjects:
        within &= _cases_with(lines, sheet.finder.find(asked.subjects, within), 1)[lines.case]
    both = _cases_with(lines, sheet.finder.find(asked.one, within), 1)
    both &= _cases_with(lines, sheet.finder.find(asked.other, within & both[lines.case]), 1)
    for value in asked.values:
        both |= _cases_with(lines, sheet.finder.find((value,), within), 2)
    return scope.told(confidence=np.ones(sheet.cases), kept=~both)


def _cases_with(lines: Lines, hits: Hits, count: int) -> Bools:
    found: Bools = np.bincount(lines.case[hits.line], minlength=lines.cases) >= count
    return found


def _anywhere(entries: tuple[str, ...]) -> bool:
    """Whether what matches a part of a line matches in the line too: no entry looks for the edges of its text.

    Edges of words may stay: parts are cut where words end.
    """
    patterns = (_CLASS.sub("", entry).replace(r"\b", "") for entry in entries if is_pattern(entry))
    return not any(_EDGE.search(pattern) for pattern in patterns)


def leaves_open(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """Two parts of one turn that ask."""
    asked, lines = cast(LeavesOpen, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    if not (by_line(asked.asking) and by_line(asked.joints)):
        return scope.told(kept=~cases)
    parts = _parts(sheet, asked, scope.lines)
    several = np.bincount(parts.line, minlength=len(lines)) > 1
    asking = Search(parts).find(asked.asking, several[parts.line])
    told = np.bincount(parts.line[np.unique(asking.line)], minlength=len(lines)) > 1
    possible = np.zeros(sheet.cases, bool)
    possible[lines.case[told]] = True
    return scope.told(confidence=lines.factor(asked.who), kept=~possible)


def _parts(sheet: Sheet, asked: LeavesOpen, kept: Bools) -> Pieces:
    """Sentences, cut again at the joints."""
    said = sheet.pieces
    joints = sheet.piece_search.find(asked.joints, kept[said.line])
    inner = joints.start > 0
    rows = np.flatnonzero(kept[said.line])
    begin = np.unique(np.concatenate([said.begin[rows], said.begin[joints.line[inner]] + joints.start[inner]]))
    piece = np.searchsorted(said.begin, begin, side="right") - 1
    following = np.append(begin[1:], np.iinfo(np.int64).max)
    return Pieces(sheet.lines, begin, np.minimum(said.end[piece], following))


def contradiction(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """Two clauses that are nearly alike, both with a number, or with a word and its opposite."""
    asked, lines = cast(Contradiction, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    clauses = _clauses(sheet, scope.lines)
    count = Grams(clauses)
    one, other, shared = count.shared(np.ones(len(clauses), bool), lines.case[clauses.line])
    few = shared >= max(1, int(asked.likeness * asked.min_grams) - 2)
    one, other, shared = one[few], other[few], shared[few]
    numeral = _numerals(clauses)
    # Numbers are left out of the comparison: with every Hanzi of one at most two pairs go.
    left = count.count - 2 * numeral
    alike = 2 * shared >= asked.likeness * (left[one] + left[other])
    possible = alike & (_numbered(clauses)[one]) & (_numbered(clauses)[other])
    possible |= _opposed(clauses, asked, one, other)
    found = np.zeros(sheet.cases, bool)
    found[lines.case[clauses.line[one[possible]]]] = True
    found[lines.case[clauses.line[clauses.length > LONGEST_QUOTE]]] = True  # cut into several that may be alike
    return scope.told(confidence=np.ones(sheet.cases), kept=~(found | _spaced(lines, scope.lines)))


def _clauses(sheet: Sheet, kept: Bools) -> Pieces:
    """What stands between signs in the lines that are ``kept``, digits blanked: they part words as a number does."""
    lines = sheet.lines
    ends = np.isin(lines.codes, [ord(c) for c in _CLAUSE_ENDS + "\n"])
    edge = np.flatnonzero(ends)
    begin = np.concatenate([[0], edge[:-1] + 1]).astype(np.int64) if len(edge) else edge
    real = (begin < edge) & kept[lines.line_of(begin)]
    codes = lines.codes.copy()
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = _DIGIT
    return Pieces(lines, begin[real], edge[real], codes)


_DIGIT = 0x01
"""Stands for a digit: no letter and no sign, and in no text that people type."""


def _numbered(clauses: Pieces) -> Bools:
    """Clauses with a digit or a numeral."""
    return _count(clauses, np.isin(clauses.codes, [_DIGIT, *map(ord, _NUMERALS)])) > 0


def _numerals(clauses: Pieces) -> Ints:
    return _count(clauses, np.isin(clauses.codes, [ord(c) for c in _NUMERALS]))


def _count(clauses: Pieces, signs: Bools) -> Ints:
    row = np.repeat(np.arange(len(clauses)), clauses.length + 1)
    return np.bincount(row[signs], minlength=len(clauses))


def _opposed(clauses: Pieces, asked: Contradiction, one: Ints, other: Ints) -> Bools:
    """Pairs of which one clause has the no and the other the yes of an opposite."""
    found = np.zeros(len(one), bool)
    rows = np.unique(np.concatenate([one, other]))
    texts = clauses.texts(rows)
    for yes, no in asked.opposites:
        has_yes, has_no = (np.zeros(len(clauses), bool) for _ in range(2))
        has_yes[rows], has_no[rows] = [yes in text for text in texts], [no in text for text in texts]
        found |= (has_yes[one] & has_no[other]) | (has_no[one] & has_yes[other])
    return found


def _spaced(lines: Lines, kept: Bools) -> Bools:
    """Cases with two blanks beside each other: a clause may reach over them."""
    blank = lines.codes == ord(" ")
    line = lines.line_of(np.flatnonzero(blank[:-1] & blank[1:]))
    found = np.zeros(lines.cases, bool)
    found[lines.case[line[kept[line]]]] = True
    return found
