"""Arousal against emotions told: figures by hand, and the corpus where it is at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console
from typer.testing import CliRunner

from qa_engine.domain import Transcript, TurnEmotion
from qa_engine.errors import BadInput, BadSetting
from qa_engine.evaluation.voice import evaluate, read_manifest
from qa_engine.ports import Floats
from tests.unit.signals.sounds import voice
from workers.cli.evaluate import app


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two speakers far apart in level and pitch; only within each does the angry clip stand out."""
    lines = []
    for speaker, hz, dbfs in (("low", 110, -35), ("high", 240, -15)):
        for number, (emotion, up) in enumerate((("neutral", 0), ("sad", -3), ("angry", 6), ("Happy", 5), ("bored", 0))):
            name = f"{speaker}-{number}.wav"
            soundfile.write(tmp_path / name, voice(hz * 2 ** (up / 12), 1.5, dbfs + up), 16_000)
            lines.append(json.dumps({"file": name, "speaker": speaker, "emotion": emotion, "text": "好的"}))
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_speaker_is_held_against_itself(manifest: Path) -> None:
    figures = evaluate(manifest).as_json()
    assert (figures["n"], figures["worked_up"], figures["skipped"], figures["not_told"]) == (8, 4, 2, 0)
    assert figures["auc"] == figures["auc_g711"] == 1.0
    assert figures["per_speaker"] == {who: {"auc": 1.0, "auc_g711": 1.0, "n": 4} for who in ("high", "low")}
    assert figures["mean_by_emotion"]["angry"] > 0.6 > figures["mean_by_emotion"]["neutral"]


def test_the_command_tells_them_as_json_or_as_a_table(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(app, ["voice", "--manifest", str(manifest), "--json"])
    figures = json.loads(told.stdout)
    assert told.exit_code == 0 and figures["auc"] == 1.0 and figures["fused"]["words"].startswith("text-emotion")
    shown = Console(file=StringIO(), width=120)
    monkeypatch.setattr("workers.cli.evaluate_emotion.out", shown)
    assert CliRunner().invoke(app, ["voice", "--manifest", str(manifest)]).exit_code == 0
    assert "all: the fused level" in shown.file.getvalue()  # type: ignore[attr-defined]


class Reader:
    """Reads nothing in any words."""

    version = "reader/1"

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]:
        return tuple(TurnEmotion(turn.index, "neutral", 0.0, 0.8) for turn in transcript.turns)


class Ear:
    """Hears anger above -32 dBFS, whoever speaks."""

    version = "ear/1"

    def emotions(self, sounds: Mapping[int, Floats]) -> tuple[TurnEmotion, ...]:
        loud = {turn: 20 * np.log10(np.sqrt(np.mean(np.square(sound)))) > -32 for turn, sound in sounds.items()}
        return tuple(
            TurnEmotion(turn, "anger" if so else "neutral", -1.0 if so else 0.0, 0.9) for turn, so in loud.items()
        )


def test_beside_arousal_it_tells_what_words_and_voice_come_to(manifest: Path) -> None:
    figures = evaluate(manifest, words=Reader()).as_json()
    assert "model" not in figures
    fused = figures["fused"]
    assert (fused["words"], fused["voice"], fused["auc"]) == ("reader/1", None, 1.0)
    assert fused["same_words"] == fused["same_words_g711"] == fused["same_words_arousal"] == 1.0
    assert fused["mean_by_emotion"]["sad"] == 0 < fused["mean_by_emotion"]["angry"] < 0.35


def test_a_voice_model_is_measured_alone_and_fused(manifest: Path) -> None:
    figures = evaluate(manifest, words=Reader(), voice=Ear()).as_json()
    told = figures["model"]  # of the low voice it tells the two loud clips, of the high one it calls all angry
    assert (told["version"], told["n"], told["not_heard"], told["auc"], told["auc_g711"]) == ("ear/1", 8, 0, 0.75, 0.75)
    assert told["per_class"]["anger"]["precision"] == 2 / 6 and told["macro_f1"] == (0.5 + 0.5) / 4
    assert told["confusion"]["joy"]["anger"] == 2 and told["after_g711"]["macro_f1"] == told["macro_f1"]
    assert figures["fused"]["voice"] == "ear/1" and figures["fused"]["mean_by_emotion"]["angry"] > 0.4


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        read_manifest(tmp_path / "none.jsonl")
    path = tmp_path / "m.jsonl"
    path.write_text('{"file": "a.wav"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"m\.jsonl:1"):
        read_manifest(path)
    path.write_text('{"file": "a.wav", "speaker": "s", "emotion": "sad"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"a\.wav"):
        evaluate(path)


@pytest.mark.shared
def test_acted_voices_are_told_apart(corpus: Path, tmp_path: Path) -> None:
    folder = corpus / "casia_speech_emotion_zh"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["text_id"] in {"201", 201}]
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join(json.dumps({**r, "file": str(folder / r["file"])}) for r in rows), encoding="utf-8")
    figures = evaluate(part).as_json()
    assert figures["n"] == 18 and figures["auc"] > 0.75 and figures["auc_g711"] > 0.75
