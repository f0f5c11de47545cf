"""Items are counted by outcome, and what was left to people comes first with examples."""

from __future__ import annotations

from qa_engine.domain import Outcome
from qa_engine.reports.undetermined import MOST_EXAMPLES, Judged, count

MET, OPEN, NA = Outcome.MET, Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE


def test_the_share_is_of_those_to_which_the_item_applied() -> None:
    cards = [Judged(f"i{n}", {"a": outcome, "b": MET}) for n, outcome in enumerate((MET, OPEN, NA, OPEN))]
    first, second = count(cards)
    assert (first.item, first.applicable, first.share, first.examples) == ("a", 3, 2 / 3, ("i1", "i3"))
    assert (second.item, second.share, second.examples) == ("b", 0.0, ())


def test_an_item_that_never_applied_has_no_share_and_examples_are_few() -> None:
    [only] = count([Judged("i", {"a": NA})])
    assert only.share is None
    [many] = count(Judged(f"i{n}", {"a": OPEN}) for n in range(9))
    assert len(many.examples) == MOST_EXAMPLES
