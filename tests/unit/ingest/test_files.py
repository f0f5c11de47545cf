"""Which files of a folder are interactions, and what their sidecars tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_engine.errors import BadInput
from qa_engine.ingest.files import CannotRead, Source, gather


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("b.wav", "a.opus", "deep/c.flac", "chat.json", "chat.txt", "README.txt", "notes.md", ".hidden.wav"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "b.json").write_text('{"agent": "A017"}', encoding="utf-8")
    return tmp_path


def test_it_finds_recordings_and_chats_in_order_and_leaves_documents_out(folder: Path) -> None:
    found = [str(source.path.relative_to(folder)) for source in gather([folder])]
    assert found == ["a.opus", "b.wav", "chat.json", "chat.txt", "deep/c.flac"]


def test_it_gives_a_recording_what_its_sidecar_tells(folder: Path) -> None:
    told = {source.path.name: source.told for source in gather([folder])}
    assert told["b.wav"] == {"agent": "A017"}
    assert told["a.opus"] == {}


def test_it_reads_a_document_that_is_named(folder: Path) -> None:
    assert [source.path.name for source in gather([folder / "README.txt"])] == ["README.txt"]


@pytest.mark.parametrize("sidecar", ["{", "[1]", '"words"', "[" * 100_000, " " * (1 << 20) + "{}"])
def test_it_names_a_sidecar_that_cannot_be_used(folder: Path, sidecar: str) -> None:
    (folder / "b.json").write_text(sidecar, encoding="utf-8")
    (source,) = gather([folder / "b.wav"])
    with pytest.raises(BadInput) as caught:
        source.told  # noqa: B018 - reading it is the act
    assert caught.value.where == str(folder / "b.json")


def test_a_sidecar_in_another_encoding_is_told(folder: Path) -> None:
    (folder / "b.json").write_bytes('{"agent": "张三"}'.encode("gb18030"))
    with pytest.raises(BadInput, match="not JSON"):
        next(gather([folder / "b.wav"])).told  # noqa: B018


def test_what_a_manifest_says_wins_over_the_sidecar(folder: Path) -> None:
    assert Source(folder / "b.wav", {"agent": "A9", "team": "T1"}).told == {"agent": "A9", "team": "T1"}


def test_hidden_folders_hold_nothing_for_us(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "x.wav").write_bytes(b"x")
    assert not any(".git" in source.where for source in gather([folder]))


def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as caught:
        Source(tmp_path / "gone.wav").open()
    assert caught.value.where == str(tmp_path / "gone.wav")


def test_it_names_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        list(gather([tmp_path / "gone.wav"]))
