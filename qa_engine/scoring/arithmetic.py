"""Sums up judged items: what cannot be judged is out of the sum, bonus and deductions come on top, caps bind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    on_top = sum(i.points or 0.0 for i in items if i.max == 0)
    return round(max(0.0, min([100.0, 100.0 * share + on_top, *_caps(items, rubric)])), 2)


def withheld(items: Sequence[ItemResult], rubric: Rubric) -> tuple[ItemResult, ...]:
    """The items as they are, but that a section with a section-fatal item NOT_MET earns nothing."""
    pairs = list(zip(rubric.items, items, strict=True))
    lost = {item.section for item, result in pairs if item.section_fatal and result.outcome is Outcome.NOT_MET}
    return tuple(
        replace(result, points=0.0) if item.section in lost and (result.points or 0.0) > 0 else result
        for item, result in pairs
    )


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
