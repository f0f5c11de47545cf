"""Our own text emotion model as it ships, on service talk that it has not learnt from."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.emotion import store
from models.emotion.card import as_markdown
from models.emotion.labels import LABELS, VALENCE
from models.emotion.own import OwnEmotion
from models.toolbox import build_tools
from qa_engine.domain import Role, Transcript, Turn
from qa_engine.errors import WeightsMissing
from qa_engine.pipeline import hearing_version
from qa_engine.settings import Settings
from workers.cli.evaluate import app

SEEN = "".join((store.HOME / name).read_text("utf-8") for name in ("service_zh.tsv", "service_en.tsv"))
BUSINESS = (
    "你好，我想问一下我的套餐什么时候到期",
    "我的身份证丢了，补办需要带什么",
    "麻烦帮我把订单取消一下",
    "快递还没有收到，单号是尾号七七八八",
    "这边帮您查询到包裹正在派送",
    "请您提供一下收货人的姓名和电话",
    "冰箱不制冷了，需要报修",
    "可以的，那我明天上午过去办理",
    "I'd like to change my delivery address.",
    "The dishwasher stopped working, can you send someone?",
    "Could you give me your order number, please?",
    "Okay, I'll call back tomorrow.",
)
HEATED = (
    ("你们公司就是骗钱的，我要曝光你们", "anger"),
    ("你这什么态度，叫你们主管来", "anger"),
    ("别再跟我扯这些了，马上给我退钱", "anger"),
    ("服务真的太差劲了，很失望", "disappointment"),
    ("都反映三次了，还是没有解决", "disappointment"),
    ("卡里的钱突然没了，怎么办啊，我好着急", "anxiety"),
    ("我很担心会影响孩子上学", "anxiety"),
    ("真是太谢谢您了，帮了我一个大忙", "joy"),
    ("你们的师傅特别专业，我很满意", "joy"),
    ("家里老人刚走，我心里特别难过", "sadness"),
    ("啊？怎么会这么多钱", "surprise"),
    ("You liars, give me my money back right now!", "anger"),
    ("I am very disappointed with how this was handled.", "disappointment"),
    ("I'm so worried that I'll lose my deposit.", "anxiety"),
    ("Thank you so much, you've been wonderful!", "joy"),
)


@pytest.fixture(scope="module")
def model() -> OwnEmotion:
    return OwnEmotion()


def told(model: OwnEmotion, texts: list[str]) -> list[str]:
    return [LABELS[index] for index in model.chances(texts).argmax(axis=1)]


def test_these_sentences_were_not_learnt_from() -> None:
    assert not [text for text in (*BUSINESS, *(text for text, _ in HEATED)) if f"\t{text}\n" in SEEN]


def test_neutral_business_talk_is_not_anger_however_unpleasant_the_fact(model: OwnEmotion) -> None:
    found = Counter(told(model, list(BUSINESS)))
    assert found["neutral"] >= 10 and not found["anger"]


def test_service_talk_with_feeling_is_told(model: OwnEmotion) -> None:
    found = told(model, [text for text, _ in HEATED])
    assert sum(label == emotion for label, (_, emotion) in zip(found, HEATED, strict=True)) >= 13
    valence = model.chances([text for text, _ in HEATED]) @ np.array([VALENCE[label] for label in LABELS])
    bad = [emotion in ("anger", "disappointment", "anxiety", "sadness") for _, emotion in HEATED]
    assert min(valence[[not b for b in bad]]) > max(valence[bad])


def test_a_text_is_told_alike_alone_among_others_and_again(model: OwnEmotion) -> None:
    texts = [text for text, _ in HEATED]
    together = model.chances(texts)
    alone = np.concatenate([OwnEmotion(cached_texts=2).chances([text]) for text in texts[:3]])
    assert np.array_equal(together[:3], alone)
    assert np.array_equal(model.chances(texts[::-1])[::-1], together)
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_the_cache_forgets_the_oldest() -> None:
    model = OwnEmotion(cached_texts=2)
    first = model.chances(["一", "二", "三", "一"])
    assert first.shape == (4, len(LABELS)) and np.array_equal(first[0], first[3])
    assert np.array_equal(model.chances(["二", "一"]), first[[1, 0]])


@pytest.mark.parametrize("text", ["", " ", "\0", "😡", "嗯" * 5000, "한국어"])
def test_any_text_has_chances(model: OwnEmotion, text: str) -> None:
    assert np.isfinite(model.chances([text])).all()


def test_judged_turns_alone_are_told(model: OwnEmotion) -> None:
    turns = tuple(Turn(index=i, role=Role.CUSTOMER, text=t) for i, t in enumerate(["你们这群骗子", "", "太感谢您了"]))
    bad, good = model.emotions(Transcript(turns=turns, language="zh"))
    assert (bad.turn, bad.label, good.turn, good.label) == (0, "anger", 2, "joy")
    assert bad.valence < -0.5 and good.valence > 0.5 and 0.5 < bad.confidence <= 1
    assert model.emotions(Transcript(turns=(), language="zh")) == ()


def test_it_is_the_default_and_told_in_the_versions() -> None:
    tools = build_tools(Settings())
    assert isinstance(tools.emotion, OwnEmotion) and tools.emotion.version.startswith("text-emotion-zh-en@")
    assert tools.emotion.version in hearing_version(tools)
    assert build_tools(Settings(emotion_model="none")).emotion is None


def test_a_changed_network_is_refused(tmp_path: Path) -> None:
    for name in (store.CARD, store.NETWORK, store.TOKENIZER):
        shutil.copy(store.HOME / name, tmp_path / name)
    assert store.load(tmp_path).version == store.load().version
    with (tmp_path / store.NETWORK).open("ab") as network:
        network.write(b"x")
    with pytest.raises(WeightsMissing, match="not that of its card"):
        OwnEmotion(tmp_path).chances(["你好"])
    card = {**store.card_of(), "labels": ["good", "bad"]}
    (tmp_path / store.CARD).write_text(json.dumps(card), encoding="utf-8")
    shutil.copy(store.HOME / store.NETWORK, tmp_path / store.NETWORK)
    with pytest.raises(WeightsMissing, match="other labels"):
        store.load(tmp_path)
    with pytest.raises(WeightsMissing, match="cannot be read"):
        store.load(tmp_path / "none")


def test_it_is_small_and_its_card_tells_data_licences_and_figures() -> None:
    assert (store.HOME / store.NETWORK).stat().st_size <= 25_000_000
    card = store.card_of()
    page = as_markdown(card)
    assert "Apache-2.0" in page and card["sha256"] in page and page == Path("docs/models-emotion.md").read_text("utf-8")
    for name, figures in card["measured"].items():
        assert f"**{name}**" in page and figures["macro_f1"] > 0.2


def test_the_command_measures_labelled_texts(tmp_path: Path) -> None:
    data = tmp_path / "texts.jsonl"
    rows = [{"text": text, "label": {"joy": "高兴"}.get(label, label)} for text, label in HEATED]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = CliRunner().invoke(app, ["emotion", "--data", str(data), "--json"])
    figures = json.loads(found.stdout)
    assert found.exit_code == 0 and figures["n"] == 15 and figures["macro_f1"] > 0.7
    assert sum(figures["confusion"]["joy"].values()) == figures["per_class"]["joy"]["n"] == 3
    assert CliRunner().invoke(app, ["emotion", "--data", str(data)]).exit_code == 0
