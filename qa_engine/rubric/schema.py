"""The JSON Schema of a pack, so that editors complete and check it while it is written."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from qa_engine.domain import Outcome
from qa_engine.rubric.operator import operators
from qa_engine.rubric.spec import Pack, Rung


def json_schema() -> dict[str, Any]:
    """Schema of the YAML as written: ``$name`` may stand wherever a number or an entry of words may."""
    schema = TypeAdapter(Pack).json_schema(ref_template="#/$defs/{model}")
    defs = schema.setdefault("$defs", {})
    choices: list[dict[str, Any]] = [{"type": "string", "description": "the name of a fact"}]
    choices += [_joint(name) for name in ("all", "any")]
    choices.append(_one("not", {"$ref": "#/$defs/Condition"}, "true when the condition is false"))
    choices.append(_one("at_least", _AT_LEAST, "true when at least n of the conditions are"))
    choices.append(_one("outcome", _OUTCOME, "true when another item comes out so"))
    for name, operator in operators().items():
        body = operator.model_json_schema(ref_template="#/$defs/{model}")
        defs.update(body.pop("$defs", {}))
        defs[f"op_{name}"] = body
        wanted: dict[str, Any] = {"$ref": f"#/$defs/op_{name}"}
        if operator.shorthand:
            wanted = {"anyOf": [wanted, {"type": ["string", "number", "boolean", "array"]}]}
        choices.append(_one(name, wanted, (operator.__doc__ or "").strip()))
    defs["Condition"] = {"oneOf": choices}
    for body in (schema, *defs.values()):
        _with_names(body)
    _short_rungs(defs)
    _refer(schema)
    fields = schema["properties"]
    fields["languages"] = {"anyOf": [fields["languages"]["items"], fields["languages"]]}
    fields["facts"]["additionalProperties"] = {"$ref": "#/$defs/Condition"}  # pydantic forgets it within a mapping
    schema["title"] = "QA Engine rubric pack"
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema


_AT_LEAST = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 1},
        "of": {"type": "array", "items": {"$ref": "#/$defs/Condition"}},
    },
    "required": ["n", "of"],
    "additionalProperties": False,
}

_NAMES = [outcome.value for outcome in Outcome if outcome is not Outcome.UNDETERMINED]
_OUTCOME = {
    "type": "object",
    "properties": {
        "item": {"type": "string", "description": "id of the other item"},
        "is": {"anyOf": [{"enum": _NAMES}, {"type": "array", "items": {"enum": _NAMES}}]},
    },
    "required": ["item", "is"],
    "additionalProperties": False,
}


def _refer(value: Any) -> None:
    """Every place of a condition refers to the one definition of what a condition may be."""
    if isinstance(value, dict):
        if value.get("title") == "Condition" and "type" not in value:
            del value["title"]
            value["$ref"] = "#/$defs/Condition"
        for part in value.values():
            _refer(part)
    elif isinstance(value, list):
        for part in value:
            _refer(part)


def _joint(name: str) -> dict[str, Any]:
    return _one(name, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}, f"{name} of these")


def _one(name: str, value: dict[str, Any], told: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: value},
        "required": [name],
        "additionalProperties": False,
        "description": told,
    }


def _with_names(body: dict[str, Any]) -> None:
    """Numbers may be written as the name of a threshold, wherever they stand."""
    for name, field in body.get("properties", {}).items():
        kinds = {field.get("type"), *(one.get("type") for one in field.get("anyOf", ()))}
        if kinds & {"number", "integer"}:
            body["properties"][name] = {"anyOf": [field, {"type": "string", "pattern": r"^\$\w+$"}]}


def _short_rungs(defs: dict[str, Any]) -> None:
    """A rung is written ``MET: condition``; the long form stays allowed."""
    long = defs[Rung.__name__]
    rest = {k: v for k, v in long["properties"].items() if k not in ("outcome", "when")}
    short = [
        {
            "type": "object",
            "properties": {outcome: {"$ref": "#/$defs/Condition"}, **rest},
            "required": [outcome, "because"],
            "additionalProperties": False,
        }
        for outcome in ("MET", "PARTIAL", "NOT_MET", "NOT_APPLICABLE", "UNDETERMINED")
    ]
    defs[Rung.__name__] = {"anyOf": [long, *short], "description": long.get("description", "")}
