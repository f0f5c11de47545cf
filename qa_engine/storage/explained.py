"""Reads a scorecard that a run has left: the verdicts as kept, their reasons and evidence from the stored dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from qa_engine.domain import Dossier, RubricRef, Scorecard, Signals, Transcript
from qa_engine.domain.codec import load
from qa_engine.errors import QAEngineError
from qa_engine.rubric import read_rubric
from qa_engine.scoring.rendering import render, unexplained
from qa_engine.storage.compact import is_compact, spread_out
from qa_engine.storage.results import result
from qa_engine.storage.rows import interaction_of
from qa_engine.storage.tables import rubrics


def scorecard_of(connection: Connection, interaction: RowMapping, row: RowMapping) -> Scorecard:
    """The scorecard in a row, whichever form it has."""
    payload: Mapping[str, Any] = row["payload"]
    if not is_compact(payload):
        return load(Scorecard, dict(payload))
    kept = select(rubrics.c.yaml).where(rubrics.c.sha256 == row["rubric_sha256"])
    try:
        rubric = read_rubric(connection.execute(kept).scalar_one(), f"{row['rubric_id']}.yaml")
        card = spread_out(payload, rubric, row["score"], row["band"])
    except (QAEngineError, ValueError):  # written for another version: the sums are kept, the items cannot be named
        return _bare(payload, row)
    dossier = _dossier(connection, interaction)
    return unexplained(card) if dossier is None else render(card, dossier, rubric)


def _dossier(connection: Connection, interaction: RowMapping) -> Dossier | None:
    told = []
    for stage in ("transcript", "signals"):
        version = interaction["results"].get(stage)
        found = result(connection, interaction["content_sha256"], stage, version) if version else None
        if found is None:
            return None
        told.append(dict(found))
    return Dossier(interaction_of(interaction), load(Transcript, told[0]), load(Signals, told[1]))


def _bare(payload: Mapping[str, Any], row: RowMapping) -> Scorecard:
    return Scorecard(
        rubric=RubricRef(row["rubric_id"], row["rubric_version"], row["rubric_sha256"]),
        score=row["score"],
        band=row["band"],
        fatal=tuple(payload["fatal"]),
        flags=tuple(payload["flags"]),
        judged_share=payload["judged_share"],
        items=(),
    )
