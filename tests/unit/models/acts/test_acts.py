"""The act model: the same numbers from the same sentences, honest folds, refusals, and what is shipped."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.acts import data, load, store
from models.acts.grams import grams
from models.acts.program import Trained, deal, train
from models.acts.training import fit, threshold
from qa_engine.checkers.acts import ACTS, told_by
from qa_engine.domain import Role
from qa_engine.errors import BadInput, WeightsMissing
from workers.cli.main import app

LEAST_MACRO_F1 = 0.65
MOST_MEGABYTES = 4
MOST_MICROSECONDS = 200
"""A sentence by itself; the machine of the tests is slow and shared."""


def lines(count: int) -> list[str]:
    """``count`` made sentences of every act: its name in Latin words, with something that differs."""
    sides = {"agent": ("agent",), "customer": ("customer",), "both": ("agent", "customer")}
    return [
        f"{sides[act.side][n % len(sides[act.side])]}\t{name}\t{name.replace('_', ' ')} {chr(0x4E00 + 31 * n)}"
        for name, act in ACTS.items()
        for n in range(count)
    ]


def trained(folder: Path, count: int = 6) -> Trained:
    (folder / "made.tsv").write_text("\n".join(["# made", *lines(count)]), encoding="utf-8")
    return train(data.files_of(folder), seed=1)


def test_it_learns_what_can_be_learnt_and_tells_figures(tmp_path: Path) -> None:
    made = trained(tmp_path)
    assert made.card["sentences"] == 6 * len(ACTS)
    assert 0.5 < made.card["macro_f1"] <= 1
    model = store.save(made.weights, made.card, tmp_path / "kept")
    assert model.version.endswith(store.SHELF.card_of(tmp_path / "kept")["sha256"][:12])
    chances = model.probabilities(["refuse flatly 好", "threaten 好"], Role.UNKNOWN)
    assert [list(ACTS)[row.argmax()] for row in chances] == ["refuse_flatly", "threaten"]


def test_it_makes_the_same_numbers_from_the_same_sentences(tmp_path: Path) -> None:
    (tmp_path / "made.tsv").write_text("\n".join(lines(3)), encoding="utf-8")
    sentences = data.read(data.files_of(tmp_path))
    kept = [store.save(fit(sentences), {}, tmp_path / name).version for name in ("one", "two")]
    assert kept[0] == kept[1]


def test_a_side_is_told_only_its_own_acts() -> None:
    for role in (Role.AGENT, Role.CUSTOMER):
        row = load().probabilities(["请问您的订单号是多少"], role)[0]
        assert all(chance == 0 for name, chance in zip(ACTS, row, strict=True) if not told_by(name, role))
        assert row.max() > 0


def test_it_tells_the_same_alone_and_in_company() -> None:
    texts = ["您好，请问有什么可以帮您", "明天上午给您回电", "", "😀", "Please hold on", "您好，请问有什么可以帮您"]
    told = load().probabilities(texts, Role.AGENT)
    assert told.shape == (len(texts), len(ACTS)) and told.dtype == np.float32
    alone = np.stack([store.load.__wrapped__().probabilities([text], Role.AGENT)[0] for text in texts])
    assert np.allclose(told, alone, atol=1e-6)
    assert load().probabilities([], Role.AGENT).shape == (0, len(ACTS))


def test_numbers_of_one_length_are_alike_and_width_does_not_matter() -> None:
    assert np.array_equal(grams(["尾号1234"])[0], grams(["尾号９８７６"])[0])
    assert not np.array_equal(grams(["尾号1234"])[0], grams(["尾号12345"])[0])


def test_near_copies_share_a_group_and_so_a_fold() -> None:
    said = ["请您提供一下订单号", "请您提供一下订单号呢", "祝您生活愉快"]
    group = data.groups([data.Sentence(Role.AGENT, frozenset(), text) for text in said])
    assert group[0] == group[1] != group[2]
    fold = deal(group, seed=5)
    assert fold[0] == fold[1]


def test_a_threshold_that_costs_points_is_set_higher() -> None:
    chances = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25])
    truth = np.array([True, True, False, True, False, True, False, True])
    assert threshold(chances, truth, 0.5) > 0.7 > threshold(chances, truth, 1.0)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("agent\tgreet", "not a sentence"),
        ("robot\tgreet\t您好", "not a sentence"),
        ("agent\tbow\t您好", "bow"),
        ("agent\tannoyed\t烦死了", "annoyed"),
    ],
)
def test_it_names_the_line_that_cannot_be_read(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.tsv"
    path.write_text(f"agent\t-\t好\n{line}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=told) as raised:
        data.read([path])
    assert raised.value.where == "odd.tsv:2"


def test_it_wants_sentences_of_every_act(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="too few sentences"):
        trained(tmp_path, count=2)


def test_numbers_that_are_not_the_cards_are_not_used(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="cannot be read"):
        store.load(tmp_path)
    for name in (store.SHELF.numbers, store.SHELF.card):
        (tmp_path / name).write_bytes((store.HOME / name).read_bytes())
    (tmp_path / store.SHELF.numbers).write_bytes(b"other")
    with pytest.raises(WeightsMissing, match="not those of its card"):
        store.load(tmp_path)
    card = {**store.SHELF.card_of(store.HOME), "names": ["bow"], "sha256": hashlib.sha256(b"other").hexdigest()}
    (tmp_path / store.SHELF.card).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(WeightsMissing, match="other acts"):
        store.load(tmp_path)


def test_what_is_shipped_is_small_quick_and_as_good_as_its_card_says() -> None:
    card = store.SHELF.card_of(store.HOME)
    assert store.SHELF.size(store.HOME) < MOST_MEGABYTES * 1e6
    assert card["macro_f1"] >= LEAST_MACRO_F1
    assert card["data"] == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in data.files_of()}
    page = store.HOME.parents[1] / "docs" / "models-acts.md"
    assert card["sha256"] in page.read_text(encoding="utf-8")
    texts = [sentence.text for sentence in data.read(data.files_of())[:2000]]
    weights = load().weights
    began = time.process_time()
    for start in range(0, len(texts), 20):
        weights.scores(texts[start : start + 20])
    assert (time.process_time() - began) / len(texts) * 1e6 < MOST_MICROSECONDS


def test_it_is_measured_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "said.jsonl"
    said = [
        {
            "role": "agent",
            "text": "您好，请问有什么可以帮您？感谢您的来电，再见",
            "acts": ["greet", "offer_help", "thank", "farewell"],
        },
        {"role": "customer", "text": "谢谢，再见", "acts": ["thank", "farewell"]},
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in said), encoding="utf-8")
    result = CliRunner().invoke(app, ["evaluate", "acts", "--data", str(path), "--json"])
    figures = json.loads(result.stdout)
    assert figures["sentences"] == 2
    assert figures["acts"]["farewell"] == {"sentences": 2, "precision": 1.0, "recall": 1.0, "f1": 1.0}
