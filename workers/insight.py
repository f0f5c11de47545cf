"""Keeps what is told of a conversation beside its scorecard, and hands it with the rest to who raises alerts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import Connection

from qa_engine.alerts import Facts
from qa_engine.alerts.gather import moods
from qa_engine.domain import Scorecard, Transcript
from qa_engine.domain.codec import dump
from qa_engine.emotion import VERSION
from qa_engine.pipeline import Insight
from qa_engine.storage import InteractionRow
from qa_engine.storage.results import keep_result
from qa_engine.storage.updates import heard_of, stand_at_risk


def keep_insight(connection: Connection, row: InteractionRow, insight: Insight, *, under: str) -> None:
    """As stage results of the content ``under``, each by what made it and what it says; the risk also for lists."""
    found = {"risk": insight.risk, "emotion": insight.emotion}
    made_by = {"risk": insight.risk.version if insight.risk else "", "emotion": VERSION}
    kept = {stage: dump(value) for stage, value in found.items() if value is not None}
    results = {stage: f"{made_by[stage]}/{_digest(payload)}" for stage, payload in kept.items()}
    for stage, payload in kept.items():
        keep_result(connection, under, stage, results[stage], payload)
    heard_of(connection, row.id, results=results)
    stand_at_risk(connection, row.id, insight.risk.probability if insight.risk else None)


def facts_of(
    row: InteractionRow,
    transcript: Transcript,
    insight: Insight,
    *,
    card: Scorecard | None = None,
    is_open: bool = False,
) -> Facts:
    return Facts(
        interaction=row.interaction,
        received_at=row.received_at,
        card=card,
        risk=insight.risk,
        moods=moods(transcript, insight.emotion) if insight.emotion else (),
        open=is_open,
    )


def _digest(payload: Mapping[str, object]) -> str:
    """The same transcript heard anew is another one, and so may be what is told of it."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:12]
