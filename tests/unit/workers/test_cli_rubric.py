"""On the command line a rubric is checked, brought in, tried, put in charge, compared and retired."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from qa_engine.domain import Life
from qa_engine.errors import BadRubric, Conflict, NotFound, QAEngineError
from qa_engine.rubric.library import with_version
from qa_engine.storage import SYSTEM, Store
from tests.databases import clean_store
from tests.unit.rubric.small import SMALL, small
from tests.unit.storage.cast import take_chat
from workers.cli import rubric, rubric_lives


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path) as opened:
        for room in (rubric, rubric_lives):
            monkeypatch.setattr(room, "get_settings", lambda: opened.settings)
        monkeypatch.setattr(rubric, "out", Console(file=PAPER, width=300, highlight=False))
        yield opened


PAPER = io.StringIO()


def run(*words: str, code: int = 0) -> str:
    """What it says on standard output, tables included."""
    PAPER.truncate(PAPER.seek(0))
    done = CliRunner().invoke(rubric.app, list(words))
    if isinstance(done.exception, QAEngineError):
        raise done.exception
    assert done.exit_code == code, done.output
    return PAPER.getvalue() + done.stdout


def written(folder: Path, text: str, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_comes_in_is_tried_and_put_in_charge(store: Store, tmp_path: Path) -> None:
    version = run("import", written(tmp_path, SMALL)).strip()
    assert run("import", written(tmp_path, small(hello="您好, 你好, 嗨"))).strip() == version
    run("trial", version, "--why", "to be tried")
    run("activate", "small@1", "--why", "no flips")
    [one] = store.rubric_versions(SYSTEM)
    assert (one.state, one.languages) == (Life.ACTIVE, ("zh",))
    assert "active" in run("list") and "no flips" in run("show", "small@1")
    assert run("show", "small@1", "--yaml") == small(hello="您好, 你好, 嗨")
    run("draft", "small@1", "--version", "2")
    with pytest.raises(Conflict, match="draft cannot become active"):
        run("activate", "small@2", "--why", "now")
    run("retire", "small@1", "--why", "over")
    with pytest.raises(NotFound, match="no such version"):
        run("retire", "small@9", "--why", "over")


def test_check_names_file_line_and_mend_and_ends_with_one(store: Store, tmp_path: Path) -> None:
    mine = written(tmp_path, SMALL.replace("points: 100", "points: 90"))
    told = run("check", mine, code=1)
    assert "sum to 90" in told and "change the points" in told
    assert run("check", written(tmp_path, SMALL)).strip() == ""
    with pytest.raises(BadRubric, match="no rubric is called nowhere"):
        run("check", "nowhere")


def test_check_holds_it_against_the_archive(store: Store, tmp_path: Path) -> None:
    for n in range(31):
        take_chat(store, "在吗", "您好", external_id=str(n))
    mine = written(tmp_path, SMALL)
    assert "in 31 interactions of the archive `opening` is always MET" in run("check", mine, "--archive")
    assert "5 interactions are too few" in run("check", mine, "--archive", "--sample", "5")


def test_compare_tells_what_is_another(store: Store, tmp_path: Path) -> None:
    first, second = written(tmp_path, SMALL, "a.yaml"), written(tmp_path, small("2", hello="您好, 嗨"), "b.yaml")
    told = run("compare", first, second, "--text")
    assert "~ item opening: its rules differ" in told and "~ words hello: +嗨 -你好" in told and '+version: "2"' in told
    assert json.loads(run("compare", first, second, "--json"))["words"][0]["added"] == ["嗨"]


def test_the_schema_is_printed(store: Store) -> None:
    assert json.loads(run("schema"))["title"] == "QA Engine rubric pack"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id: x\nversion: "1"\n', 'id: x\nversion: "2"\n'),
        ("version: '1' # why\nid: x", 'version: "2" # why\nid: x'),
        ("id: x\nversion: 1", 'id: x\nversion: "2"'),
        ('  version: 3\nversion: "1"\nversion_of: 2', '  version: 3\nversion: "2"\nversion_of: 2'),
    ],
)
def test_a_copy_differs_in_its_version_alone(old: str, new: str) -> None:
    assert with_version(old, "2") == new


def test_a_text_without_a_version_cannot_be_copied() -> None:
    with pytest.raises(BadRubric):
        with_version("id: x", "2")
