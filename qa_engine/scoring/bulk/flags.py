"""The short codes on the scorecards of a batch, in the order in which the interpreter puts them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import Band, Outcome
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.bulk.answers import TRUE
from qa_engine.scoring.bulk.ladder import CODES
from qa_engine.scoring.bulk.lines import Bools
from qa_engine.scoring.bulk.sheet import Sheet
from qa_engine.scoring.bulk.verdicts import BANDS

Codes = tuple[str, ...]
_NOTICES = "/transcript/notices"


def flags_of(
    outcomes: NDArray[np.uint8], fatal: Bools, band: NDArray[np.uint8], rubric: Rubric, sheet: Sheet
) -> tuple[Codes, ...]:
    """Of each case: what the outcomes mean, the rubric's own flags, then the notices of the transcript."""
    everyone = np.ones(sheet.cases, bool)
    bar = rubric.pack.scoring.min_confidence
    raised = {
        "fatal": fatal.any(0),
        "below_band": band == BANDS.index(Band.FLAGGED),
        "needs_review": (outcomes == CODES[Outcome.UNDETERMINED]).any(0),
    }
    own = [(f.code, sheet.ask(f.when, bar, everyone).truth == TRUE) for f in rubric.pack.flags]
    by_rule = named([*raised.items(), *own], sheet.cases)
    return tuple(
        tuple(dict.fromkeys(flags + notices)) if notices else flags
        for flags, notices in zip(by_rule, _notices(sheet), strict=True)
    )


def named(columns: Sequence[tuple[str, Bools]], cases: int) -> list[Codes]:
    """Of each case the names of the columns that are true; equal ones are one tuple."""
    if not columns:
        return [()] * cases
    rows = np.packbits(np.array([column for _, column in columns]), axis=0)
    kinds, which = np.unique(rows, axis=1, return_inverse=True)
    bits = np.unpackbits(kinds, axis=0)[: len(columns)].T
    names = [tuple(dict.fromkeys(columns[i][0] for i in np.flatnonzero(row).tolist())) for row in bits]
    return [names[kind] for kind in which.reshape(-1).tolist()]


def _notices(sheet: Sheet) -> list[Codes]:
    """Of each case the codes of what people should know about its material."""
    texts = sheet.columns.texts(f"{_NOTICES}[]/code")
    codes = sheet.columns.codes(f"{_NOTICES}[]/code").tolist()
    starts = sheet.columns.starts(_NOTICES).tolist()
    return [tuple(texts[code] for code in codes[a:b]) for a, b in pairwise(starts)]
