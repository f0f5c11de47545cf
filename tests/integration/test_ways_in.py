"""A folder as it comes from a phone system, some of it bad: all that is good is in once, all that is bad is told."""

from __future__ import annotations

import io
import json
import random
import signal
import subprocess
import sys
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.settings import get_settings
from qa_engine.storage import Store
from tests.databases import clean_store
from tests.integration.house import house
from workers.cli.main import app
from workers.intake import Intake
from workers.watch import Watcher

GOOD, BAD = 480, 20
CHATS = 40
MESSAGES = [{"role": "customer", "text": "我的快递还没到"}, {"role": "agent", "text": "您好，请问订单号是多少"}]
CLI = "from workers.cli.main import main; main()"


def sound(seed: int) -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(random.Random(seed).randbytes(1600))
    return kept.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("call.wav", sound(0))
    return out.getvalue()


def bad_files() -> dict[str, bytes]:
    """Twenty, of every kind that we have met: name to content; a sidecar counts with its recording."""
    chat = json.dumps({"messages": MESSAGES}, ensure_ascii=False)
    return {
        "empty.wav": b"",
        "empty.json": b"",
        "text.wav": "您好，这不是录音".encode(),
        "text.mp3": b"call could not be exported",
        "page.wav": b"<html><body>404</body></html>",
        "archive.wav": zipped(),
        "noise.mp3": random.Random(1).randbytes(500).replace(b"\xff", b"\x01"),
        "noise.bin.wav": b"\x00" * 4000,
        "picture.amr": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "torn.json": chat[: len(chat) // 2].encode(),
        "no-messages.json": b'{"messages": []}',
        "other.json": b'{"hello": "world"}',
        "list.json": b"[]",
        "numbers.json": b"42",
        "columns.csv": b"a,b,c\n1,2,3\n",
        "binary.txt": bytes(range(256)),
        "words.txt": "今天天气不错".encode(),
        "torn.ndjson": b'{"messages": [\n{"messages": [\n',
        "odd-sidecar.wav": sound(-1),
        "direction.wav": sound(-2),
        "when.wav": sound(-3),
    }


def fill(folder: Path) -> None:
    for n in range(GOOD - CHATS):
        place = folder / f"day{n % 4}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"call-{n:03}.wav").write_bytes(sound(n))
        if n % 3 == 0:
            (place / f"call-{n:03}.json").write_text(json.dumps({"agent": f"A{n}", "id": f"call-{n}"}))
    for n in range(CHATS):
        (folder / f"chat-{n:02}.json").write_text(json.dumps({"id": f"chat-{n}", "messages": MESSAGES}))
    bad = bad_files()
    del bad["empty.json"]
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    (folder / "odd-sidecar.json").write_text("{agent: A1}")
    (folder / "direction.json").write_text('{"direction": "sideways"}')
    (folder / "when.json").write_text('{"started_at": "yesterday"}')
    assert len(bad) == BAD


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path) as opened:
        monkeypatch.setenv("QA_ENGINE_HOME", str(opened.settings.home))
        monkeypatch.setenv("QA_ENGINE_DATABASE_URL", "")
        get_settings.cache_clear()
        yield opened
        get_settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "in")
    return tmp_path / "in"


def kept(store: Store) -> int:
    return sum(store.figures().interactions.values())


def test_of_500_files_480_come_in_and_20_are_told_and_again_nothing_twice(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.jsonl"
    words = ["ingest", str(folder), "--report", str(report)]
    assert CliRunner().invoke(app, words).exit_code == 1
    assert kept(store) == GOOD
    told = [line for line in map(json.loads, report.read_text().splitlines()) if "code" in line]
    assert len({line["source"] for line in told}) == BAD
    assert all(line["message"] and line["where"].startswith(str(folder)) for line in told)
    assert CliRunner().invoke(app, words).exit_code == 1
    assert CliRunner().invoke(app, words[:2]).exit_code == 1  # and without the report
    assert kept(store) == GOOD


def test_a_watched_folder_keeps_480_of_500_and_sets_20_aside_with_reasons(store: Store, folder: Path) -> None:
    watcher = Watcher(folder, Intake(store, {}))
    moved = [watcher.look() for _ in range(5)]
    assert sum(moved) == GOOD + BAD and moved[-1] == 0
    assert kept(store) == GOOD
    reasons = list((folder / "rejected").rglob("*.reason.json"))
    assert len(reasons) == BAD and all(json.loads(r.read_text())["message"] for r in reasons)
    done = [path for path in (folder / "done").rglob("*") if path.is_file()]
    assert len([p for p in done if p.name.startswith("call-") and p.suffix == ".wav"]) == GOOD - CHATS
    left = [p for p in folder.rglob("*") if p.is_file() and not {"done", "rejected"} & set(p.parts)]
    assert left == []
    for path in done:  # the same files come again, as after a restored backup
        path.rename(folder / path.name)
    assert sum(watcher.look() for _ in range(5)) == GOOD
    assert kept(store) == GOOD


def test_a_watcher_that_is_killed_loses_and_doubles_nothing(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(100):
        (folder / f"{n}.wav").write_bytes(sound(n))
        (folder / f"{n}.json").write_text(json.dumps({"id": f"call-{n}"}))
    with house(store, "-c", CLI, "watch", str(folder), WATCH_S=0.05) as running:
        running.wait(lambda: kept(store) > 20, 60, "it is at work")
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    with house(store, "-m", "workers.watch", WATCH=folder, WATCH_S=0.05) as running:  # as `serve` runs it
        running.wait(lambda: not list(folder.glob("*.*")), 60, "all is moved")
    assert kept(store) == 100
    assert len(list((folder / "done").glob("*/*.wav"))) == len(list((folder / "done").glob("*/*.json"))) == 100


def test_a_stream_of_chats_is_never_whole_in_memory(store: Store, tmp_path: Path) -> None:
    many = tmp_path / "many.ndjson"
    padding = "好" * 20_000
    with many.open("w", encoding="utf-8") as out:
        for n in range(500):
            out.write(
                json.dumps({"id": f"c{n}", "messages": [*MESSAGES, {"role": "customer", "text": padding}]}) + "\n"
            )
    assert many.stat().st_size > 57 << 20
    program = (
        "from typer.testing import CliRunner; from workers.cli.main import app\n"
        f"print(CliRunner().invoke(app, ['ingest', {str(many)!r}]).exit_code)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    status, peak_kib = map(int, ran.stdout.split())
    assert status == 0 and kept(store) == 500
    assert peak_kib < 300 * 1024, f"{peak_kib // 1024} MiB"
