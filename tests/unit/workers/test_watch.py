"""A watched folder is emptied file by file: what is whole is taken once and moved, what is bad is told beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qa_engine.errors import BadSetting
from qa_engine.ingest.files import Source
from qa_engine.ingest.naming import NamePattern
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.blobs import BlobsAway
from tests.unit.workers.test_stages import sound
from workers.aside import Aside
from workers.intake import Intake
from workers.settling import Ready, Settling
from workers.watch import Watcher

CHAT = json.dumps({"id": "c1", "messages": [{"role": "customer", "text": "你好"}, {"role": "agent", "text": "您好"}]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def watcher(store: Store, folder: Path) -> Watcher:
    return Watcher(folder, Intake(store, {}))


def looks(watcher: Watcher, times: int = 4) -> int:
    return sum(watcher.look() for _ in range(times))


def below(folder: Path, name: str) -> list[str]:
    """Files under done/ or rejected/, without the day."""
    files = (path.relative_to(folder / name) for path in (folder / name).rglob("*") if path.is_file())
    return sorted(str(path if name == "rejected" else Path(*path.parts[1:])) for path in files)


def kept(store: Store) -> int:
    return len(store.interactions(SYSTEM).rows)


# --- which files are ready


def ready(settling: Settling) -> list[str]:
    return [str(one.path.relative_to(settling.folder)) for one in settling.look()]


def test_it_waits_until_a_file_is_quiet(folder: Path) -> None:
    settling, path = Settling(folder), folder / "chat.csv"
    path.write_text("a")
    assert ready(settling) == []
    path.write_text("ab")
    assert ready(settling) == []
    assert ready(settling) == ["chat.csv"]


def test_a_recording_waits_a_look_more_for_its_sidecar(folder: Path) -> None:
    settling = Settling(folder)
    (folder / "a.wav").write_bytes(b"x")
    assert [ready(settling), ready(settling)] == [[], []]
    (folder / "a.json").write_text("{}")
    assert ready(settling) == []  # the sidecar may still be written
    (one,) = settling.look()
    assert one == Ready(folder / "a.wav", folder / "a.json")


def test_a_recording_without_a_sidecar_is_taken_all_the_same(folder: Path) -> None:
    settling = Settling(folder)
    (folder / "a.wav").write_bytes(b"x")
    assert [ready(settling) for _ in range(3)] == [[], [], ["a.wav"]]


@pytest.mark.parametrize("name", [".a.wav", "a.wav.part", "a.tmp", "b.crdownload", "~$a.csv", "README.txt"])
def test_it_leaves_what_is_hidden_half_written_or_about_the_folder(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    settling = Settling(folder)
    assert [ready(settling) for _ in range(4)][-1] == []


def test_a_sidecar_whose_recording_is_still_written_is_no_chat(folder: Path) -> None:
    (folder / "a.wav.part").write_bytes(b"x")
    (folder / "a.json").write_text("{}")
    settling = Settling(folder)
    assert [ready(settling) for _ in range(4)][-1] == []


def test_it_follows_folders_but_not_its_own_nor_hidden_nor_linked_ones(folder: Path, tmp_path: Path) -> None:
    for name in ("deep/er", "done/2026-03-01", "rejected", ".trash", "deep/done"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.csv").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.csv").write_text("x")
    (folder / "linked").symlink_to(tmp_path / "other")
    settling = Settling(folder)
    settling.look()
    assert ready(settling) == ["deep/done/a.csv", "deep/er/a.csv"]


# --- what becomes of them


def test_it_takes_calls_with_sidecars_and_chats_and_moves_them(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "north").mkdir()
    (folder / "north" / "a.wav").write_bytes(sound())
    (folder / "north" / "a.json").write_text('{"agent": "A1"}')
    (folder / "chat.json").write_text(CHAT)
    assert looks(watcher) == 2
    assert below(folder, "done") == ["chat.json", "north/a.json", "north/a.wav"]
    assert {row.interaction.agent for row in store.interactions(SYSTEM).rows} == {"A1", None}
    assert looks(watcher) == 0


def test_it_sets_the_bad_aside_with_the_reason(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "text.wav").write_text("not a sound")
    (folder / "text.json").write_text('{"agent": "A1"}')
    (folder / "empty.wav").write_bytes(b"")
    (folder / "torn.json").write_text('{"messages": [')
    assert looks(watcher) == 3 and kept(store) == 0
    assert below(folder, "rejected") == [
        "empty.wav", "empty.wav.reason.json", "text.json", "text.wav", "text.wav.reason.json", "torn.json",
        "torn.json.reason.json",
    ]  # fmt: skip
    reason = json.loads((folder / "rejected" / "text.wav.reason.json").read_text())
    assert reason["code"] == "bad_audio" and "text" in reason["message"] and reason["mend"] and reason["at"]
    assert reason["where"] == str(folder / "text.wav")


def test_of_a_file_with_bad_lines_the_good_ones_are_in_and_the_bad_ones_listed(
    store: Store, folder: Path, watcher: Watcher
) -> None:
    (folder / "many.ndjson").write_text(f"{CHAT}\n{{broken\n[]\n")
    looks(watcher)
    reason = json.loads((folder / "rejected" / "many.ndjson.reason.json").read_text())
    assert (reason["taken"], reason["failed"], kept(store)) == (1, 2, 1)
    assert [failure["where"].rpartition(":")[2] for failure in reason["failures"]] == ["2", "3"]


def test_it_never_writes_over_what_was_moved_before(store: Store, folder: Path, watcher: Watcher) -> None:
    for agent in ("A1", "A2"):
        (folder / "a.wav").write_bytes(sound(seed=int(agent[1])))
        (folder / "a.json").write_text(json.dumps({"agent": agent}))
        looks(watcher)
    assert below(folder, "done") == ["a.json", "a.wav", "a~2.json", "a~2.wav"]
    agents = {p.stem: json.loads(p.read_text())["agent"] for p in (folder / "done").rglob("*.json")}
    assert agents == {"a": "A1", "a~2": "A2"} and kept(store) == 2


def test_a_kill_between_taking_and_moving_doubles_nothing(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "a.wav").write_bytes(sound())
    (folder / "a.json").write_text('{"id": "call-1"}')
    list(watcher.intake.take(Source(folder / "a.wav")))  # taken, and then killed
    looks(watcher)
    assert kept(store) == 1 and below(folder, "done") == ["a.json", "a.wav"]


def test_a_kill_between_the_moves_lets_the_sidecar_follow(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "a.wav").write_bytes(sound())
    looks(watcher)
    (folder / "a.json").write_text('{"agent": "A1"}')  # as left behind
    looks(watcher)
    assert below(folder, "done") == ["a.json", "a.wav"] and below(folder, "rejected") == []


def test_a_chat_that_bears_an_old_recordings_name_is_still_a_chat(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "a.wav").write_bytes(sound())
    looks(watcher)
    (folder / "a.json").write_text(CHAT)
    looks(watcher)
    assert kept(store) == 2


def test_a_link_that_leads_out_is_refused_and_one_inside_is_not(
    store: Store, folder: Path, watcher: Watcher, tmp_path: Path
) -> None:
    (tmp_path / "secret.json").write_text(CHAT)
    (folder / "out.json").symlink_to(tmp_path / "secret.json")
    (folder / "sub").mkdir()
    (folder / "sub" / "real.json").write_text(CHAT)
    (folder / "in.json").symlink_to(folder / "sub" / "real.json")
    looks(watcher, 3)
    assert "leads out" in (folder / "rejected" / "out.json.reason.json").read_text()
    assert (tmp_path / "secret.json").exists() and kept(store) == 1


def test_a_manifest_is_told_where_it_belongs(folder: Path, watcher: Watcher) -> None:
    (folder / "calls.csv").write_text("audio,agent\na.wav,A1\n")
    looks(watcher)
    assert "qa-engine ingest" in (folder / "rejected" / "calls.csv.reason.json").read_text()


def test_names_tell_by_the_pattern(store: Store, folder: Path) -> None:
    watcher = Watcher(folder, Intake(store, {}, pattern=NamePattern.of("{agent}_{ticket}")))
    (folder / "A1_T1.wav").write_bytes(sound())
    (folder / "odd.wav").write_bytes(sound(seed=2))
    looks(watcher)
    assert [row.interaction.agent for row in store.interactions(SYSTEM).rows] == ["A1"]
    assert "{agent}_{ticket}" in (folder / "rejected" / "odd.wav.reason.json").read_text()


def test_while_the_store_is_away_nothing_is_moved(
    store: Store, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.wav").write_bytes(sound())

    def away(_stream: object) -> None:
        raise BlobsAway("no space")

    with monkeypatch.context() as patch:
        patch.setattr(store.blobs, "put", away)
        looks(watcher, 2)
        with pytest.raises(BlobsAway):
            watcher.look()
    assert (folder / "a.wav").exists() and kept(store) == 0
    assert watcher.look() == 1 and kept(store) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_left_and_stops_nobody(store: Store, folder: Path, watcher: Watcher) -> None:
    (folder / "a.json").write_text(CHAT)
    (folder / "b.wav").write_bytes(sound())
    (folder / "a.json").chmod(0)
    assert looks(watcher) == 1
    assert (folder / "a.json").exists() and kept(store) == 1


def test_a_file_that_cannot_be_moved_is_left_and_stops_nobody(
    store: Store, folder: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.json").write_text(CHAT)
    (folder / "b.wav").write_bytes(sound())
    replace = Path.replace

    def stuck(path: Path, target: Path) -> Path:
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stuck)
        assert looks(watcher) == 1
    assert below(folder, "done") == ["b.wav"] and (folder / "a.json").exists() and kept(store) == 2


def test_it_says_at_once_that_a_folder_cannot_be_watched(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(BadSetting) as caught:
            Aside(path).prepare()
        assert caught.value.where == str(path) and caught.value.mend
