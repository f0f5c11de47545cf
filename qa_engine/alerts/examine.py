"""All that can be said of a document of strategies before it counts: each fault with its line and mend, and who would
never hear of what it raises."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qa_engine.alerts.reading import BadStrategies, place, read_strategies
from qa_engine.alerts.strategy import (
    Count,
    Document,
    EmotionIs,
    GradePath,
    Limit,
    Quiet,
    RiskIs,
    StepIs,
    Strategies,
    Strategy,
    When,
    Wrong,
)
from qa_engine.domain import Text
from qa_engine.errors import BadRubric
from qa_engine.rubric.finding import Finding, error, finding_of, warning
from qa_engine.rubric.source import Source

NAME = "strategies.yaml"
_PARTS: tuple[type[BaseModel], ...] = (
    Document, Strategy, When, RiskIs, EmotionIs, Count, Limit, Quiet, GradePath, StepIs,
)  # fmt: skip
FIELDS = sorted({info.alias or name for part in _PARTS for name, info in part.model_fields.items()})
_SAID: dict[str, Text] = {
    "extra_forbidden": Text("没有这个字段", "no such field"),
    "missing": Text("缺少这个字段", "this field is missing"),
    "enum": Text("只能是 {expected}", "must be {expected}"),
    "literal_error": Text("只能是 {expected}", "must be {expected}"),
    "greater_than": Text("必须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("最长 {max_length} 个字", "must be of at most {max_length} characters"),
    "too_short": Text("至少要写一项", "must name at least one"),
    "string_pattern_mismatch": Text(
        "只能用小写字母、数字和 _，以字母开头", "use lower case letters, digits and _, a letter first"
    ),
}
_NOBODY = Text(
    "没有渠道送达通知组 `{group}`：消息不会送到人", "no channel reaches the group `{group}`: nobody is sent this"
)
_MAKE_ONE = Text("在“通知渠道”里给它加一条，或改用已有的组", "add a channel for it, or name a group that is reached")


def examine(text: str, reached: Collection[str] | None = None) -> tuple[Strategies | None, list[Finding]]:
    """The document and its findings in the order of the lines; None with errors where it cannot be used. ``reached``:
    the groups that some channel carries to, None where that is not known."""
    try:
        read = read_strategies(text, NAME)
    except BadStrategies as fault:
        return None, _faults(text) or [finding_of(fault, NAME)]
    source = Source(text, NAME)
    found = [] if reached is None else list(_unheard(read, source, reached))
    return read, sorted(found, key=lambda finding: finding.line or 0)


def _faults(text: str) -> list[Finding]:
    """Of what is YAML at all."""
    try:
        source = Source(text, NAME)
        Document.model_validate(source.data)
    except ValidationError as fault:
        found = [_finding(one, source) for one in fault.errors()]
        return sorted(found, key=lambda finding: finding.line or 0)
    except BadRubric:
        return []
    return []


def _finding(fault: ErrorDetails, source: Source) -> Finding:
    path = ".".join(str(part) for part in fault["loc"])
    said = _said(fault)
    told = Text(f"`{path}`：{said.zh}", f"`{path}`: {said.en}") if path else said
    return error(place(source, fault["loc"]), told, _cure(fault))


def _said(fault: ErrorDetails) -> Text:
    context: dict[str, Any] = fault.get("ctx") or {}
    if isinstance(wrong := context.get("error"), Wrong):
        return wrong.said
    if (known := _SAID.get(fault["type"])) is not None:
        return Text(known.zh.format(**context), known.en.format(**context))
    plain = fault["msg"].removeprefix("Value error, ")
    return Text(f"写法不对（{plain}）", plain)


def _cure(fault: ErrorDetails) -> Text:
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return Text(f"补上 `{name}`", f"add `{name}`")
    close = get_close_matches(name, FIELDS, 1) if fault["type"] == "extra_forbidden" else []
    if close:
        return Text(f"是不是 `{close[0]}`？", f"did you mean `{close[0]}`?")
    return Text("删掉它", "remove it") if fault["type"] == "extra_forbidden" else Text("", "")


def _unheard(read: Strategies, source: Source, reached: Collection[str]) -> Iterator[Finding]:
    rows: Sequence[Any] = source.data["strategies"]
    for index, strategy in enumerate(read.document.strategies):
        if strategy.enabled:
            row = rows[index]
            yield from _missed(strategy.tell, source.where(row, "tell" if "tell" in row else None), reached)
    used = {strategy.grade for strategy in read.enabled}
    for grade, path in read.document.grades.items():
        steps = source.data["grades"][grade].get("escalate") or []
        for index, step in enumerate(path.escalate if grade in used else ()):
            yield from _missed(step.to, source.where(steps, index), reached)


def _missed(groups: Sequence[str], where: str, reached: Collection[str]) -> Iterator[Finding]:
    for group in groups:
        if group not in reached:
            yield warning(where, Text(_NOBODY.zh.format(group=group), _NOBODY.en.format(group=group)), _MAKE_ONE)
