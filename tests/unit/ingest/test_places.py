"""A place is a file, a folder, a manifest or a URL, and each recording in it comes once."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import fsspec
import pytest

from qa_engine.errors import BadInput, BadSetting, QAEngineError
from qa_engine.ingest.files import Source
from qa_engine.ingest.objects import Stored
from qa_engine.ingest.places import Link, sources

ZONE = ZoneInfo("Asia/Shanghai")


def found(*places: object) -> list[object]:
    return list(sources([str(place) for place in places], ZONE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = tmp_path / "in"
    (kept / "deep").mkdir(parents=True)
    for name in ("a.wav", "deep/b.wav", "deep/c.wav", "chat.csv"):
        (kept / name).write_bytes(b"x")
    (kept / "chat.csv").write_text("role,text\nuser,hello\n")
    (tmp_path / "up.wav").write_bytes(b"x")
    return kept


def manifest(folder: Path, *audio: str) -> Path:
    path = folder / "calls.csv"
    path.write_text("audio,agent\n" + "".join(f"{one},A{n}\n" for n, one in enumerate(audio)), encoding="utf-8")
    return path


def test_a_manifest_in_a_folder_tells_of_the_recordings_there_and_each_comes_once(folder: Path) -> None:
    path = manifest(folder, "deep/b.wav", "./a.wav")
    come = found(folder)
    assert [(Path(s.where).name, s.told) for s in come if isinstance(s, Source)] == [
        ("b.wav", {"agent": "A0"}), ("a.wav", {"agent": "A1"}), ("chat.csv", {}), ("c.wav", {}),
    ]  # fmt: skip
    assert [s.teller for s in come[:1] if isinstance(s, Source)] == [f"{path}:2"]
    assert len(found(path)) == 2


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        ("../up.wav", "leads out"),
        ("deep/../../up.wav", "leads out"),
        ("none.wav", "no such recording"),
        ("deep", "no such recording"),
        ("/nowhere/a.wav", "no such recording"),
        ("s3://x::file:///etc/passwd", "not a URL"),
        ("nosuch://bucket/a.wav", "not a usable URL"),
    ],
)
def test_a_row_that_names_nothing_usable_is_told_and_the_others_go_on(folder: Path, audio: str, why: str) -> None:
    path = manifest(folder, audio, "a.wav")
    error, good = found(path)
    assert isinstance(error, BadInput) and why in error.message and error.where == f"{path}:2: audio"
    assert isinstance(good, Source)


def test_a_link_inside_the_folder_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "link.wav").symlink_to(tmp_path / "up.wav")
    (error,) = found(manifest(folder, "link.wav"))
    assert isinstance(error, BadInput)


@pytest.mark.parametrize("audio", ["deep\\b.wav", "{folder}/deep/b.wav", "file://{folder}/deep/b.wav"])
def test_a_row_may_name_a_recording_in_several_ways(folder: Path, audio: str) -> None:
    (source,) = found(manifest(folder, audio.format(folder=folder)))
    assert isinstance(source, Source) and source.path.samefile(folder / "deep" / "b.wav")


def test_a_row_may_name_what_lies_elsewhere(folder: Path) -> None:
    link, stored = found(manifest(folder, "https://pbx.example.com/1.mp3", "memory://calls/a.wav"))
    assert link == Link("https://pbx.example.com/1.mp3", {"agent": "A0"}, f"{folder / 'calls.csv'}:2")
    assert isinstance(stored, Stored) and (stored.where, stored.told) == ("memory://calls/a.wav", {"agent": "A1"})


def test_a_far_manifest_cannot_name_files_of_this_machine(folder: Path) -> None:
    files = fsspec.filesystem("memory")
    files.pipe_file("/far/calls.csv", f"audio\n{folder}/a.wav\nfile://{folder}/a.wav\n../a.wav\nb.wav\n".encode())
    files.pipe_file("/far/b.wav", b"x")
    come = found("memory://far")
    assert [isinstance(one, QAEngineError) for one in come] == [True, True, True, False]
    assert isinstance(come[3], Stored) and come[3].name == "b.wav" and len(come) == 4


@pytest.mark.parametrize(("place", "kind"), [("none", BadInput), ("nosuch://bucket", BadSetting)])
def test_a_place_that_is_not_there_is_told_before_anything_is_taken(place: str, kind: type[QAEngineError]) -> None:
    with pytest.raises(kind):
        found(place)
