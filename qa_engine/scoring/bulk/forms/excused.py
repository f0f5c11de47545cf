"""What takes a hit of words out of account, for a whole batch: ``Words._excused`` by columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa_engine.checkers.search import QUOTED, Entries, Words
from qa_engine.scoring.bulk.hits import Hits, overlapped
from qa_engine.scoring.bulk.lines import Bools, Ints

if TYPE_CHECKING:
    from qa_engine.scoring.bulk.sheet import Sheet


def excuses(words: Words) -> tuple[Entries, ...]:
    """The vocabularies beside that of the words themselves."""
    return words.beside, words.unless, words.unless_in_sentence, words.unless_in_turn


def excused(sheet: Sheet, words: Words, hits: Hits) -> Bools:
    """Of each hit whether it does not count."""
    lines = sheet.lines
    found = np.zeros(len(hits), bool)
    if not len(hits):
        return found
    base = lines.start[hits.line]
    for entries, start, end in (
        (words.unless, base + hits.start, base + hits.end),
        (words.unless_in_turn, base, base + lines.length[hits.line]),
        (() if words.quoted else QUOTED, base + hits.start, base + hits.end),
    ):
        if entries:
            found |= overlapped(start, end, _spans(sheet, words, entries, hits.where(~found)))
    if words.beside:
        found |= ~_in_sentence(sheet, words, words.beside, hits, ~found)
    if words.unless_in_sentence:
        found |= _in_sentence(sheet, words, words.unless_in_sentence, hits, ~found)
    return found


def _spans(sheet: Sheet, words: Words, entries: Entries, beside: Hits) -> tuple[Ints, Ints]:
    """[start, end) in the whole text of the entries' hits, looked for only in lines with one of these hits."""
    within = np.zeros(len(sheet.lines), bool)
    within[beside.line] = True
    found, _ = sheet.finder.heard(entries, within, by_sound=words.by_sound)
    base = sheet.lines.start[found.line]
    return base + found.start, base + found.end


def _in_sentence(sheet: Sheet, words: Words, entries: Entries, hits: Hits, kept: Bools) -> Bools:
    """Of each hit whether an entry is said in a sentence that the hit touches."""
    base = sheet.lines.start[hits.line]
    sentences = sheet.sentences
    first, last = sentences.touched(base + hits.start, base + hits.end)
    others = sentences.touched(*_spans(sheet, words, entries, hits.where(kept)))
    real = others[0] <= others[1]
    begins, ends = others[0][real], others[1][real] + 1
    return (first <= last) & overlapped(first, last + 1, (begins, ends))
