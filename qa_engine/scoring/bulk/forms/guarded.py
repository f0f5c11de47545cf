"""Operators that compare what one side says, told for a whole batch wherever what they look for cannot be there.

Each form finds the few cases with all that a true answer needs; of these the interpreter tells.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.normal import LONGEST_QUOTE
from qa_engine.checkers.operators.clash import Clash
from qa_engine.checkers.operators.contradiction import Contradiction
from qa_engine.checkers.operators.leaves_open import LeavesOpen
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import Found
from qa_engine.scoring.bulk.grams import Grams
from qa_engine.scoring.bulk.hits import by_line
from qa_engine.scoring.bulk.lines import Bools, Ints, Lines
from qa_engine.scoring.bulk.pieces import Pieces
from qa_engine.scoring.bulk.scope import windows
from qa_engine.scoring.bulk.search import Search

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet

_NUMERALS = "零一二两三四五六七八九十百千万"
_CLAUSE_ENDS = ",.!?;~…"


def clash(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """One thing and another of one subject, or two figures of a kind."""
    asked = cast(Clash, operator)
    scope = windows(sheet, asked, bar, cases)
    search, statements = sheet.statement_search, sheet.statements
    vocabularies = (asked.one, asked.other, asked.subjects, asked.unless, *((value,) for value in asked.values))
    if not all(by_line(entries) for entries in vocabularies):
        return scope.told(kept=~cases)
    case = sheet.lines.case[statements.line]

    def counted(entries: tuple[str, ...], within: Bools) -> Ints:
        """Of each case how many statements say an entry."""
        return np.bincount(case[search.said(entries, within)], minlength=sheet.cases)

    within = scope.lines[statements.line]
    if asked.subjects:
        within &= (counted(asked.subjects, within) > 0)[case]
    both = counted(asked.one, within) > 0
    both &= counted(asked.other, within & both[case]) > 0
    for value in asked.values:
        both |= counted((value,), within) > 1
    if asked.unless:
        compared = within & both[case]
        compared &= ~search.said(asked.unless, compared)
        both &= np.bincount(case[compared], minlength=sheet.cases) > 1
    for found in np.flatnonzero(both & ~scope.left).tolist():
        both[found] = _clashes(sheet, asked, scope.lines, found)
    return scope.told(confidence=np.ones(sheet.cases), kept=~both)


def _clashes(sheet: Sheet, asked: Clash, kept: Bools, case: int) -> bool:
    """Whether two statements of the case go against each other, however well they were heard."""
    a, b = sheet.lines.bounds[case : case + 2].tolist()
    texts = (sheet.lines.said(a + int(line)) for line in np.flatnonzero(kept[a:b]))
    said = [(subject, text[i:j].strip()) for text in texts for subject, i, j in asked.told(text)]
    return any(x == y and asked.against(one, other) for (x, one), (y, other) in combinations(said, 2))


def leaves_open(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    """Two parts of one turn that ask."""
    asked, lines = cast(LeavesOpen, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    if not (by_line(asked.asking) and by_line(asked.joints)):
        return scope.told(kept=~cases)
    parts = _parts(sheet, asked, scope.lines)
    several = np.bincount(parts.line, minlength=len(lines)) > 1
    asking = Search(sheet.source, parts).said(asked.asking, several[parts.line])
    told = np.bincount(parts.line[asking], minlength=len(lines)) > 1
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
    pairs = np.flatnonzero(possible)
    said = [sheet.text_of(clauses, rows[pairs]) for rows in (one, other)]
    possible[pairs] = [asked.against(a, b) for a, b in zip(*said, strict=True)]
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
    for words in asked.opposites if len(one) else ():
        has_yes, has_no = (_saying(clauses, word) for word in words)
        found |= (has_yes[one] & has_no[other]) | (has_no[one] & has_yes[other])
    return found


def _saying(clauses: Pieces, word: str) -> Bools:
    """Of each clause whether it holds a word."""
    at = [hit.start() for hit in re.finditer(re.escape(word), clauses.text)]
    found = np.zeros(len(clauses), bool)
    found[np.searchsorted(clauses.start, at, side="right") - 1] = True
    return found


def _spaced(lines: Lines, kept: Bools) -> Bools:
    """Cases with two blanks beside each other: a clause may reach over them."""
    blank = lines.codes == ord(" ")
    line = lines.line_of(np.flatnonzero(blank[:-1] & blank[1:]))
    found = np.zeros(lines.cases, bool)
    found[lines.case[line[kept[line]]]] = True
    return found
