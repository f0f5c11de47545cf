"""The packs that come with the engine: what RUBRIC promises of ids and points, and their own test dialogues."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from qa_engine.domain import Outcome
from qa_engine.rubric import json_schema, lint, list_packs, load_rubric
from qa_engine.rubric.library import PACKS
from qa_engine.scoring import rehearse

POINTS = {
    "opening": 5, "identity_check": 6, "needs_diagnosis": 8, "script_accuracy": 10, "listening": 8, "tone": 6,
    "speech_rate": 4, "courtesy": 8, "empathy": 8, "dispute_handling": 8, "resolution": 12, "handling_time": 6,
    "follow_up": 6, "closing": 5,
}  # fmt: skip
FATAL = ["forbidden_words", "data_disclosure", "unverified_business", "improper_promise", "agent_hangup"]
GENERAL = ["general-en", "general-zh"]


def test_both_general_packs_are_there() -> None:
    assert set(GENERAL) <= set(list_packs())


@pytest.mark.parametrize("name", GENERAL)
def test_the_items_have_the_ids_and_points_that_reports_rely_on(name: str) -> None:
    items = load_rubric(name).items
    assert {i.id: i.points for i in items if not i.fatal} == POINTS
    assert [i.id for i in items if i.fatal] == FATAL


@pytest.mark.parametrize("name", GENERAL)
def test_nothing_in_the_pack_needs_mending(name: str) -> None:
    assert [str(f) for f in lint(load_rubric(name))] == []


@pytest.mark.parametrize("name", GENERAL)
def test_every_dialogue_in_the_pack_comes_out_as_it_expects(name: str) -> None:
    assert [str(f) for f in rehearse(load_rubric(name))] == []


@pytest.mark.parametrize("name", GENERAL)
def test_every_scored_item_shows_a_dialogue_that_passes_and_one_that_does_not(name: str) -> None:
    for item in load_rubric(name).items:
        expected = {t.expect for t in item.tests}
        assert len(expected) >= 2, item.id
        assert expected & {Outcome.NOT_MET, Outcome.PARTIAL}, item.id


@pytest.mark.parametrize("name", GENERAL)
def test_the_pack_is_valid_by_the_schema_for_editors(name: str) -> None:
    data = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(data)


@pytest.mark.parametrize("name", GENERAL)
def test_a_fatal_item_is_never_not_applicable(name: str) -> None:
    for item in load_rubric(name).items:
        if item.fatal:
            outcomes = {r.outcome for r in item.ladder} | {item.otherwise.outcome}
            assert outcomes == {Outcome.MET, Outcome.NOT_MET}
