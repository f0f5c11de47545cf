"""What a sender tells becomes typed fields; what is not known by name is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa_engine.domain import Direction
from qa_engine.errors import BadInput
from qa_engine.ingest.described import described, parse_meta


def test_it_sorts_fields_from_metadata() -> None:
    told = {
        "agent": 17,
        "customer": "C-1",
        "id": "CRM-9",
        "direction": "inbound",
        "queue": "vip",
        "authenticated": "是",
    }
    found = described(told, where="call.json")
    assert (found.agent, found.customer_ref, found.external_id) == ("17", "C-1", "CRM-9")
    assert found.direction is Direction.INBOUND
    assert found.metadata == {"queue": "vip", "authenticated": True}


def test_it_reads_times_without_a_zone_in_the_installations_zone() -> None:
    found = described({"started_at": "2026-03-02T10:15:00"}, where="x", time_zone="Asia/Shanghai")
    assert found.started_at is not None
    assert found.started_at.astimezone(UTC) == datetime(2026, 3, 2, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("No", False),
        ("1", 1),
        ("0", 0),
        ("42", 42),
        ("007", "007"),
        ("12345678901", "12345678901"),
        ("vip", "vip"),
    ],
)
def test_it_reads_words_of_forms_as_what_they_mean(word: str, value: object) -> None:
    assert described({"field": word}, where="x").metadata["field"] == value


@pytest.mark.parametrize(
    ("told", "field"),
    [({"started_at": "yesterday"}, "started_at"), ({"direction": "up"}, "direction"), ({"agent": ["a"]}, "agent"),
     ({"metadata": "text"}, "metadata"), ({"vendor": "x" * 201}, "vendor")],
)  # fmt: skip
def test_it_names_the_field_that_cannot_be_used(told: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        described(told, where="call.json")
    assert caught.value.where == f"call.json: {field}"


def test_it_reads_pairs_of_the_command_line() -> None:
    assert parse_meta(["agent=A017", "note=a=b"]) == {"agent": "A017", "note": "a=b"}
    with pytest.raises(BadInput, match="name=value"):
        parse_meta(["agent"])


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_field_told_to_be_nothing_is_absent(nothing: str | None) -> None:
    found = described(dict.fromkeys(("agent", "external_id", "team", "language", "ticket"), nothing), where="x")
    assert (found.agent, found.external_id, found.team, found.language, found.ticket) == (None,) * 5


@pytest.mark.parametrize(("field", "longest"), [("agent", 200), ("customer_ref", 200), ("language", 20)])
def test_a_field_that_is_too_long_is_named(field: str, longest: int) -> None:
    assert getattr(described({field: "x" * longest}, where="x"), field) == "x" * longest
    with pytest.raises(BadInput) as refused:
        described({field: "x" * (longest + 1)}, where="x")
    assert refused.value.where == f"x: {field}"
