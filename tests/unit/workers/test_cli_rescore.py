"""`qa-engine rescore` begins a run, follows it and prints what it changes, for people and for programs."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from rich.console import Console
from typer.testing import CliRunner

from qa_engine.pipeline import Tools
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Queue, Store
from tests.databases import clean_store
from tests.unit.rubric.small import small
from tests.unit.storage.cast import take_chat
from tests.unit.workers.test_stages import Ear, NoMusic
from workers.cli import rescore
from workers.cli.main import app
from workers.station import Station


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    pack = tmp_path / "small.yaml"
    pack.write_text(small(), encoding="utf-8")
    with clean_store("sqlite", tmp_path, rubric=str(pack)) as opened:
        monkeypatch.setenv("QA_ENGINE_HOME", str(opened.settings.home))
        monkeypatch.setenv("QA_ENGINE_RUBRIC", str(pack))
        get_settings.cache_clear()
        for n in range(4):
            take_chat(opened, "在吗", "您好" if n else "什么事", agent=f"A{n % 2}", external_id=str(n))
        work_off(opened, Queue.SCORE)
        yield opened
    get_settings.cache_clear()


def work_off(store: Store, queue: Queue) -> None:
    station = Station(store, lambda: Tools(Ear(), NoMusic()))
    while station.work_next(queue):
        pass


def other(tmp_path: Path) -> str:
    path = tmp_path / "other.yaml"
    path.write_text(small("2", hello="什么事"), encoding="utf-8")
    return str(path)


def said(*words: str) -> str:
    """What was printed: tables, or bare text."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, structlog.testing.capture_logs():
        patch.setattr(rescore, "out", Console(file=printed, width=200))
        result = CliRunner().invoke(app, ["rescore", *words])
    assert result.exit_code == 0, result.output
    return printed.getvalue() or result.stdout


def test_it_follows_a_run_and_prints_the_difference(store: Store, tmp_path: Path) -> None:
    done = threading.Event()

    def worker() -> None:
        while not done.wait(0.05):
            work_off(store, Queue.ARCHIVE)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        told = json.loads(said("--rubric", other(tmp_path), "--dry-run", "--json"))
    finally:
        done.set()
        thread.join()
    assert (told["run"]["state"], told["run"]["done"], told["run"]["writes"]) == ("done", 4, False)
    assert told["difference"]["compared"] == 4
    text = said("show", told["run"]["id"])
    assert "small 2" in text and "4 of 4 looked at, 4 compared" in text
    assert "MET -> NOT_MET 3" in text and "NOT_MET -> MET 1" in text
    assert "dry run" in said("list")


def test_it_begins_and_does_not_wait(store: Store, tmp_path: Path) -> None:
    run = said("--rubric", other(tmp_path), "--detach", "--where", "agent=A1").strip()
    kept = store.rescore_run(SYSTEM, run)
    assert (kept.wanted, kept.writes, kept.shows) == ({"agent": "A1"}, True, False)
    said("cancel", run)
    assert "cancelled" in said("list")
    said("resume", run)
    work_off(store, Queue.ARCHIVE)
    assert "2 compared" in said("follow", run)


def test_what_decides_live_work_is_shown_by_default(store: Store, tmp_path: Path) -> None:
    run = said("--rubric", str(tmp_path / "small.yaml"), "--detach").strip()
    assert store.rescore_run(SYSTEM, run).shows
    run = said("--rubric", str(tmp_path / "small.yaml"), "--detach", "--no-show").strip()
    assert not store.rescore_run(SYSTEM, run).shows


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "which rubric"),
        (["--rubric", "no-such"], "no rubric is called"),
        (["--rubric", "general-zh", "--where", "q=退款"], "asks nothing"),
        (["--rubric", "general-zh", "--where", "agent"], "asks nothing"),
        (["--rubric", "general-zh", "--where", "score_min=high"], "valid number"),
        (["--rubric", "general-zh", "--where", "received_from=soon"], "valid datetime"),
    ],
)
def test_what_cannot_be_asked_is_told(store: Store, words: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["rescore", *words])
    assert result.exit_code != 0
    assert told in str(result.exception)
