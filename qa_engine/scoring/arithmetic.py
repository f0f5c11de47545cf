"""Sums up judged items: what cannot be judged is out of the sum, caps bind, a fatal item makes it 0."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.domain import Band, ItemResult, Outcome
from qa_engine.rubric.spec import Bands, Rubric


def score_of(items: Sequence[ItemResult], rubric: Rubric) -> float | None:
    """0..100; None when nothing could be judged. A fatal item that is NOT_MET makes it 0 whatever else is."""
    if fatal_of(items):
        return 0.0
    counted = [i for i in items if i.points is not None and i.max > 0]
    if not counted:
        return None
    share = sum(i.points or 0.0 for i in counted) / sum(i.max for i in counted)
    return round(min([100.0 * share, *_caps(items, rubric)]), 2)


def _caps(items: Sequence[ItemResult], rubric: Rubric) -> list[float]:
    by_id = {i.id: i.outcome for i in items}
    return [i.cap.score for i in rubric.items if i.cap and by_id.get(i.id) is i.cap.when]


def fatal_of(items: Sequence[ItemResult]) -> tuple[str, ...]:
    """Ids of the fatal items that were seen."""
    return tuple(i.id for i in items if i.fatal and i.outcome is Outcome.NOT_MET)


def band_of(score: float | None, bands: Bands) -> Band | None:
    if score is None:
        return None
    return Band.PASS if score >= bands.passed else Band.COACH if score >= bands.coach else Band.FLAGGED


def judged_share(items: Sequence[ItemResult]) -> float:
    """Share of the applicable points that were decided; 0 when nothing applies."""
    applicable = [i for i in items if i.max > 0 and i.outcome is not Outcome.NOT_APPLICABLE]
    total = sum(i.max for i in applicable)
    decided = sum(i.max for i in applicable if i.outcome is not Outcome.UNDETERMINED)
    return round(decided / total, 4) if total else 0.0
