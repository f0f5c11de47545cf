"""`qa-engine backup` and `qa-engine restore` print the backup's folder on standard output, and end as they went."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_engine.settings import Settings
from qa_engine.storage import Store
from tests.databases import clean_store
from tests.unit.storage.cast import take_call
from workers.cli import backup
from workers.cli.main import app


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path) as opened:
        monkeypatch.setattr(backup, "get_settings", lambda: opened.settings)
        yield opened


def test_they_print_where_the_backup_lies(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_call(store)
    taken = CliRunner().invoke(app, ["backup", str(tmp_path / "backups")])
    assert taken.exit_code == 0
    assert (Path(taken.stdout.strip()) / "manifest.json").is_file()
    elsewhere = Settings(_env_file=None, home=tmp_path / "elsewhere")  # type: ignore[call-arg]
    monkeypatch.setattr(backup, "get_settings", lambda: elsewhere)
    back = CliRunner().invoke(app, ["restore", str(tmp_path / "backups"), "--at", Path(taken.stdout.strip()).name])
    assert (back.exit_code, back.stdout) == (0, taken.stdout)


def test_they_end_with_1_when_recordings_are_lost(store: Store, tmp_path: Path) -> None:
    sha256 = take_call(store).interaction.interaction.content_sha256
    kept = Path("blobs") / sha256[:2] / sha256
    words = [str(tmp_path / "backups")]
    assert CliRunner().invoke(app, ["backup", *words]).exit_code == 0
    for folder in (store.settings.home, tmp_path / "backups"):
        (folder / kept).unlink()
    assert CliRunner().invoke(app, ["restore", *words, "--force"]).exit_code == 1
    assert CliRunner().invoke(app, ["backup", *words]).exit_code == 1
