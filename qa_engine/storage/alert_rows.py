"""Rows of the tables become alerts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from qa_engine.alerts import Alert, AlertState, Grade
from qa_engine.alerts.domain import Step
from qa_engine.domain import Evidence, Role, Text
from qa_engine.storage.alert_tables import alerts
from qa_engine.storage.tables import interactions

_PLAIN = (
    "id", "strategy", "subject", "interaction_id", "count", "raised_at", "last_at", "acknowledge_by", "resolve_by",
    "escalated", "muted", "acknowledged_at", "acknowledged_by", "assignee", "resolved_at", "resolved_by", "cause",
)  # fmt: skip
_WHOSE = ("agent", "team", "vendor", "customer_ref")
_WORDS = ("title", "grade", "state", "reason", "evidence", "steps")
ALERT = [*(alerts.c[name] for name in (*_PLAIN, *_WORDS)), *(interactions.c[name] for name in _WHOSE)]
"""What an alert is read from; the interaction is the one that it was last raised by."""


def alert_of(row: RowMapping) -> Alert:
    plain: dict[str, Any] = {name: row[name] for name in (*_PLAIN, *_WHOSE)}
    return Alert(
        **plain,
        title=Text(**row["title"]),
        grade=Grade(row["grade"]),
        state=AlertState(row["state"]),
        reason=Text(**row["reason"]),
        evidence=tuple(_evidence(place) for place in row["evidence"]),
        steps=tuple(Step(after_s=step["after_s"], to=tuple(step["to"])) for step in row["steps"]),
    )


def _evidence(told: dict[str, Any]) -> Evidence:
    return Evidence(**{**told, "role": Role(told["role"]) if told["role"] else None})
