"""Training learns, calibration tells chances, and what is kept on disk is what was trained."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.risk import store
from models.risk.training import LEAST_DIALOGUES, Case, fit
from models.risk.validation import FOLDS, deal, scores_left_out
from qa_engine.errors import WeightsMissing
from qa_engine.risk.calibration import fit_logistic
from qa_engine.risk.grams import grams
from qa_engine.risk.model import Tone, shares
from tests.unit.risk.talks import Letters, cases, facts, small_model


def test_it_ranks_what_it_learnt_from() -> None:
    model = small_model()
    scores = [(model.whole(case.windows, case.tone), case.rating <= -0.5) for case in cases()]
    assert min(s for s, risky in scores if risky) > max(s for s, risky in scores if not risky)


def test_it_ranks_words_it_has_not_seen_together() -> None:
    model, letters = small_model(), Letters()
    chances = []
    for last in ("好的，谢谢您", "垃圾，我要投诉"):
        found = facts("c:请问流量", "a:您好", f"c:{last}")
        chances.append(model.probability(model.score(found, letters.embed([found.meaning])[0])))
    assert chances[0] < 0.5 < chances[1]


def test_it_scores_a_field_as_the_kernel_did() -> None:
    """Weights written out give the same score as nearness to every case, which fit() solved for."""
    known = cases()
    model = small_model()
    target = np.tanh(1.5 * (-0.5 - np.array([case.rating for case in known])))
    alpha = model.figures.weight
    residual = target - np.array([model.whole(case.windows, None) for case in known])
    np.testing.assert_allclose(residual, 1.5 * alpha, atol=1e-6)


def test_it_learns_a_long_dialogue_by_all_its_windows() -> None:
    """Weights of the windows of one dialogue stand to each other as the windows count in scoring."""
    calm, angry, *rest = cases()
    long = Case((*calm.windows, *angry.windows), -1.0)
    model = fit([long, *rest], threshold=-0.5)
    early, late = model.figures.weight[:2]
    assert late == pytest.approx(3 * early)
    assert shares(2) == (0.25, 0.75) and shares(1) == (1.0,)


def test_it_scores_who_sounds_worse_higher_and_a_silent_model_as_usual() -> None:
    model = small_model()
    window = cases()[0].windows
    usual = model.whole(window, None)
    assert model.whole(window, model.tone.mean - 0.1) < usual < model.whole(window, model.tone.mean + 0.1)
    assert model.whole(window, model.tone.mean) == pytest.approx(usual)


def test_it_weighs_no_tone_where_none_was_heard() -> None:
    deaf = [replace(case, tone=None) for case in cases()]
    assert fit(deaf, threshold=-0.5).tone == Tone()


def test_it_forgives_a_light_dialogue_more() -> None:
    """A case of weight 0.1 stays ten times as far from its target, for the same pull on the others."""
    light, *rest = cases()
    model = fit([replace(light, weight=0.1), *rest], threshold=-0.5)
    target = np.tanh(1.5 * (-0.5 - light.rating))
    assert target - model.whole(light.windows, None) == pytest.approx(15 * model.figures.weight[0], abs=1e-6)


def test_it_drops_words_of_a_single_dialogue() -> None:
    model = small_model()
    rare, _ = grams(["宽带坏了三天没人管"])
    assert LEAST_DIALOGUES == 2
    assert not np.isin(rare, model.words["first"].keys).all()


def test_it_tells_chances_that_come_true() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=4000)
    truth = (rng.random(4000) < 1 / (1 + np.exp(-(2 * scores - 1)))).astype(float)
    slope, offset = fit_logistic(scores, truth)
    assert slope == pytest.approx(2, abs=0.2)
    assert offset == pytest.approx(-1, abs=0.15)


def test_it_keeps_chances_finite_where_scores_part_the_classes() -> None:
    slope, offset = fit_logistic(np.array([-1.0, -1.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert math.isfinite(slope) and math.isfinite(offset)


def test_it_never_parts_near_copies_and_deals_folds_alike() -> None:
    groups = [f"g{i // 2}" for i in range(200)]
    ratings = [float(i // 2 % 4) - 2 for i in range(200)]
    fold = deal(groups, ratings, seed=1)
    assert all(fold[i] == fold[i + 1] for i in range(0, 200, 2))
    assert {fold.count(number) for number in range(FOLDS)} == {40}
    assert fold == deal(groups, ratings, seed=1) != deal(groups, ratings, seed=2)


def test_it_scores_every_dialogue_by_a_model_that_did_not_see_it() -> None:
    known = cases() * 3
    groups = [str(i % len(cases())) for i in range(len(known))]
    held: list[int] = []
    scores = scores_left_out(known, groups, -0.5, 1, seen=lambda model, left: held.extend(left))
    assert sorted(held) == list(range(len(known)))
    assert np.isfinite(scores).all()


def test_it_keeps_the_numbers_it_was_given(tmp_path: Path) -> None:
    model = small_model()
    kept = store.save(model, {"label": "x"}, tmp_path)
    for case in cases():
        for tone in (None, 0.3):
            assert kept.whole(case.windows, tone) == pytest.approx(model.whole(case.windows, tone), abs=0.01)
    assert store.SHELF.card_of(tmp_path)["label"] == "x"
    assert kept.version.startswith("customer-risk-zh@")


def test_it_refuses_numbers_that_are_not_those_of_the_card(tmp_path: Path) -> None:
    store.save(small_model(), {}, tmp_path)
    store.load.cache_clear()
    (tmp_path / store.SHELF.numbers).write_bytes(b"other")
    with pytest.raises(WeightsMissing, match="not those of its card") as caught:
        store.load(tmp_path)
    assert caught.value.mend


def test_it_refuses_a_model_of_other_figures(tmp_path: Path) -> None:
    store.save(small_model(), {}, tmp_path)
    store.load.cache_clear()
    card = store.SHELF.card_of(tmp_path) | {"figures": ["one"]}
    (tmp_path / store.SHELF.card).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(WeightsMissing, match="other figures"):
        store.load(tmp_path)


def test_it_says_where_a_model_is_missing(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        store.load(tmp_path / "away")
    assert "away" in str(caught.value.where)
