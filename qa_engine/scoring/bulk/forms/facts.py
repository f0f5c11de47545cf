"""What is known of an interaction before anyone reads it, for a whole batch: its form, metadata, length and turns."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from qa_engine.checkers.operators.duration import Duration
from qa_engine.checkers.operators.form import Form
from qa_engine.checkers.operators.last_word import LastWord
from qa_engine.checkers.operators.metadata import OWN, Metadata
from qa_engine.checkers.operators.turn_count import TurnCount
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import TRUE, Found, Places
from qa_engine.scoring.bulk.forms.plain import answered, coded, compared
from qa_engine.scoring.bulk.lines import SIDES, Bools, distinct
from qa_engine.scoring.bulk.rounding import rounded

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def form(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Form, operator)
    holds = np.ones(sheet.cases, bool)
    if asked.kind is not None:
        holds &= coded(sheet, "/interaction/kind", asked.kind)
    for name, wanted in (("acoustic", asked.acoustic), ("timed", asked.timed)):
        if wanted is not None:
            holds &= (sheet.columns.array(f"/signals/{name}") == 1) == wanted
    if asked.language is not None:
        texts = sheet.columns.texts("/transcript/language")
        fits = np.array([text.startswith(asked.language) for text in texts] or [False])
        holds &= fits[sheet.columns.codes("/transcript/language")]
    return answered(holds)


def metadata(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked = cast(Metadata, operator)
    holds = lru_cache(maxsize=None, typed=True)(asked.holds)  # 1 and True are told apart
    told = _told(sheet, asked.field)
    absent = np.array([value is None or value == "" for value in told], bool)
    left = np.zeros(sheet.cases, bool)
    true = np.full(sheet.cases, asked.absent == "true")
    for case in np.flatnonzero(cases & ~absent).tolist():
        try:
            true[case] = holds(told[case])
        except (TypeError, ValueError):  # what the checker cannot compare, it explains
            left[case] = True
    found = answered(true, unknown=absent & (asked.absent == "unknown"))
    return Found(found.truth, found.confidence, found.places, left)


def _told(sheet: Sheet, name: str) -> list[Any]:
    """Of each case what the sender told under a name."""
    texts = [json.loads(text) for text in sheet.columns.texts("/interaction/metadata")]
    sent = [texts[code] for code in sheet.columns.codes("/interaction/metadata").tolist()]
    if name not in OWN:
        return [fields.get(name) for fields in sent]
    own = [*sheet.columns.texts(f"/interaction/{name}"), None]
    codes = sheet.columns.codes(f"/interaction/{name}").tolist()
    return [fields.get(name, own[code]) for fields, code in zip(sent, codes, strict=True)]


def duration(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    seconds = sheet.columns.array("/signals/duration_s")
    for path in ("/interaction/duration_s", "/transcript/duration_s"):
        seconds = np.where(np.isnan(seconds) | (seconds == 0), sheet.columns.array(path), seconds)
    return compared(cast(Duration, operator), rounded(seconds, 1))


def turn_count(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked, lines = cast(TurnCount, operator), sheet.lines
    runs = distinct(lines.stretch[lines.lane(asked.who) & lines.content])
    count = np.bincount(lines.case[np.searchsorted(lines.stretch, runs)], minlength=lines.cases)
    return compared(asked, count.astype(np.float64))


def last_word(sheet: Sheet, operator: Operator, bar: float, cases: Bools) -> Found:
    asked, lines = cast(LastWord, operator), sheet.lines
    last = np.full(lines.cases, -1)
    told = np.flatnonzero(lines.content)
    last[lines.case[told]] = told  # in order, so the last one stays
    found = answered(np.append(lines.role, -1)[last] == SIDES[asked.by], lines.factor(asked.by), unknown=last < 0)
    line = last[found.truth == TRUE]
    places = Places(line, np.zeros(len(line), np.int64), lines.length[line], np.ones(len(line), bool), found.left)
    return Found(found.truth, found.confidence, places, found.left)
