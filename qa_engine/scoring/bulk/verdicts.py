"""What a batch was judged to be, as arrays: one row an item, one column an interaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import Band, ItemResult, Outcome, Scorecard, Text
from qa_engine.rubric.spec import Rubric

OUTCOMES = tuple(Outcome)
"""The codes in ``Verdicts.outcomes`` are places in this tuple."""
BANDS = tuple(Band)
"""The codes in ``Verdicts.band`` are places in this tuple, or NO_BAND."""
NO_BAND = 255
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Of ``n`` interactions, in the order of their batch.

    ``outcomes`` (items, n) uint8 and ``confidence`` (items, n) float64, 0..1 by three decimals; ``points`` (items, n)
    and ``score`` (n) float64, nan where the scorecard has None; ``band`` (n) uint8; ``judged_share`` (n) float64.
    ``columns`` holds what was newly worked out, by key: kept with the batch and given again, it need not be read anew.
    """

    rubric: Rubric
    outcomes: NDArray[np.uint8]
    confidence: NDArray[np.float64]
    points: NDArray[np.float64]
    score: NDArray[np.float64]
    band: NDArray[np.uint8]
    judged_share: NDArray[np.float64]
    fatal: tuple[tuple[str, ...], ...]
    flags: tuple[tuple[str, ...], ...]
    columns: Mapping[str, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.score)

    def card(self, index: int) -> Scorecard:
        """The scorecard of one interaction without reasons and evidence; these are read from its dossier."""
        band = int(self.band[index])
        return Scorecard(
            rubric=self.rubric.ref,
            score=_number(self.score[index]),
            band=None if band == NO_BAND else BANDS[band],
            fatal=self.fatal[index],
            flags=self.flags[index],
            judged_share=float(self.judged_share[index]),
            items=tuple(self._item(row, index) for row in range(len(self.rubric.items))),
        )

    def _item(self, row: int, index: int) -> ItemResult:
        item = self.rubric.items[row]
        return ItemResult(
            id=item.id,
            title=item.title.text,
            outcome=OUTCOMES[self.outcomes[row, index]],
            points=_number(self.points[row, index]),
            max=item.most,
            confidence=float(self.confidence[row, index]),
            reason=NOTHING,
            fatal=item.fatal,
        )


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
