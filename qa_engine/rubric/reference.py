"""Writes the reference of all operators for people, from the operators themselves."""

from __future__ import annotations

from typing import Any

from pydantic.fields import FieldInfo

from qa_engine.rubric.operator import Operator, operators


def operator_reference() -> str:
    """Markdown: a chapter an operator, with what it answers and a row a field."""
    return "\n".join(_chapter(name, operator) for name, operator in operators().items())


def _chapter(name: str, operator: type[Operator]) -> str:
    told = " ".join((operator.__doc__ or "").split())
    short = f" A bare value is `{operator.shorthand}`." if operator.shorthand else ""
    rows = "\n".join(
        f"| `{field}` | {_default(info)} | {_cell(info)} |" for field, info in operator.model_fields.items()
    )
    table = f"\n| field | default | meaning |\n|---|---|---|\n{rows}\n" if rows else ""
    return f"### `{name}`\n{told}{short}\n{table}"


def _cell(info: FieldInfo) -> str:
    return (info.description or "").replace("|", "\\|")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}):
        return "-"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
