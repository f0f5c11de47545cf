"""Our own emotion model is made from the packaged encoder: a small one here, of a part of our own sentences."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from models.emotion import store
from models.emotion.data import read_labelled
from models.emotion.labels import LABELS
from models.pins import E5_SMALL
from models.weights import ready
from qa_engine.errors import BadInput, BadSetting
from qa_engine.settings import get_settings
from workers.cli.train import app

torch = pytest.importorskip("torch", reason="the extra train is not installed")
pytest.importorskip("onnxscript", reason="the extra train is not installed")

from models.emotion.training import program  # noqa: E402 - torch, an extra
from models.emotion.training.encoder import Encoder, read  # noqa: E402
from models.emotion.training.export import as_onnx  # noqa: E402
from models.emotion.training.loop import Options, learn, logits_of  # noqa: E402
from models.emotion.training.network import Classifier  # noqa: E402
from models.emotion.training.texts import Example, target_of  # noqa: E402

pytestmark = pytest.mark.model
SMALL = Options(passes=3, batch=20, rate=5e-4, head_rate=5e-3, seed=11)


class Cut(Exception):
    """Somebody ended the run."""


def cut_in_the_last_pass(what: str, share: float) -> None:
    if what.startswith("pass 3"):
        raise Cut


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return read(ready(E5_SMALL, get_settings().home) / E5_SMALL.files[0].name)


@pytest.fixture(scope="module")
def tokenizer() -> str:
    return (store.HOME / store.TOKENIZER).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def examples(tokenizer: str) -> list[Example]:
    """200 of our own sentences, every other one English."""
    from tokenizers import Tokenizer

    pieces = Tokenizer.from_str(tokenizer)
    rows = [row for pair in zip(*(read_labelled(path)[::2] for path in program.SERVICE), strict=False) for row in pair]
    return [Example(tuple(pieces.encode(row.text).ids), target_of(row)) for row in rows[:200]]


def untrained(encoder: Encoder, tokenizer: str) -> Classifier:
    """Two of the encoder's layers with a head that knows nothing yet; the same one each time."""
    rows = encoder.rows_of([piece for piece, _score in json.loads(tokenizer)["model"]["vocab"]])
    torch.manual_seed(SMALL.seed)
    return Classifier(encoder, rows, layers=2, longest=program.LONGEST, labels=len(LABELS))


@pytest.fixture(scope="module")
def learnt(encoder: Encoder, tokenizer: str, examples: list[Example]) -> Classifier:
    model = untrained(encoder, tokenizer)
    learn(model, examples, SMALL, None, lambda what, share: None)
    return model


def told_right(logits: Any, examples: list[Example]) -> float:
    truth = np.array([np.argmax(example.target) for example in examples])
    return float((logits.argmax(axis=1) == truth).mean())


def test_it_learns_what_it_is_shown(
    encoder: Encoder, tokenizer: str, examples: list[Example], learnt: Classifier
) -> None:
    before = told_right(logits_of(untrained(encoder, tokenizer), examples), examples)
    assert told_right(logits_of(learnt, examples), examples) > max(0.8, before + 0.3)


def test_a_run_that_was_cut_off_goes_on_to_the_same_numbers(
    encoder: Encoder, tokenizer: str, examples: list[Example], learnt: Classifier, tmp_path: Path
) -> None:
    kept = tmp_path / "run.pt"
    with pytest.raises(Cut):
        learn(untrained(encoder, tokenizer), examples, SMALL, kept, cut_in_the_last_pass)
    model, passes = untrained(encoder, tokenizer), set()
    learn(model, examples, SMALL, kept, lambda what, share: passes.add(what[:6]))
    assert passes == {"pass 3"}
    assert np.array_equal(logits_of(model, examples), logits_of(learnt, examples))


def test_what_ships_answers_as_what_was_trained(learnt: Classifier, examples: list[Example]) -> None:
    import onnxruntime

    temperature = 1.3
    truth = logits_of(learnt, examples) / temperature
    session = onnxruntime.InferenceSession(as_onnx(deepcopy(learnt), temperature), providers=["CPUExecutionProvider"])
    one_by_one = [np.array([example.ids], np.int64) for example in examples]
    told = np.concatenate([session.run(["logits"], {"ids": ids, "mask": np.ones_like(ids)})[0] for ids in one_by_one])
    assert (told.argmax(axis=1) == truth.argmax(axis=1)).mean() >= 0.97
    assert float(np.abs(told - truth).mean()) < 0.1  # the weights went to 8 bits


def test_data_that_cannot_teach_are_refused_before_anything_is_learnt(tmp_path: Path) -> None:
    few = tmp_path / "few.tsv"
    few.write_text("text\tlabel\n太慢了\tanger\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["emotion", "--data", str(few), "--to", str(tmp_path / "to")])
    assert isinstance(told.exception, BadInput) and "give at least 1000 texts" in str(told.exception)
    told = CliRunner().invoke(app, ["emotion", "--data", str(tmp_path / "none.tsv"), "--to", str(tmp_path / "to")])
    assert isinstance(told.exception, BadSetting) and "none.tsv" in str(told.exception)
    assert not (tmp_path / "to").exists()
