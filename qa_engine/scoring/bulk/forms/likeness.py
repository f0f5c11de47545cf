"""Turns and sentences compared by their grams, for a whole batch: long turns, repetitions, echoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from qa_engine.checkers.operators.echo import Echo
from qa_engine.checkers.operators.repetition import Repetition, asks
from qa_engine.checkers.operators.turn_length import TurnLength
from qa_engine.checkers.scope import Scoped
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, TRUE, Found, Places
from qa_engine.scoring.bulk.forms.plain import vague
from qa_engine.scoring.bulk.hits import by_line
from qa_engine.scoring.bulk.lines import SIDES, Bools, Floats, Ints, Lines, distinct
from qa_engine.scoring.bulk.scope import Windows, windows

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def turn_length(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(TurnLength, operator)
    scope = windows(sheet, asked, bar, cases)
    return _whole_turns(sheet, asked, scope, scope.lines & (sheet.grams.count >= asked.at_least), 1)


def echo(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Echo, operator)
    scope = windows(sheet, asked, bar, cases)
    kept = scope.lines.copy()
    if asked.own or not (by_line(asked.marks) and by_line(asked.unless)):
        return scope.told(kept=~cases)
    for entries, wanted in ((asked.marks, True), (asked.unless, False)):
        if entries:
            said = sheet.finder.said(entries, kept)
            kept &= said if wanted else ~said
    shared, own = _taken_up(sheet, asked, kept)
    kept &= (shared >= asked.at_least) & (shared >= asked.share * np.maximum(own, 1))
    return _whole_turns(sheet, asked, scope, kept, asked.times)


def _taken_up(sheet: Sheet, asked: Echo, kept: Bools) -> tuple[Ints, Ints]:
    """Of each line that is ``kept``: (its grams said by the other side just before, all its grams)."""
    lines, grams = sheet.lines, sheet.grams
    beside = np.zeros(lines.cases, bool)
    beside[lines.case[kept]] = True
    near = beside[lines.case][grams.row]
    row, gram = grams.row[near], grams.gram[near]
    heard = ~np.isin(gram, grams.codes(asked.ignore))
    row, gram = row[heard], gram[heard]
    mine, role = kept[row], lines.role[row]
    taken = np.zeros(len(row), bool)
    for side in SIDES.values():
        own = mine & (role == side)
        if not own.any():
            continue
        theirs = role != side
        spots = gram[theirs] << _STRETCH | lines.stretch[row[theirs]]
        spots.sort()
        wanted = gram[own] << _STRETCH | lines.stretch[row[own]]
        at = np.searchsorted(spots, wanted) - 1
        nearest = np.append(spots, -1)[at]  # where none is before it, the -1 at the end
        taken[own] = nearest >= (gram[own] << _STRETCH | _since(lines, side, row[own], asked.back_turns))
    return np.bincount(row[taken], minlength=len(lines)), np.bincount(row[mine], minlength=len(lines))


_STRETCH = 28
"""Bits of a stretch's number."""


def _since(lines: Lines, role: int, row: Ints, turns: int) -> Ints:
    """Of each line the first of the so many stretches of others before it, within its case."""
    others = distinct(lines.stretch[lines.role != role])
    first = lines.stretch[lines.bounds[lines.case[row]]]
    at = np.searchsorted(others, lines.stretch[row]) - turns
    return np.maximum(np.where(at >= 0, others[np.maximum(at, 0)], 0), first) if len(others) else first


def _whole_turns(sheet: Sheet, asked: Scoped, scope: Windows, kept: Bools, times: int) -> Found:
    """True where so many turns are ``kept``, as sure as the roles are."""
    lines = sheet.lines
    holds = np.bincount(lines.case[kept], minlength=lines.cases) >= times
    truth = np.where(holds, TRUE, FALSE).astype(np.uint8)
    line = np.flatnonzero(kept & holds[lines.case])
    words = np.ones(len(line), bool)
    places = Places(line, np.zeros(len(line), np.int64), lines.length[line], words, np.zeros(lines.cases, bool))
    return scope.told(truth, lines.factor(asked.who), places)


def repetition(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked, lines = cast(Repetition, operator), sheet.lines
    scope = windows(sheet, asked, bar, cases)
    if not by_line(asked.unless):
        return scope.told(kept=~cases)
    said, grams = sheet.pieces, sheet.piece_grams
    kept = scope.lines[said.line] & (grams.count >= asked.min_grams)
    if asked.unless:
        within = np.zeros(len(lines), bool)
        within[said.line[kept]] = True
        excused = sheet.finder.find(asked.unless, within)
        at = np.searchsorted(said.begin, lines.start[excused.line] + excused.start, side="right") - 1
        inside = (at >= 0) & (lines.start[excused.line] + excused.start < said.end[at])
        kept[at[inside]] = False
    if asked.questions:
        rows = np.flatnonzero(kept)
        kept[rows] = [asks(text) for text in said.texts(rows)]
    again = _again(sheet, asked, kept)
    sure = lines.confidence[said.line[again]] * lines.factor(asked.who)[lines.case[said.line[again]]]
    again, sure = again[sure >= bar], sure[sure >= bar]
    return _counted(sheet, asked, scope, lines.case[said.line[again]], sure)


def _again(sheet: Sheet, asked: Repetition, kept: Bools) -> Ints:
    """The sentences that say an earlier one again."""
    lines, said, count = sheet.lines, sheet.pieces, sheet.piece_grams.count
    old, new, shared = sheet.piece_grams.shared(kept, lines.case[said.line])
    between = (lines.run[said.line[new]] - lines.run[said.line[old]]) // 2
    same = (2 * shared / (count[old] + count[new]) >= asked.likeness) & (between >= asked.apart)
    if asked.within is not None:
        same &= between <= asked.within
    return distinct(np.sort(new[same]))


def _counted(sheet: Sheet, asked: Repetition, scope: Windows, case: Ints, sure: Floats) -> Found:
    """True where there are enough, as sure as the least sure of them; false as sure as the roles are."""
    holds = np.bincount(case, minlength=sheet.cases) >= asked.times
    least = np.full(sheet.cases, np.inf)
    np.minimum.at(least, case, sure)
    truth = np.where(holds, TRUE, FALSE).astype(np.uint8)
    confidence = np.where(holds, least, sheet.lines.factor(asked.who))
    return scope.told(truth, confidence, vague(truth))
