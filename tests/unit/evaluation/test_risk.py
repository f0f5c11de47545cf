"""Figures of the risk: what counts as at risk, how ties count, what a line may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Transcript
from qa_engine.errors import BadInput, BadSetting
from qa_engine.evaluation import ranking
from qa_engine.evaluation.risk import Report, evaluate, read_dialogues
from qa_engine.risk import Risk

CHANCES = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1]
TRUTH = [True, True, False, True, False, False]


def test_it_ranks() -> None:
    assert ranking.auc(CHANCES, TRUTH) == pytest.approx(8 / 9)
    assert ranking.average_precision(CHANCES, TRUTH) == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert ranking.precision_at_recall(CHANCES, TRUTH, 0.5) == 1.0
    assert ranking.precision_at_recall(CHANCES, TRUTH, 1.0) == 0.75


def test_it_has_no_figure_of_one_class() -> None:
    assert ranking.auc([0.1, 0.2], [True, True]) is None
    assert ranking.average_precision([0.1], [False]) is None
    assert ranking.precision_at_recall([0.1], [False], 0.5) is None
    assert ranking.auc([], []) is None


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), max_size=30), st.randoms())
def test_it_does_not_mind_the_order_of_lines(pairs: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for figure in (ranking.auc, ranking.average_precision):
        one, two = (figure([p for p, _ in some], [so for _, so in some]) for some in (pairs, shuffled))
        assert one == pytest.approx(two)


def test_it_gives_half_for_chances_that_are_all_equal() -> None:
    assert ranking.auc([0.5] * 6, TRUTH) == 0.5


def written(folder: Path, *lines: object) -> Path:
    path = folder / "d.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), encoding="utf-8")
    return path


def line(said: str, **more: object) -> dict[str, object]:
    return {"messages": [{"role": "customer", "text": said}, {"role": "agent", "text": "您好"}], **more}


@pytest.mark.parametrize(
    ("more", "rating"),
    [
        ({"quality": {"mood": {"mean": -0.5, "n": 19}}}, -0.5),
        ({"labels": {"mood": -1}}, -1.0),
        ({"mood": 0}, 0.0),
        ({"mood": None}, None),
        ({}, None),
    ],
)
def test_it_finds_the_rating(more: dict[str, object], rating: float | None, tmp_path: Path) -> None:
    (found,) = read_dialogues(written(tmp_path, line("你好", **more)), "mood")
    assert found.rating == rating
    assert found.transcript.language == "zh"


@pytest.mark.parametrize("bad", ["{", '{"messages": 3}', '{"messages": [{"role": "customer"}]}', "[]"])
def test_it_names_the_line_that_is_no_dialogue(bad: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        list(read_dialogues(written(tmp_path, line("你好"), bad), "mood"))
    assert caught.value.where == "d.jsonl:2"
    assert caught.value.mend


def test_it_names_the_file_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        list(read_dialogues(tmp_path / "away.jsonl", "mood"))


def by_length(transcript: Transcript) -> Risk | None:
    """Tells a chance by the length of the first words: 9 letters are 0.9."""
    chance = len(transcript.turns[0].text) / 10
    return Risk(probability=chance, alarm=chance > 0.85, reasons=(), after=0, version="x") if chance else None


def report(folder: Path, **options: bool) -> Report:
    ratings = {9: -1.0, 8: -0.5, 6: -0.3, 2: 1.0}
    lines = [line("啊" * chance, labels={"mood": rating}) for chance, rating in ratings.items()]
    data = written(folder, *lines, line("啊"), line(""))
    return evaluate(data, by_length, label="mood", threshold=-0.5, **options)


def test_it_counts_ratings_at_the_threshold_as_at_risk(tmp_path: Path) -> None:
    figures = report(tmp_path).as_json()
    assert figures["dialogues"] == 5 and figures["rated"] == 4 and figures["at_risk"] == 2 and figures["skipped"] == 1
    assert figures["auc"] == 1.0
    assert figures["accuracy"] == 0.75
    assert figures["clear"] == 2 and figures["accuracy_clear"] == 1.0
    assert figures["brier"] == pytest.approx((0.01 + 0.04 + 0.36 + 0.04) / 4)
    assert figures["alarms"] == pytest.approx(1 / 5)
    assert "open" not in figures


def test_it_also_tells_the_figures_while_open(tmp_path: Path) -> None:
    figures = report(tmp_path, while_open=True).as_json()
    assert list(figures["open"]) == ["1"]
    assert figures["open"]["1"]["auc"] == 1.0
