"""Score arithmetic: bounds, what is out of the sum, caps and fatal items, for any outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.domain import Band, ItemResult, Outcome, Text
from qa_engine.rubric.spec import Bands, Cap, Item, Pack, Rubric
from qa_engine.scoring.arithmetic import band_of, fatal_of, judged_share, score_of, withheld
from qa_engine.scoring.ladder import points_of

TWO = {"zh": "一", "en": "one"}
OUT = (Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED)
anytime = settings(deadline=None, max_examples=60)
OUTCOMES = st.sampled_from(list(Outcome))


def item(
    number: int,
    points: float,
    *,
    fatal: bool = False,
    cap: float | None = None,
    counts: Literal["earn", "bonus", "deduct"] = "earn",
    section: str | None = None,
    section_fatal: bool = False,
) -> Item:
    return Item.model_construct(
        id=f"i{number}",
        points=0 if fatal else points,
        fatal=fatal,
        partial=None,
        cap=Cap(score=cap) if cap else None,
        counts=counts,
        section=section,
        section_fatal=section_fatal,
    )


def rubric(*items: Item) -> Rubric:
    pack = Pack.model_construct(items=items)
    return Rubric(pack, "", "", "", {})


def result(of: Item, outcome: Outcome) -> ItemResult:
    text = Text("一", "one")
    return ItemResult(
        id=of.id, title=text, outcome=outcome, points=points_of(of, outcome, 0.5), max=of.most, confidence=1.0,
        reason=text, fatal=of.fatal,
    )  # fmt: skip


cards = st.lists(st.tuples(st.floats(1, 20), OUTCOMES), min_size=1, max_size=12)


def judged(rows: list[tuple[float, Outcome]]) -> tuple[Rubric, list[ItemResult]]:
    items = [item(n, points) for n, (points, _) in enumerate(rows)]
    return rubric(*items), [result(i, outcome) for i, (_, outcome) in zip(items, rows, strict=True)]


@anytime
@given(cards)
def test_a_score_is_from_0_to_100_or_none_when_nothing_was_judged(rows: list[tuple[float, Outcome]]) -> None:
    of, results = judged(rows)
    score = score_of(results, of)
    assert (score is None) == all(o in OUT for _, o in rows)
    assert score is None or 0 <= score <= 100


@anytime
@given(cards, st.floats(1, 20), st.sampled_from(OUT))
def test_what_is_out_of_the_sum_changes_nothing(
    rows: list[tuple[float, Outcome]], points: float, outcome: Outcome
) -> None:
    of, results = judged(rows)
    more, longer = judged([*rows, (points, outcome)])
    assert score_of(results, of) == score_of(longer, more)


@anytime
@given(cards)
def test_a_better_outcome_never_lowers_the_score(rows: list[tuple[float, Outcome]]) -> None:
    ladder = [Outcome.NOT_MET, Outcome.PARTIAL, Outcome.MET]
    of, results = judged(rows)
    before = score_of(results, of)
    for n, (points, outcome) in enumerate(rows):
        if outcome in ladder[:2]:
            better = [*rows[:n], (points, ladder[ladder.index(outcome) + 1]), *rows[n + 1 :]]
            after = score_of(judged(better)[1], of)
            assert before is not None
            assert after is not None
            assert after >= before


@anytime
@given(cards)
def test_one_fatal_item_makes_it_zero_whatever_else_is(rows: list[tuple[float, Outcome]]) -> None:
    of, results = judged(rows)
    fatal = item(99, 0, fatal=True)
    seen = [*results, result(fatal, Outcome.NOT_MET)]
    assert score_of(seen, rubric(*of.items, fatal)) == 0
    assert fatal_of(seen) == ("i99",)
    unsure = [*results, result(fatal, Outcome.UNDETERMINED)]
    assert score_of(unsure, rubric(*of.items, fatal)) == score_of(results, of)


def test_a_cap_binds_only_at_its_outcome() -> None:
    capped, other = item(0, 10, cap=60), item(1, 90)
    of = rubric(capped, other)
    assert score_of([result(capped, Outcome.NOT_MET), result(other, Outcome.MET)], of) == 60
    assert score_of([result(capped, Outcome.PARTIAL), result(other, Outcome.MET)], of) == 95


def test_partial_earns_the_share_that_the_pack_or_the_item_says() -> None:
    assert points_of(item(0, 10), Outcome.PARTIAL, 0.5) == 5
    own = item(0, 10).model_copy(update={"partial": 0.3})
    assert points_of(own, Outcome.PARTIAL, 0.5) == 3


def test_bands_begin_at_their_least_score() -> None:
    bands = Bands()
    assert [band_of(s, bands) for s in (100, 85, 84.99, 70, 69.99, 0)] == [
        Band.PASS, Band.PASS, Band.COACH, Band.COACH, Band.FLAGGED, Band.FLAGGED,
    ]  # fmt: skip
    assert band_of(None, bands) is None


@anytime
@given(cards)
def test_the_judged_share_counts_what_was_decided_of_what_applies(rows: list[tuple[float, Outcome]]) -> None:
    _, results = judged(rows)
    share = judged_share(results)
    assert 0 <= share <= 1
    decided = [replace(r, outcome=Outcome.MET) for r in results]
    assert judged_share(decided) == 1


@pytest.mark.parametrize(
    ("outcome", "counts", "score"),
    [
        (Outcome.MET, "bonus", 55.0),
        (Outcome.PARTIAL, "bonus", 52.5),
        (Outcome.NOT_MET, "bonus", 50.0),
        (Outcome.MET, "deduct", 50.0),
        (Outcome.PARTIAL, "deduct", 47.5),
        (Outcome.NOT_MET, "deduct", 45.0),
        (Outcome.UNDETERMINED, "deduct", 50.0),
        (Outcome.NOT_APPLICABLE, "bonus", 50.0),
    ],
)
def test_bonus_and_deduction_come_on_top(outcome: Outcome, counts: Literal["bonus", "deduct"], score: float) -> None:
    half, top = item(0, 80), item(1, 5, counts=counts)
    assert score_of([result(half, Outcome.PARTIAL), result(top, outcome)], rubric(half, top)) == score


def test_no_bonus_lifts_above_100_and_no_deduction_sinks_below_0() -> None:
    whole, bonus, loss = item(0, 100), item(1, 20, counts="bonus"), item(2, 20, counts="deduct")
    of = rubric(whole, bonus, loss)
    best = [result(whole, Outcome.MET), result(bonus, Outcome.MET), result(loss, Outcome.MET)]
    worst = [result(whole, Outcome.NOT_MET), result(bonus, Outcome.NOT_MET), result(loss, Outcome.NOT_MET)]
    assert (score_of(best, of), score_of(worst, of)) == (100.0, 0.0)


@pytest.mark.parametrize(
    ("outcome", "score"), [(Outcome.NOT_MET, 40.0), (Outcome.PARTIAL, 90.0), (Outcome.UNDETERMINED, 100.0)]
)
def test_a_section_fatal_item_takes_its_section_and_no_other(outcome: Outcome, score: float) -> None:
    red = item(0, 20, section="process", section_fatal=True)
    same, other = item(1, 40, section="process"), item(2, 40, section="manner")
    of = rubric(red, same, other)
    items = withheld([result(red, outcome), result(same, Outcome.MET), result(other, Outcome.MET)], of)
    assert score_of(items, of) == score
