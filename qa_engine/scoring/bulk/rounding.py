"""Rounds arrays exactly as Python rounds each number."""

from __future__ import annotations

import numpy as np

from qa_engine.scoring.bulk.lines import Floats

_NEAR_A_TIE = 1e-4


def rounded(values: Floats, digits: int) -> Floats:
    """To so many decimals; nan stays."""
    scaled = values * 10**digits
    whole = np.rint(scaled)
    found: Floats = whole / 10**digits
    for at in np.flatnonzero(np.abs(np.abs(scaled - whole) - 0.5) < _NEAR_A_TIE).tolist():
        found[at] = round(float(values[at]), digits)  # between two, only the number's exact value decides
    return found
