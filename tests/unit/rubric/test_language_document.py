"""The document of the language is true: its example is a pack, and every field of an item is in it."""

from __future__ import annotations

import re
from pathlib import Path

from qa_engine.rubric import lint, read_rubric
from qa_engine.rubric.spec import Item
from qa_engine.scoring import rehearse

DOCUMENT = (Path(__file__).parents[3] / "docs" / "rubric-language.md").read_text(encoding="utf-8")


def test_the_example_is_a_pack_without_a_fault_and_passes_its_own_tests() -> None:
    example = re.search(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert example
    rubric = read_rubric(example[1])
    assert lint(rubric) == []
    assert rehearse(rubric) == []


def test_every_field_of_an_item_is_explained() -> None:
    missing = [name for name in Item.model_fields if f"`{name}`" not in DOCUMENT]
    assert missing == []
