"""The small form of a scorecard that rescoring keeps: what was decided; why, and where, is read from the dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_engine.domain import Band, ItemResult, RubricRef, Scorecard, Text
from qa_engine.rubric import Rubric
from qa_engine.scoring.bulk import OUTCOMES, Verdicts

FORM = "compact"
"""The name in a payload under which the small form stands; its codes are places in ``scoring.bulk.OUTCOMES``."""
NOTHING = Text("", "")


def compact(verdicts: Verdicts, index: int) -> dict[str, Any]:
    """The payload of one interaction's scorecard; its score, band and rubric stand in the row beside it."""
    points = verdicts.points[:, index]
    return {
        "v": 1,
        FORM: {
            "outcomes": codes(verdicts, index),
            "confidence": verdicts.confidence[:, index].round(3).tolist(),
            "points": [None if value != value else value for value in points.tolist()],  # noqa: PLR0124 - nan
        },
        "fatal": list(verdicts.fatal[index]),
        "flags": list(verdicts.flags[index]),
        "judged_share": float(verdicts.judged_share[index]),
    }


def codes(verdicts: Verdicts, index: int) -> str:
    """One digit an item."""
    return "".join(map(str, verdicts.outcomes[:, index].tolist()))


def is_compact(payload: Mapping[str, Any]) -> bool:
    return FORM in payload


def spread_out(payload: Mapping[str, Any], rubric: Rubric, score: float | None, band: str | None) -> Scorecard:
    """The scorecard that was decided, without reasons and evidence."""
    told = payload[FORM]
    columns = zip(rubric.items, told["outcomes"], told["confidence"], told["points"], strict=True)
    return Scorecard(
        rubric=RubricRef(rubric.id, rubric.version, rubric.sha256),
        score=score,
        band=Band(band) if band else None,
        fatal=tuple(payload["fatal"]),
        flags=tuple(payload["flags"]),
        judged_share=payload["judged_share"],
        items=tuple(
            ItemResult(
                id=item.id,
                title=item.title.text,
                outcome=OUTCOMES[int(code)],
                points=points,
                max=item.points,
                confidence=confidence,
                reason=NOTHING,
                fatal=item.fatal,
            )
            for item, code, confidence, points in columns
        ),
    )
