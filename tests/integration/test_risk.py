"""The shipped risk model with real sentence vectors: it loads, explains, is quick, and keeps its floors on chats."""

from __future__ import annotations

import json
import time
from itertools import islice
from pathlib import Path

import pytest

from models.embeddings import E5Embedder
from models.emotion.own import OwnEmotion
from models.risk import load
from models.risk.store import HOME, SHELF
from qa_engine.domain import Role, Transcript, Turn
from qa_engine.evaluation.risk import evaluate
from qa_engine.risk import Cause, assess, follow
from qa_engine.settings import get_settings

LEAST = {"auc": 0.91, "precision_at_recall_50": 0.85, "accuracy_clear": 0.93}
LEAST_ELSEWHERE = 0.8
MOST_MEGABYTES = 10
MOST_SECONDS_A_TURN = 0.15

TALK = (
    (Role.CUSTOMER, "宽带从周一断到现在，报修三次了都没人来"),
    (Role.AGENT, "非常抱歉给您带来不便，请您耐心等待"),
    (Role.CUSTOMER, "又是等？再不解决我就投诉到工信部，换移动了"),
    (Role.AGENT, "您的问题已反馈，请耐心等待"),
    (Role.CUSTOMER, "你们除了敷衍还会什么，太失望了"),
)


@pytest.fixture(scope="module")
def embedder() -> E5Embedder:
    return E5Embedder(get_settings().home)


def talk(*said: tuple[Role, str]) -> Transcript:
    turns = tuple(Turn(index=index, role=role, text=text) for index, (role, text) in enumerate(said))
    return Transcript(turns=turns, language="zh")


def few(source: Path, folder: Path, lines: int) -> Path:
    """The first lines of a file: the whole would take minutes."""
    path = folder / source.name
    with source.open(encoding="utf-8") as stream:
        path.write_text("".join(islice(stream, lines)), encoding="utf-8")
    return path


def test_it_ships_a_small_model_whose_card_tells_what_was_asked() -> None:
    card = SHELF.card_of(HOME)
    assert SHELF.size(HOME) < MOST_MEGABYTES * 1e6
    assert load().version.endswith(card["sha256"][:12])
    for figure, floor in LEAST.items():
        assert min(card["left_out"][figure]) >= floor
    assert card["folds"] == 5 and card["repeats"] == 3


def test_it_ships_the_page_of_its_card() -> None:
    page = (HOME.parents[1] / "docs" / "models-risk.md").read_text(encoding="utf-8")
    assert SHELF.card_of(HOME)["sha256"] in page


def test_it_explains_an_angry_customer_turn_by_turn(embedder: E5Embedder) -> None:
    risks = list(follow(talk(*TALK), load(), embedder))
    assert len(risks) == len(TALK)
    assert risks[-1].alarm
    assert {Cause.COMPLAINT, Cause.TONE} <= {reason.code for reason in risks[-1].reasons}
    assert all(reason.evidence for risk in risks for reason in risk.reasons)


def test_it_leaves_a_contented_customer_alone(embedder: E5Embedder) -> None:
    said = (
        (Role.CUSTOMER, "请问怎么查流量"),
        (Role.AGENT, "发短信CXLL到10086即可"),
        (Role.CUSTOMER, "好的谢谢，查到了"),
    )
    risk = assess(talk(*said), load(), embedder)
    assert risk is not None
    assert risk.probability < 0.2
    assert not risk.alarm


def rated_golden(name: str, folder: Path) -> Path:
    """Golden dialogues with the ratings of models/risk/data by id."""
    lines = (HOME / "data" / "golden_zh.tsv").read_text(encoding="utf-8").splitlines()[1:]
    ratings = {name: float(rating) for name, rating in (line.split("\t") for line in lines)}
    path = folder / name
    with (HOME.parents[1] / "fixtures" / "golden" / name).open(encoding="utf-8") as stream:
        dialogues = [json.loads(line) for line in stream]
    rows = [{**dialogue, "labels": {"customer_satisfaction": ratings[dialogue["id"]]}} for dialogue in dialogues]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["zh.jsonl", "zh-2.jsonl"])
def test_it_ranks_dialogues_of_trades_that_it_never_learnt(name: str, embedder: E5Embedder, tmp_path: Path) -> None:
    words = OwnEmotion()
    figures = evaluate(
        rated_golden(name, tmp_path),
        lambda t: assess(t, load(), embedder, words.emotions(t)),
        label="customer_satisfaction",
        threshold=-0.5,
    ).as_json()
    print(json.dumps(figures))
    assert figures["rated"] >= 157
    assert figures["auc"] > LEAST_ELSEWHERE


def test_what_it_learns_from_beside_stc3_is_whole_and_rated() -> None:
    """Half a table of ratings or a chat without its customer would teach something else than the page says."""
    chats = [json.loads(line) for line in (HOME / "data" / "shop_zh.jsonl").read_text(encoding="utf-8").splitlines()]
    also = SHELF.card_of(HOME)["also"]
    assert also["dialogues"] == len(chats) == len({chat["id"] for chat in chats})
    ratings = [chat["labels"]["customer_satisfaction"] for chat in chats]
    assert also["at_risk"] == sum(rating <= -0.5 for rating in ratings)
    assert all(-2 <= rating <= 2 and rating * 2 == int(rating * 2) for rating in ratings)
    assert all({"customer", "agent"} == {message["role"] for message in chat["messages"]} for chat in chats)


def test_it_follows_a_new_turn_quickly(embedder: E5Embedder) -> None:
    list(follow(talk(*TALK[:3]), load(), embedder))
    began = time.process_time()
    assess(talk(*TALK), load(), embedder)
    assert time.process_time() - began < MOST_SECONDS_A_TURN


@pytest.mark.shared
def test_it_raises_no_alarms_over_polite_dialogues(corpus: Path, embedder: E5Embedder, tmp_path: Path) -> None:
    data = few(corpus / "crosswoz_benign_dialogues" / "crosswoz_test.jsonl", tmp_path, 60)
    report = evaluate(data, lambda t: assess(t, load(), embedder), label="customer_satisfaction", threshold=-0.5)
    assert len(report.told) == 60
    assert sum(told.alarm for told in report.told) / len(report.told) <= 0.02


@pytest.mark.shared
def test_it_reads_what_it_was_trained_on(corpus: Path, embedder: E5Embedder, tmp_path: Path) -> None:
    """A sanity check of the stored numbers, not a measure: these dialogues were learnt from."""
    data = few(corpus / "stc3_weibo_helpdesk" / "stc3_tune.jsonl", tmp_path, 150)
    figures = evaluate(
        data, lambda t: assess(t, load(), embedder), label="customer_satisfaction", threshold=-0.5
    ).as_json()
    print(json.dumps(figures))
    assert figures["auc"] > 0.96
    assert figures["accuracy_clear"] > 0.95
