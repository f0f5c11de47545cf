"""What a sender tells about an interaction (form fields, sidecar file, manifest row, --meta) becomes typed fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from qa_engine.domain import Direction
from qa_engine.errors import BadInput
from qa_engine.ingest.record import ChatRecord

_TRUE, _FALSE = {"true", "yes", "1", "是"}, {"false", "no", "0", "否"}


def _text(value: object) -> object:
    """Numbers are welcome as identifiers; blank means absent."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else value


def _named(*names: str) -> AliasChoices:
    return AliasChoices(*names)


Identifier = Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(_text)]


class Described(BaseModel):
    """The fields every interaction may carry; anything else is kept in ``metadata`` and usable in rules by name.

    ``started_at`` without a zone is read in the installation's time zone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    external_id: Identifier = Field(None, validation_alias=_named("external_id", "id"))
    vendor: Identifier = None
    team: Identifier = None
    agent: Identifier = None
    customer_ref: Identifier = Field(None, validation_alias=_named("customer_ref", "customer"))
    ticket: Identifier = None
    direction: Direction | None = None
    language: Annotated[Annotated[str, Field(max_length=20)] | None, BeforeValidator(_text)] = None
    started_at: datetime | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


_FIELDS = {name for name in Described.model_fields if name != "metadata"} | {"id", "customer"}


_SAME = {"id": "external_id", "customer": "customer_ref"}


def merged(*tellers: Mapping[str, Any]) -> dict[str, Any]:
    """What several tell, the later winning; a field is one, whichever of its names it goes by."""
    return {_SAME.get(name, name): value for told in tellers for name, value in told.items()}


def described(told: Mapping[str, Any], *, where: str, time_zone: str = "UTC") -> Described:
    """Sort what was told into fields and metadata. Raises BadInput that names the field."""
    fields: dict[str, Any] = {name: value for name, value in told.items() if name in _FIELDS}
    rest = {name: _plain(value) for name, value in told.items() if name not in _FIELDS and name != "metadata"}
    nested = told.get("metadata") or {}
    if not isinstance(nested, Mapping):
        raise BadInput("metadata is not an object of names and values", where=f"{where}: metadata")
    try:
        found = Described(**fields, metadata={**nested, **rest})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "metadata"
        raise BadInput(first["msg"], where=f"{where}: {name}", mend=_mend(name)) from None
    if found.started_at is not None and found.started_at.tzinfo is None:
        aware = found.started_at.replace(tzinfo=ZoneInfo(time_zone))
        return found.model_copy(update={"started_at": aware})
    return found


def parse_meta(pairs: list[str]) -> dict[str, Any]:
    """``k=v`` words of a command line. Raises BadInput for a word without ``=``."""
    told: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"not a name=value pair: {pair!r}", where="--meta", mend="write --meta agent=A017")
        told[name.strip()] = value.strip()
    return told


def _plain(value: Any) -> Any:
    """Truth words of forms and command lines as booleans, whole numbers as numbers; all else as told."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    if word in _TRUE - {"1"} or word in _FALSE - {"0"}:
        return word in _TRUE
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 and str(int(word)) == word else value


def _mend(field: str) -> str | None:
    return {
        "started_at": "use ISO 8601, such as 2026-11-21T09:30:00+08:00",
        "direction": "use inbound or outbound",
    }.get(field)


def facts_of_chat(record: ChatRecord, told: Described) -> dict[str, Any]:
    """Common fields of one conversation for ``Interaction`` and ``Incoming``: what the sender told wins over the file.

    An ``external_id`` told for a file names it as a whole; the conversations inside keep their own.
    """
    names = ("vendor", "team", "agent", "customer_ref", "ticket", "direction", "language", "started_at")
    facts = {name: getattr(told, name) or getattr(record, name) for name in names}
    facts["external_id"] = record.external_id or told.external_id
    facts["metadata"] = {**record.metadata, **told.metadata}
    return facts


def facts_of_call(told: Described) -> dict[str, Any]:
    """The same for a recording, of which only the sender can tell."""
    return told.model_dump()
