"""Any Hugging Face classifier serves as emotion model: shown with a real, tiny, untrained BERT."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.emotion.hf import HuggingFaceEmotion
from models.emotion.labels import common_label
from models.toolbox import build_tools
from qa_engine.domain import Role, Transcript, Turn
from qa_engine.errors import BadSetting
from qa_engine.pipeline import hearing_version
from qa_engine.settings import Settings


@pytest.mark.parametrize(
    ("theirs", "ours"), [("angry", "anger"), ("Anger", "anger"), ("高兴", "joy"), ("calm", "neutral")]
)
def test_it_knows_the_labels_of_common_classifiers(theirs: str, ours: str) -> None:
    assert common_label(theirs) == ours


def test_it_refuses_a_label_that_means_nothing_to_us() -> None:
    with pytest.raises(BadSetting, match="LABEL_3"):
        common_label("LABEL_3")


def test_it_is_used_where_it_is_set_and_told_in_the_versions() -> None:
    assert build_tools(Settings(emotion_model="")).emotion is None
    tools = build_tools(Settings(emotion_model="some/model"))
    assert tools.emotion is not None and tools.emotion.version == "hf:some/model"
    assert "hf:some/model" in hearing_version(tools)


def test_it_labels_every_judged_turn_with_a_real_transformer(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="the extra hf is not installed")
    pytest.importorskip("torch", reason="the extra hf is not installed")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"您好我很生气"]))
    transformers.BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=11, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label={0: "angry", 1: "neutral"}, label2id={"angry": 0, "neutral": 1},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    turns = tuple(
        Turn(index=i, role=Role.CUSTOMER, text=text) for i, text in enumerate(["您好", "我很生气", "", "您好"])
    )
    found = HuggingFaceEmotion(str(tmp_path)).emotions(Transcript(turns=turns, language="zh"))
    assert [e.turn for e in found] == [0, 1, 3]
    assert all(e.label in ("anger", "neutral") and 0.5 <= e.confidence <= 1 for e in found)
    assert found[0].label == found[2].label
