"""Runs the test dialogues that a pack carries, so that a change to a rule shows what it breaks before it counts."""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Interaction, Kind, Role, Signals, Transcript, Turn, TurnKind
from qa_engine.errors import BadRubric
from qa_engine.rubric.lint import Finding
from qa_engine.rubric.spec import Item, Rubric, Trial
from qa_engine.scoring.scorecard import judge
from qa_engine.signals import measure

_SIDES = {
    **dict.fromkeys(("a", "agent", "客服", "坐席"), Role.AGENT),
    **dict.fromkeys(("c", "customer", "客户", "用户"), Role.CUSTOMER),
    **dict.fromkeys(("s", "system", "系统"), Role.SYSTEM),
}
_LINE = re.compile(r"^\s*([A-Za-z]+|客服|坐席|客户|用户|系统)\s*[:：]\s*(.*)$", re.DOTALL)
_signals: TypeAdapter[Signals] = TypeAdapter(Signals)


def rehearse(rubric: Rubric, instruments: Instruments | None = None) -> list[Finding]:
    """An error for every test dialogue whose item does not come out as the pack expects."""
    return [
        f for item in rubric.items for n, t in enumerate(item.tests, 1) if (f := _try(rubric, item, n, t, instruments))
    ]


def _try(rubric: Rubric, item: Item, number: int, trial: Trial, instruments: Instruments | None) -> Finding | None:
    where = rubric.lines[item.id]
    try:
        dossier = dossier_of(trial, rubric.languages[0], where)
    except BadRubric as e:
        return Finding("error", where, f"test {number} of `{item.id}`: {e.message}", e.mend or "")
    got = judge(dossier, rubric, instruments).item(item.id)
    if got.outcome is trial.expect:
        return None
    note = f" ({trial.note})" if trial.note else ""
    return Finding(
        "error",
        where,
        f"test {number} of `{item.id}`{note}: expected {trial.expect}, got {got.outcome}: {got.reason.en}",
        "mend the rule or the test",
    )


def dossier_of(trial: Trial, language: str, where: str) -> Dossier:
    """The dossier of a test dialogue. Raises BadRubric for a line without a side."""
    kind = Kind(trial.kind)
    turns = tuple(_turn(i, line, trial, where) for i, line in enumerate(trial.dialogue))
    end = max(trial.times) if trial.times else None
    transcript = Transcript(turns=turns, language=language, duration_s=end)
    interaction = Interaction(
        id="trial", kind=kind, source="trial", content_sha256="0" * 64, language=language, metadata=dict(trial.meta)
    )
    return Dossier(interaction, transcript, _measured(trial, transcript, where))


def _measured(trial: Trial, transcript: Transcript, where: str) -> Signals:
    if trial.signals is None:
        return measure(transcript, None)
    body: dict[str, Any] = {"acoustic": True, "timed": True, "duration_s": None, "overlap_s": 0.0, **trial.signals}
    try:
        found: Signals = _signals.validate_python(body)
        return found
    except ValidationError as e:
        raise BadRubric(f"signals are not as signals read: {e.errors()[0]['msg']}", where=where) from e


def _turn(index: int, line: str, trial: Trial, where: str) -> Turn:
    match = _LINE.match(line)
    side = _SIDES.get(match[1].lower()) if match else None
    if match is None or side is None:
        raise BadRubric(f"no side in the line `{line}`", where=where, mend="write `A: ...` or `C: ...`")
    at = trial.times[index] if trial.times and index < len(trial.times) else None
    spoken = trial.kind == "call"
    return Turn(
        index=index,
        role=side,
        text=match[2],
        start=at,
        end=at,
        kind=TurnKind.SPEECH if spoken else TurnKind.TEXT,
        automatic=side is Role.SYSTEM,
    )
