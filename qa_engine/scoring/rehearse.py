"""Runs the test dialogues that a pack carries, so that a change to a rule shows what it breaks before it counts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Interaction, Kind, Outcome, Role, Signals, Text, Transcript, Turn, TurnKind
from qa_engine.errors import BadRubric
from qa_engine.rubric.finding import Finding, error, warning
from qa_engine.rubric.nodes import Leaf, walk
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


def rehearse(rubric: Rubric, instruments: Instruments | None = None, until: float | None = None) -> list[Finding]:
    """An error for every test dialogue whose item does not come out as the pack expects.

    ``until`` is a moment of ``time.monotonic``; what is left then is not run, and that is an error as well.
    """
    findings: list[Finding] = []
    for item in rubric.items:
        for n in range(len(item.tests)):
            where = rubric.lines[f"{item.id}.tests.{n}"]
            if until is not None and time.monotonic() > until:
                told = Text("测试对话太多，未能按时跑完", "the test dialogues take too long; the rest was not run")
                return [*findings, error(where, told, Text("减少或缩短测试对话", "have fewer or shorter ones"))]
            findings += _try(rubric, item, n, where, instruments or Instruments())
    return findings


def _try(rubric: Rubric, item: Item, n: int, where: str, instruments: Instruments) -> Iterator[Finding]:
    trial = item.tests[n]
    try:
        dossier = dossier_of(trial, rubric.languages[0], where)
    except BadRubric as e:
        told = Text(f"`{item.id}` 的测试 {n + 1}：{e.message}", f"test {n + 1} of `{item.id}`: {e.message}")
        yield error(where, told, Text(e.mend or "", e.mend or ""))
        return
    got = judge(dossier, rubric, instruments).item(item.id)
    note = f" ({trial.note})" if trial.note else ""
    if got.outcome is trial.expect:
        return
    if got.outcome is Outcome.UNDETERMINED and None in (instruments.embedder, instruments.acts) and _by_meaning(item):
        told = Text(
            f"`{item.id}` 的测试 {n + 1} 要用语义模型，这里没有运行",
            f"test {n + 1} of `{item.id}` asks by meaning and was not run here, for want of the model",
        )
        yield warning(where, told, Text("用 `qa-engine rubric check` 运行", "run `qa-engine rubric check`"))
        return
    told = Text(
        f"`{item.id}` 的测试 {n + 1}{note}：应为 {trial.expect}，实为 {got.outcome}：{got.reason.zh}",
        f"test {n + 1} of `{item.id}`{note}: expected {trial.expect}, got {got.outcome}: {got.reason.en}",
    )
    yield error(where, told, Text("修正规则或测试", "mend the rule or the test"))


def _by_meaning(item: Item) -> bool:
    nodes = (node for rung in item.ladder for node in walk(rung.when))
    return any(isinstance(node, Leaf) and node.operator.by_meaning for node in nodes)


def dossier_of(trial: Trial, language: str, where: str) -> Dossier:
    """The dossier of a test dialogue. Raises BadRubric for a line without a side."""
    kind = Kind(trial.kind)
    turns = tuple(_turn(i, line, trial, where) for i, line in enumerate(trial.dialogue))
    end = max(trial.times) if trial.times else None
    transcript = Transcript(turns=turns, language=language, duration_s=end)
    interaction = Interaction(
        id="trial",
        kind=kind,
        source="trial",
        content_sha256="0" * 64,
        language=language,
        started_at=trial.started_at,
        metadata=dict(trial.meta),
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
