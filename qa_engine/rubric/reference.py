"""Writes the reference of all operators for people, from the operators themselves."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic.fields import FieldInfo

from qa_engine.rubric.examples import Case, cases
from qa_engine.rubric.operator import Operator, operators


def operator_reference() -> str:
    """Markdown: a chapter an operator, with what it answers and a row a field."""
    return "\n".join(_chapter(name, operator) for name, operator in operators().items())


def _chapter(name: str, operator: type[Operator]) -> str:
    told = " ".join((operator.__doc__ or "").split())
    short = f" A bare value is `{operator.shorthand}`." if operator.shorthand else ""
    rows = "\n".join(
        f"| `{field}` | {default_of(info)} | {_cell(info)} |" for field, info in operator.model_fields.items()
    )
    table = f"\n| field | default | meaning |\n|---|---|---|\n{rows}\n" if rows else ""
    return f"### `{name}`\n{told}{short}\n{table}{_examples(name)}"


def _examples(name: str) -> str:
    rows = "\n".join(_example(case) for case in cases().get(name, ()))
    return f"\n| asked | of | answer |\n|---|---|---|\n{rows}\n" if rows else ""


def _example(case: Case) -> str:
    """A row; what was measured is left to the file of examples, for it is long."""
    ask = asked(case)
    said = " / ".join(case.lines)
    about = {**case.meta, **({"began": f"{case.started_at:%Y-%m-%d %H:%M %Z}"} if case.started_at else {})}
    meta = f" ({', '.join(f'{k}: {v}' for k, v in about.items())})" if about else ""
    note = f": {case.note.en}" if case.note else ""
    return f"| `{_escaped(ask)}` | {_escaped(said)}{meta} | {case.answer}{note} |"


def asked(case: Case) -> str:
    """The parameters as they are written in a pack."""
    return yaml.safe_dump(dict(case.ask), default_flow_style=True, allow_unicode=True, width=10_000).strip()


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _cell(info: FieldInfo) -> str:
    return _escaped(info.description or "")


def default_of(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), {}):
        return "-"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
