"""Two versions are told apart by what they judge, not by how they are written."""

from __future__ import annotations

import pytest

from qa_engine.rubric import load_rubric, read_rubric
from qa_engine.rubric.compare import FieldChange, compare
from tests.unit.rubric.small import SMALL, small


def test_equal_texts_give_nothing() -> None:
    found = compare(read_rubric(SMALL), read_rubric(SMALL))
    assert not any(getattr(found, name) for name in type(found).__dataclass_fields__)


@pytest.mark.parametrize(
    ("old", "new", "part", "told"),
    [
        ("points: 100", "points: 90", "fields", FieldChange("points", "100", "90")),
        ("{zh: 有问候, en: greeted}", "{zh: 好, en: greeted}", "fields",
         FieldChange("ladder", "MET: 有问候 / greeted", "MET: 好 / greeted")),
        ("points: 100", "points: 100\n    severity: major", "fields", FieldChange("severity", "minor", "major")),
    ],
)  # fmt: skip
def test_a_changed_item_tells_its_field(old: str, new: str, part: str, told: FieldChange) -> None:
    [change] = compare(read_rubric(SMALL), read_rubric(SMALL.replace(old, new))).changed
    assert (getattr(change, part), change.rules) == ((told,), False)


@pytest.mark.parametrize(
    ("old", "new"),
    [("[您好, 你好]", "[您好, 你好, 嗨]"), ("{turns: 2}", "{turns: 3}"), ("first_turns: $turns", "times: 2")],
)
def test_a_word_a_threshold_or_a_field_changes_the_rules_of_the_item(old: str, new: str) -> None:
    found = compare(read_rubric(SMALL), read_rubric(SMALL.replace(old, new)))
    assert [(change.id, change.rules) for change in found.changed] == [("opening", True)]
    assert [fact.name for fact in found.facts] == ["greets"]


def test_the_same_written_otherwise_is_the_same() -> None:
    inlined = SMALL.replace("words: [$hello]", "words: [您好, 你好]").replace("first_turns: $turns", "first_turns: 2")
    found = compare(read_rubric(SMALL), read_rubric(inlined))
    assert (found.changed, found.facts) == ((), ()) and found.text


def test_items_that_came_and_went_are_named_and_the_text_is_shown_by_line() -> None:
    found = compare(read_rubric(SMALL), read_rubric(small("2").replace("- id: opening", "- id: hello")))
    assert (found.added, found.removed) == (("hello",), ("opening",))
    assert '-version: "1"' in found.text and '+version: "2"' in found.text


def test_the_general_packs_differ_and_are_compared_in_time() -> None:
    found = compare(load_rubric("general-zh"), load_rubric("general-en"))
    assert found.added == () and len(found.changed) > 15
