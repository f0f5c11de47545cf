"""Arousal against emotions told: figures by hand, and the corpus where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from qa_engine.errors import BadInput, BadSetting
from qa_engine.evaluation.voice import evaluate, read_manifest
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
            lines.append(json.dumps({"file": name, "speaker": speaker, "emotion": emotion}))
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_speaker_is_held_against_itself(manifest: Path) -> None:
    figures = evaluate(manifest).as_json()
    assert (figures["n"], figures["worked_up"], figures["skipped"], figures["not_told"]) == (8, 4, 2, 0)
    assert figures["auc"] == figures["auc_g711"] == 1.0
    assert figures["per_speaker"] == {who: {"auc": 1.0, "auc_g711": 1.0, "n": 4} for who in ("high", "low")}
    assert figures["mean_by_emotion"]["angry"] > 0.6 > figures["mean_by_emotion"]["neutral"]


def test_the_command_tells_them_as_json(manifest: Path) -> None:
    told = CliRunner().invoke(app, ["voice", "--manifest", str(manifest), "--json"])
    assert told.exit_code == 0 and json.loads(told.stdout)["auc"] == 1.0


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
