"""Sums up the items of a whole batch: ``scoring.arithmetic`` by columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import Band, Outcome
from qa_engine.rubric.spec import Bands, Rubric
from qa_engine.scoring.bulk.ladder import CODES, points_by_code
from qa_engine.scoring.bulk.lines import Bools, Floats
from qa_engine.scoring.bulk.rounding import rounded
from qa_engine.scoring.bulk.verdicts import BANDS, NO_BAND

Outcomes = NDArray[np.uint8]


def score_of(outcomes: Outcomes, points: Floats, rubric: Rubric) -> Floats:
    """0..100 of each case; nan when nothing could be judged."""
    earned, most, on_top = (np.zeros(outcomes.shape[1]) for _ in range(3))
    limit = np.full(outcomes.shape[1], 100.0)
    for item, outcome, gained in zip(rubric.items, outcomes, points, strict=True):
        judged = ~np.isnan(gained)
        if item.most > 0:
            earned[judged] += gained[judged]
            most[judged] += item.most
        else:
            on_top[judged] += gained[judged]
        if item.cap:
            capped = outcome == CODES[item.cap.when]
            limit[capped] = np.minimum(limit[capped], item.cap.score)
    share = np.divide(earned, most, out=np.full(len(most), np.nan), where=most > 0)
    score = rounded(np.maximum(0.0, np.minimum(100.0 * share + on_top, limit)), 2)
    score[fatal_of(outcomes, rubric).any(0)] = 0.0
    return score


def points_of(outcomes: Outcomes, rubric: Rubric) -> Floats:
    """(items, cases): the points; a section with a section-fatal item that is NOT_MET earns none."""
    points = np.array([points_by_code(i, rubric)[o] for i, o in zip(rubric.items, outcomes, strict=True)])
    for item, outcome in zip(rubric.items, outcomes, strict=True):
        if item.section_fatal:
            section = np.array([other.section == item.section for other in rubric.items])
            lost = section[:, None] & (outcome == CODES[Outcome.NOT_MET])
            points[lost & (points > 0)] = 0.0
    return points


def fatal_of(outcomes: Outcomes, rubric: Rubric) -> Bools:
    """(items, cases): the fatal items that were seen."""
    fatal = np.array([item.fatal for item in rubric.items])
    seen: Bools = fatal[:, None] & (outcomes == CODES[Outcome.NOT_MET])
    return seen


def band_of(score: Floats, bands: Bands) -> NDArray[np.uint8]:
    codes = {band: BANDS.index(band) for band in Band}
    band = np.where(score >= bands.coach, codes[Band.COACH], codes[Band.FLAGGED])
    band = np.where(score >= bands.passed, codes[Band.PASS], band)
    return np.where(np.isnan(score), NO_BAND, band).astype(np.uint8)


def judged_share(outcomes: Outcomes, rubric: Rubric) -> Floats:
    """Of each case the share of the applicable points that were decided."""
    most = np.array([item.most for item in rubric.items])
    applicable, decided = np.zeros(outcomes.shape[1]), np.zeros(outcomes.shape[1])
    for outcome, points in zip(outcomes, most, strict=True):
        counted = (outcome != CODES[Outcome.NOT_APPLICABLE]) & (points > 0)
        applicable[counted] += points
        decided[counted & (outcome != CODES[Outcome.UNDETERMINED])] += points
    return rounded(np.divide(decided, applicable, out=np.zeros(len(applicable)), where=applicable > 0), 4)
