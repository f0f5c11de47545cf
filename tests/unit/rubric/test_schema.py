"""Editors check by the schema what the reader reads: it takes the packs and refuses what the reader would."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator

from qa_engine.rubric import json_schema, list_packs, load_rubric
from tests.unit.rubric.small import SMALL


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(json_schema())
    return Draft202012Validator(json_schema())


@pytest.mark.parametrize("name", list_packs())
def test_it_takes_the_packs_that_come_with_the_engine(schema: Draft202012Validator, name: str) -> None:
    assert [error.message for error in schema.iter_errors(yaml.safe_load(load_rubric(name).text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("says:", "sayz:"), ("first_turns", "first_turn"), ("points: 100", "points: many"), ("points: 100", "point: 1"),
        ("outcome: NOT_MET", "outcome: NOT"), ("version:", "versions:"),
        ("because: {zh: 有问候, en: greeted}", "why: 1"),
    ],
)  # fmt: skip
def test_it_refuses_what_the_reader_refuses(schema: Draft202012Validator, old: str, new: str) -> None:
    assert not list(schema.iter_errors(yaml.safe_load(SMALL)))
    assert old in SMALL and list(schema.iter_errors(yaml.safe_load(SMALL.replace(old, new))))
