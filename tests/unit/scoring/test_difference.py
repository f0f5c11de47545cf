"""What another judgement changes is counted whole, adds up over parts, and is told in figures that people know."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from qa_engine.scoring.bulk import BANDS, NO_BAND, OUTCOMES
from qa_engine.scoring.difference import KEPT, Difference, Judgements, compare, total
from qa_engine.scoring.difference_report import report

CODE = {"M": 0, "P": 1, "N": 2, "A": 3, "U": 4}


def judged(items: dict[str, str], *scores: float | None, flags: tuple[tuple[str, ...], ...] = ()) -> Judgements:
    """Outcomes by item, a letter an interaction (met, partial, not met, not applicable, undetermined)."""
    bands = [NO_BAND if s is None else 0 if s >= 85 else 1 if s >= 70 else 2 for s in scores]
    return Judgements(
        items=tuple(items),
        outcomes=np.array([[CODE[letter] for letter in row] for row in items.values()], np.uint8),
        score=np.array([np.nan if s is None else s for s in scores]),
        band=np.array(bands, np.uint8),
        flags=flags or ((),) * len(scores),
    )


def difference(before: Judgements, after: Judgements, teams: str = "") -> Difference:
    count = len(before.score)
    names = list(teams or "x" * count)
    whose = {"agent": [None] * count, "team": names, "vendor": names}
    return compare([f"i{n}" for n in range(count)], whose, before, after)


def test_the_codes_are_those_of_bulk_judging() -> None:
    assert [str(one)[0] for one in OUTCOMES] == ["M", "P", "N", "N", "U"]
    assert [str(one) for one in BANDS] == ["pass", "coach", "flagged"]


def test_every_verdict_before_meets_its_verdict_after() -> None:
    found = difference(judged({"a": "MMN", "b": "MUA"}, 90, 80, 60), judged({"a": "MNM", "b": "MMA"}, 90, 60, 90))
    assert found.outcomes == {
        ("a", "MET", "MET"): 1,
        ("a", "MET", "NOT_MET"): 1,
        ("a", "NOT_MET", "MET"): 1,
        ("b", "MET", "MET"): 1,
        ("b", "UNDETERMINED", "MET"): 1,
        ("b", "NOT_APPLICABLE", "NOT_APPLICABLE"): 1,
    }
    assert found.bands == {("pass", "pass"): 1, ("coach", "flagged"): 1, ("flagged", "pass"): 1}
    assert found.shift == {0: 1, -40: 1, 60: 1}


def test_items_that_came_or_went_are_absent_on_the_other_side() -> None:
    found = difference(judged({"old": "M"}, 90), judged({"new": "N"}, 90))
    assert found.outcomes == {("new", "ABSENT", "NOT_MET"): 1, ("old", "MET", "ABSENT"): 1}
    assert [(one.item, one.compared, one.flipped) for one in report(found).items] == [("new", 0, 0), ("old", 0, 0)]


def test_scores_that_are_missing_are_no_zero() -> None:
    found = report(difference(judged({"a": "MU"}, 80, None), judged({"a": "MM"}, None, 80), "xx"))
    assert (found.shift.count, found.shift.mean) == (0, None)
    assert {(flow.before, flow.after) for flow in found.bands} == {("coach", "none"), ("none", "coach")}
    assert (found.teams[0].mean_before, found.teams[0].mean_after) == (80.0, 80.0)


def test_flags_and_fatal_verdicts_are_gained_and_lost() -> None:
    before = judged({"a": "MMM"}, 90, 90, 90, flags=(("fatal", "late"), (), ("late",)))
    after = judged({"a": "MMM"}, 90, 90, 90, flags=((), ("fatal",), ("late",)))
    found = report(difference(before, after))
    assert (found.fatal_gained, found.fatal_lost) == (1, 1)
    assert (dict(found.flags_gained), dict(found.flags_lost)) == ({"fatal": 1}, {"fatal": 1, "late": 1})
    assert (found.teams[0].fatal_before, found.teams[0].fatal_after) == (1, 1)


def test_groups_tell_means_and_bands_and_those_that_moved_most_come_first() -> None:
    found = report(difference(judged({"a": "MMM"}, 90, 80, 50), judged({"a": "MNM"}, 90, 60, 50), "xyy"))
    assert [(g.name, g.count, g.mean_before, g.mean_after, g.change) for g in found.teams] == [
        ("y", 2, 65.0, 55.0, -10.0),
        ("x", 1, 90.0, 90.0, 0.0),
    ]
    assert found.teams[0].bands_before["coach"] == 1 and found.teams[0].bands_after["flagged"] == 2
    assert found.agents[0].name == ""


def test_the_share_left_to_people_is_of_verdicts_that_apply() -> None:
    found = report(difference(judged({"a": "UUMA"}, *[80] * 4), judged({"a": "UMMU"}, *[80] * 4)))
    assert (found.undetermined_before, found.undetermined_after) == (pytest.approx(0.6667), 0.5)


def test_the_examples_are_those_whose_score_moved_most() -> None:
    before = judged({"a": "M" * 9}, *[90.0] * 9)
    after = judged({"a": "N" * 8 + "M"}, *[90.0 - n for n in range(9)])
    found = difference(before, after)
    assert [one.interaction for one in found.examples if one.item == "a"] == ["i7", "i6", "i5", "i4", "i3"]
    assert next(one.interaction for one in found.examples if not one.item) == "i8"
    assert found.examples[0].moved == 7.0


@pytest.mark.parametrize("cuts", [(1,), (3,), (2, 5), (1, 2, 3, 4, 5, 6, 7)])
def test_parts_add_up_to_the_whole(cuts: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(cuts))
    letters, size = "MPNAU", 8
    before, after = (
        judged(
            {"a": "".join(rng.choice(list(letters), size)), "b": "".join(rng.choice(list(letters), size))},
            *(None if s < 5 else float(s) for s in rng.integers(0, 100, size)),
        )
        for _ in range(2)
    )

    def part(told: Judgements, start: int, stop: int) -> Judgements:
        within = slice(start, stop)
        flags = told.flags[within]
        return Judgements(told.items, told.outcomes[:, within], told.score[within], told.band[within], flags)

    ids, names = [f"i{n}" for n in range(size)], list("xyxyxyxy")
    edges = [0, *cuts, size]
    parts = [
        compare(ids[a:b], dict.fromkeys(("agent", "team", "vendor"), names[a:b]), part(before, a, b), part(after, a, b))
        for a, b in pairwise(edges)
    ]
    whole = compare(ids, dict.fromkeys(("agent", "team", "vendor"), names), before, after)
    summed = total(Difference.load(json.loads(json.dumps(one.dump()))) for one in parts)
    assert (summed.compared, summed.outcomes, summed.bands, summed.shift) == (
        whole.compared, whole.outcomes, whole.bands, whole.shift,
    )  # fmt: skip
    assert {k: [round(x, 6) for x in v] for k, v in summed.groups["team"].items()} == {
        k: [round(x, 6) for x in v] for k, v in whole.groups["team"].items()
    }
    most = max((one.moved for one in whole.examples), default=0.0)
    assert max((one.moved for one in summed.examples), default=0.0) == most


def test_the_sum_keeps_a_bounded_number_of_examples() -> None:
    some = difference(judged({"a": "M" * 9}, *[90.0] * 9), judged({"a": "N" * 9}, *[80.0] * 9))
    found = total([some] * 10)
    assert Counter(one.item for one in found.examples) == {"a": 2 * KEPT, "": 2 * KEPT}


def test_percentiles_are_to_half_a_point() -> None:
    found = report(Difference(compared=100, shift=Counter({-4: 5, 0: 90, 3: 5})))
    assert found.shift.percentiles == {5: -2.0, 25: 0.0, 50: 0.0, 75: 0.0, 95: 0.0}
    assert (found.shift.mean, found.shift.moved) == (-0.03, 10)


def test_nothing_compared_is_told_as_nothing() -> None:
    found = report(Difference())
    assert (found.compared, found.items, found.bands, found.shift.mean, found.undetermined_after) == (
        0,
        (),
        (),
        None,
        None,
    )
