"""Any Hugging Face audio classifier serves as one more ear: shown with real, tiny ones, taught here in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.toolbox import build_tools
from models.voice.hf import HuggingFaceVoice
from models.voice.labels import mapping_of, meanings
from qa_engine.errors import BadSetting
from qa_engine.pipeline import hearing_version
from qa_engine.settings import Settings
from tests.unit.signals.sounds import voice

PLAIN = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
CONVOLUTIONS = {
    "conv_dim": (16, 16, 16), "conv_stride": (8, 8, 5), "conv_kernel": (10, 8, 5), "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "common"),
    [
        (["ang", "hap", "neu", "sad"], ["anger", "joy", "neutral", "sadness"]),
        (["angry", "calm", "disgust", "fearful"], ["anger", "neutral", "anger", "anxiety"]),
        (["生气/angry", "恐惧/fearful", "其他/other", "<unk>"], ["anger", "anxiety", "neutral", "neutral"]),
        (["愤怒", "开心", "惊讶", "平静"], ["anger", "joy", "surprise", "neutral"]),
        (["surprise", "happiness", "Fear", "SADNESS"], ["surprise", "joy", "anxiety", "sadness"]),
    ],
)
def test_it_knows_the_labels_of_common_models(labels: list[str], common: list[str]) -> None:
    assert list(meanings(labels, {}).values()) == common


def test_the_settings_tell_what_other_labels_mean() -> None:
    mapping = mapping_of("LABEL_0=anger, LABEL_1=平静，LABEL_2 = happy")
    assert mapping == {"LABEL_0": "anger", "LABEL_1": "neutral", "LABEL_2": "joy"}
    assert meanings(["LABEL_0", "LABEL_1", "LABEL_2", "sad"], mapping)["sad"] == "sadness"
    assert mapping_of("") == {}


def test_what_cannot_be_mapped_is_told_with_the_label_and_the_mend() -> None:
    with pytest.raises(BadSetting, match=r"VOICE_EMOTION_LABELS.*'LABEL_1'.*LABEL_1=anger"):
        meanings(["angry", "LABEL_1"], {})
    with pytest.raises(BadSetting, match=r"no label 'anggry' \(its labels are angry, sad\)"):
        meanings(["angry", "sad"], {"anggry": "anger"})
    with pytest.raises(BadSetting, match=r"'furious'.*LABEL_0=anger"):
        mapping_of("LABEL_0=furious")
    with pytest.raises(BadSetting, match="'anger' is no pair"):
        mapping_of("anger")


def test_it_listens_where_it_is_set_and_is_told_in_the_versions() -> None:
    assert build_tools(Settings()).voice is None
    tools = build_tools(
        Settings(voice_emotion_model="some/ear", voice_emotion_labels="L0=anger", voice_emotion_share=0.1)
    )
    assert tools.voice is not None and tools.voice.version == "hf:some/ear L0=anger" and tools.voice_share == 0.1
    assert "hf:some/ear L0=anger of 0.1" in hearing_version(tools)


@pytest.fixture(scope="module")
def torch() -> Iterator[Any]:
    pytest.importorskip("transformers", reason="the extra hf is not installed")
    yield pytest.importorskip("torch", reason="the extra hf is not installed")


def sounds(seed: int, count: int) -> tuple[list[Any], list[int]]:
    """Voices of one second, high and loud (1) or low and soft (0), no two alike."""
    dice = np.random.default_rng(seed)
    kinds = [int(kind) for kind in dice.integers(0, 2, count)]
    return [
        voice((320 if kind else 110) * dice.uniform(0.9, 1.1), 1.0, (-14 if kind else -30) + dice.uniform(-2, 2))
        for kind in kinds
    ], kinds


def taught(torch: Any, folder: Path, kind: str, rate: int, labels: dict[int, str]) -> Path:
    """A tiny network of a kind, taught to tell high loud voices (its label 1) from low soft ones, in a folder."""
    import transformers

    config = getattr(transformers, f"{kind}Config")(
        **PLAIN, **CONVOLUTIONS, num_labels=2, id2label=labels, label2id={name: i for i, name in labels.items()}
    )
    torch.manual_seed(3)
    model = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    extractor = transformers.Wav2Vec2FeatureExtractor(sampling_rate=rate, do_normalize=False)
    heard, kinds = sounds(1, 48)
    step = 16_000 // rate
    values = torch.tensor(np.stack([sound[::step] for sound in heard]))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(40):
        loss = model(input_values=values, labels=torch.tensor(kinds)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("kind", "rate"), [("Wav2Vec2", 16_000), ("Hubert", 8_000)])
def test_a_real_transformer_hears_what_it_was_taught(torch: Any, tmp_path: Path, kind: str, rate: int) -> None:
    folder = taught(torch, tmp_path, kind, rate, {0: "neu", 1: "ang"})
    heard, kinds = sounds(2, 20)
    ear = HuggingFaceVoice(str(folder), {})
    found = ear.emotions({10 + i: sound for i, sound in enumerate(heard)})
    assert [told.turn for told in found] == list(range(10, 30))
    assert sum((told.label == "anger") == bool(kind) for told, kind in zip(found, kinds, strict=True)) >= 19
    assert all(0.5 <= told.confidence <= 1 for told in found) and ear.emotions({}) == ()


def test_batches_hold_sounds_of_like_length_and_answer_in_order(torch: Any, tmp_path: Path) -> None:
    ear = HuggingFaceVoice(str(taught(torch, tmp_path, "Wav2Vec2", 16_000, {0: "calm", 1: "生气"})), {})
    lengths = (4.0, 1.0, 4.1, 1.05, 12.0)
    many = [voice(320 if i % 2 else 110, seconds, -14 if i % 2 else -30) for i, seconds in enumerate(lengths)]
    together = ear.chances(many)
    alone = np.concatenate([ear.chances([sound]) for sound in many])
    assert np.array_equal(together.argmax(axis=1), alone.argmax(axis=1)) and np.abs(together - alone).max() < 0.1
    assert np.array_equal(together[4], alone[4])  # nothing of its length: it went alone


def test_labels_that_mean_nothing_are_refused_before_anything_is_heard(torch: Any, tmp_path: Path) -> None:
    folder = str(taught(torch, tmp_path, "Wav2Vec2", 16_000, {0: "LABEL_0", 1: "LABEL_1"}))
    sound = {0: voice(320, 1.0, -14)}
    with pytest.raises(BadSetting, match="'LABEL_0'"):
        HuggingFaceVoice(folder, {}).emotions(sound)
    (told,) = HuggingFaceVoice(folder, mapping_of("LABEL_0=neutral, LABEL_1=anger")).emotions(sound)
    assert told.label == "anger" and told.valence < 0


def test_a_folder_that_holds_no_such_model_is_told(torch: Any, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"VOICE_EMOTION_MODEL.*cannot be loaded for audio-classification"):
        HuggingFaceVoice(str(tmp_path), {}).emotions({0: voice(320, 1.0, -14)})
