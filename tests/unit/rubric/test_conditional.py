"""An item may rest on the outcome of another, whatever their order."""

from __future__ import annotations

import pytest

from qa_engine.domain import Outcome
from qa_engine.errors import BadRubric
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.scoring import judge
from tests.unit.checkers.cast import call, chat

ITEM = """
  - id: {id}
    title: {{zh: 项, en: item}}
    explain: {{zh: 项, en: item}}
    points: 50
    ladder:
      {ladder}
    otherwise: {{outcome: NOT_MET, because: {{zh: 否, en: "no"}}}}
"""
BECAUSE = "because: {zh: 是, en: 'yes'}"
HELPS = f"[{{NOT_APPLICABLE: {{outcome: {{item: greets, is: %s}}}}, {BECAUSE}}}, {{MET: {{says: 办理}}, {BECAUSE}}}]"
GREETS = f"[{{MET: {{says: 您好}}, {BECAUSE}}}, {{PARTIAL: {{says: 喂}}, {BECAUSE}}}]"


def pack(wanted: str, greets: str = GREETS) -> Rubric:
    items = ITEM.format(id="helps", ladder="").replace("ladder:\n      ", f"ladder: {HELPS % wanted}")
    items += ITEM.format(id="greets", ladder="").replace("ladder:\n      ", f"ladder: {greets}")
    return read_rubric(f"id: two\nversion: '1'\ntitle: {{zh: 二, en: two}}\nlanguages: [zh]\nitems:{items}")


@pytest.mark.parametrize(
    ("words", "wanted", "applies"),
    [
        ("您好", "[MET]", False),
        ("喂", "[MET]", True),
        ("喂", "PARTIAL", False),
        ("您好，喂", "PARTIAL", True),
        ("嗯", "[NOT_MET]", False),
        ("喂", "[NOT_MET]", True),
        ("喂", "[MET, PARTIAL]", False),
    ],
)
def test_it_holds_when_the_other_item_comes_out_so(words: str, wanted: str, applies: bool) -> None:
    card = judge(chat(f"A: {words}，已为您办理"), pack(wanted))
    assert (card.item("helps").outcome is not Outcome.NOT_APPLICABLE) is applies


def test_what_was_badly_heard_there_is_unknown_here() -> None:
    card = judge(call("A: 您好已为您办理", confidence=0.2), pack("[MET]"))
    assert card.item("helps").outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize(
    ("wanted", "greets", "told"),
    [
        ("[NOT_APPLICABLE]", GREETS, "never comes out as"),
        ("[MET, PARTIAL, NOT_MET]", GREETS, "always comes out so"),
        ("[MET]", f"[{{MET: {{outcome: {{item: helps, is: MET}}}}, {BECAUSE}}}]", "rest on themselves"),
    ],
)
def test_what_cannot_be_is_refused_at_its_line(wanted: str, greets: str, told: str) -> None:
    with pytest.raises(BadRubric, match=told) as caught:
        pack(wanted, greets)
    assert ":" in str(caught.value.where)


def test_an_unknown_item_is_told_with_the_nearest_name() -> None:
    with pytest.raises(BadRubric, match="no item is called") as caught:
        read_rubric(pack("[MET]").text.replace("item: greets", "item: greet"))
    assert "greets" in str(caught.value.mend)
