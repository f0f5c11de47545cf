"""A backup is one moment of everything, whole or not there; it comes back elsewhere as it was, on both databases."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest
from filelock import FileLock
from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url

from qa_engine.domain import UserRole
from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, InteractionFilter, State, Store
from qa_engine.storage.backup import BadBackup, Moment, back_up, find
from qa_engine.storage.blobs import open_blobs
from qa_engine.storage.db import Database
from qa_engine.storage.dumps import DumpFailed, dump
from qa_engine.storage.migrate import HEAD, migrate
from qa_engine.storage.restore import Restored, restore
from qa_engine.storage.tables import interactions, jobs
from tests.databases import BOTH, POSTGRES, clean_store
from tests.unit.storage.cast import claim, scored, take_call, take_chat


@dataclass(frozen=True)
class House:
    """What is backed up, where the backups lie, and an empty place elsewhere."""

    store: Store
    folder: Path
    elsewhere: Settings

    def back_up(self, **told: bool) -> Moment:
        return back_up(self.store.settings, self.folder, **told)

    def restore(self, **told: object) -> Restored:
        return restore(self.elsewhere, self.folder, **told)  # type: ignore[arg-type]

    @contextmanager
    def restored(self) -> Iterator[Store]:
        store = Store.open(self.elsewhere)
        yield store
        store.close()


@contextmanager
def another_database(like: str) -> Iterator[str]:
    """A PostgreSQL database beside the tests' own, with the same schema, empty."""
    name = f"qa_elsewhere_{secrets.token_hex(4)}"
    server, there = Database(POSTGRES), make_url(like).set(database=name).render_as_string(hide_password=False)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        here = Database(like)
        with here.read() as asked:
            schema = asked.execute(text("SELECT current_schema()")).scalar_one()
        here.close()
        made = Database(there)
        with made.write() as fresh:
            fresh.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        made.close()
        try:
            yield there
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            server.close()


@pytest.fixture(params=BOTH)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with clean_store(request.param, tmp_path) as store:
        told = {"home": tmp_path / "elsewhere", "_env_file": None}
        if request.param == "sqlite":
            yield House(store, tmp_path / "backups", Settings(**told))  # type: ignore[arg-type]
            return
        with another_database(store.settings.database_url) as url:
            yield House(store, tmp_path / "backups", Settings(**told, database_url=url))  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_it_comes_back_elsewhere_as_it_was(house: House) -> None:
    call = take_call(house.store, b"RIFF sound", external_id="call-1")
    chat = scored(house.store, take_chat(house.store, "我要退款"))
    house.store.create_user(SYSTEM, "lead", "a long password", UserRole.QA_LEAD)
    moment = house.back_up(verify=True)
    assert moment.manifest.rows["interactions"] == 2
    assert moment.manifest.tables == HEAD
    done = house.restore()
    assert (done.recordings, list(done.lost)) == (1, [])
    with house.restored() as store:
        assert store.interaction(SYSTEM, chat).score == 90.0
        assert store.interaction(SYSTEM, call.interaction.id).state is State.QUEUED
        assert store.blobs.open(call.interaction.interaction.content_sha256).read() == b"RIFF sound"
        found = store.interactions(SYSTEM, InteractionFilter(q="要退")).rows
        assert [row.interaction.id for row in found] == [chat]
        assert store.verify_audit() is None
        assert [user.name for user in store.users(SYSTEM)] == ["lead"]
        assert take_chat(store).interaction.state is State.QUEUED  # counters go on where they were


def test_it_gives_jobs_back_that_were_at_work_and_counts_no_try(house: House) -> None:
    taken = take_chat(house.store)
    lease = claim(house.store, taken)
    with house.store.db.write() as connection:
        connection.execute(update(jobs).values(attempts=3))
    house.back_up()
    assert house.restore().rested == 1
    with house.restored() as store:
        assert store.interaction(SYSTEM, taken.interaction.id).state is State.QUEUED
        assert store.jobs.park_poison() == []
        again = store.jobs.claim(lease.job_id, "w2")
        assert again is not None
        assert (again.attempts, again.fence) == (3, lease.fence + 1)


def test_it_copies_a_recording_once(house: House) -> None:
    take_call(house.store, b"RIFF one")
    assert house.back_up().copied == 1
    take_call(house.store, b"RIFF two")
    second = house.back_up()
    assert (second.copied, second.manifest.recordings) == (1, 2)
    assert find(house.folder) == Moment(second.folder, second.manifest)


def test_its_list_of_recordings_is_read_by_sha256sum(house: House) -> None:
    take_call(house.store)
    moment = house.back_up()
    subprocess.run(["sha256sum", "--check", "--strict", "recordings.sha256"], cwd=moment.folder, check=True)


def test_it_takes_the_newest_or_the_one_that_is_named(house: House) -> None:
    first = house.back_up()
    take_chat(house.store)
    house.back_up()
    house.restore(name=first.folder.name)
    with house.restored() as store:
        assert store.interactions(SYSTEM, InteractionFilter()).rows == ()


def test_it_reads_one_moment_while_others_write(house: House) -> None:
    stop, ids = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            ids.append(take_call(house.store, secrets.token_bytes(40)).interaction.id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        moments = [house.back_up() for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    for moment in moments:
        assert moment.manifest.lost == []
        assert moment.manifest.rows["jobs"] == moment.manifest.rows["interactions"] == moment.manifest.recordings
    house.restore()
    with house.restored() as store, store.db.read() as connection:
        kept = list(connection.execute(select(interactions.c.id).order_by(interactions.c.id)).scalars())
    assert kept == sorted(ids)[: len(kept)]


@pytest.mark.parametrize(
    "strike", ["qa_engine.storage.backup.dump", "qa_engine.storage.backup._copy", "qa_engine.storage.backup._arrive"]
)
def test_a_backup_that_breaks_off_is_none(house: House, strike: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_words: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    take_call(house.store)
    monkeypatch.setattr(strike, broken)
    with pytest.raises(BadBackup, match="No space"):
        house.back_up()
    with pytest.raises(BadBackup, match="no backup"):
        find(house.folder)
    assert {path.name for path in house.folder.iterdir()} <= {"blobs", ".lock"}


def test_two_are_not_taken_at_once_into_one_folder(house: House) -> None:
    house.folder.mkdir()
    with FileLock(house.folder / ".lock"), pytest.raises(BadBackup, match="another backup"):
        house.back_up()


def test_what_a_killed_backup_has_left_is_swept_away_by_the_next(house: House) -> None:
    left = house.folder / ".coming-0000"
    left.mkdir(parents=True)
    (left / "manifest.json").write_text("{}")
    moment = house.back_up()
    assert not left.exists()
    assert find(house.folder).folder == moment.folder


def test_it_tells_which_recordings_the_store_has_lost_and_keeps_the_rest(house: House) -> None:
    shas = [take_call(house.store, b"RIFF %d" % n).interaction.interaction.content_sha256 for n in range(3)]
    home = house.store.settings.home / "blobs"
    (home / shas[0][:2] / shas[0]).unlink()
    (home / shas[1][:2] / shas[1]).write_bytes(b"RIFF x")
    manifest = house.back_up().manifest
    assert (manifest.recordings, list(manifest.lost)) == (1, sorted(shas[:2]))


def test_it_mends_an_earlier_copy_when_told_to_verify(house: House) -> None:
    sha256 = take_call(house.store, b"RIFF good").interaction.interaction.content_sha256
    house.back_up()
    rotten = house.folder / "blobs" / sha256[:2] / sha256
    rotten.write_bytes(b"RIFF bad!")
    assert house.back_up().copied == 0
    assert house.back_up(verify=True).copied == 1
    assert rotten.read_bytes() == b"RIFF good"


def test_it_puts_no_rotten_recording_back(house: House) -> None:
    sha256 = take_call(house.store, b"RIFF good").interaction.interaction.content_sha256
    house.back_up()
    (house.folder / "blobs" / sha256[:2] / sha256).write_bytes(b"RIFF bad!")
    assert house.restore().lost == [sha256]
    assert not (house.elsewhere.home / "blobs" / sha256[:2] / sha256).exists()


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_it_puts_a_good_recording_in_the_place_of_a_damaged_one(kind: str, tmp_path: Path) -> None:
    url = str(tmp_path / "there") if kind == "folder" else f"memory://{secrets.token_hex(4)}"
    with clean_store("sqlite", tmp_path) as store:
        sha256 = take_call(store, b"RIFF good").interaction.interaction.content_sha256
        back_up(store.settings, tmp_path / "backups")
    elsewhere = Settings(_env_file=None, home=tmp_path / "elsewhere", blob_url=url)  # type: ignore[call-arg]
    files, root = fsspec.core.url_to_fs(url, auto_mkdir=True)
    files.pipe_file(f"{root}/{sha256[:2]}/{sha256}", b"RIFF bad!")
    assert restore(elsewhere, tmp_path / "backups").lost == []
    assert open_blobs(url).open(sha256).read() == b"RIFF good"


def test_it_leaves_an_object_store_to_its_own_backup_unless_told(tmp_path: Path) -> None:
    with clean_store("sqlite", tmp_path, blob_url=f"memory://{secrets.token_hex(4)}") as store:
        take_call(store)
        assert back_up(store.settings, tmp_path / "a").manifest.recordings is None
        assert back_up(store.settings, tmp_path / "b", blobs=True).manifest.recordings == 1


def test_it_puts_nothing_over_what_is_there_unless_forced(house: House) -> None:
    house.back_up()
    with house.restored() as store:
        take_chat(store)
    with pytest.raises(BadBackup, match=r"holds something already.*--force"):
        house.restore()
    house.restore(force=True)
    with house.restored() as store:
        assert store.interactions(SYSTEM, InteractionFilter()).rows == ()


def test_it_brings_an_older_backup_up_to_date(house: House) -> None:
    chat = scored(house.store, take_chat(house.store, "我要退款"))
    migrate(house.store.db, "0001")
    try:
        assert house.back_up().manifest.tables == "0001"
    finally:
        migrate(house.store.db)
    house.restore()
    with house.restored() as store:
        found = store.interactions(SYSTEM, InteractionFilter(q="退款")).rows
        assert [row.interaction.id for row in found] == [chat]


def spoil_list(moment: Moment) -> None:
    (moment.folder / "recordings.sha256").write_text("0" * 64)


def spoil_database(moment: Moment) -> None:
    moment.file.write_bytes(moment.file.read_bytes()[:-1] + b"?")


def lose_database(moment: Moment) -> None:
    moment.file.unlink()


def tell(old: str, new: str) -> Callable[[Moment], None]:
    def spoil(moment: Moment) -> None:
        path = moment.folder / "manifest.json"
        path.write_text(path.read_text().replace(old, new))

    return spoil


SPOILT = {
    "the list is another": (spoil_list, "not as it was written"),
    "the database is another": (spoil_database, "not as it was written"),
    "the database is gone": (lose_database, "missing"),
    "of a newer version": (tell(f'"tables": "{HEAD}"', '"tables": "9999"'), "newer QA Engine"),
    "of another kind": (tell('"database": "', '"database": "x'), "not of this database's kind"),
    "of a format to come": (tell('"format": 1', '"format": 2'), "not known here"),
    "no manifest at all": (tell("{", "["), "cannot be read"),
    "a word more": (tell('"format"', '"shape"'), "not known here"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_it_touches_nothing_for_a_backup_that_cannot_be_used(case: str, tmp_path: Path) -> None:
    spoil, told = SPOILT[case]
    with clean_store("sqlite", tmp_path) as store:
        take_call(store)
        moment = back_up(store.settings, tmp_path / "backups")
    spoil(moment)
    elsewhere = Settings(_env_file=None, home=tmp_path / "elsewhere")  # type: ignore[call-arg]
    with pytest.raises(BadBackup, match=told):
        restore(elsewhere, tmp_path / "backups")
    assert [path for path in files(tmp_path / "elsewhere") if "blobs" in path] == []


def test_it_names_the_backups_that_are_there(tmp_path: Path) -> None:
    with clean_store("sqlite", tmp_path) as store:
        moment = back_up(store.settings, tmp_path / "backups")
    with pytest.raises(BadBackup, match=moment.folder.name):
        find(tmp_path / "backups", "yesterday")
    with pytest.raises(BadBackup, match="no backup"):
        find(tmp_path / "nowhere")


def test_it_finds_no_installation_in_an_empty_database(tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match="no QA Engine in this database"):
        back_up(Settings(_env_file=None, home=tmp_path), tmp_path / "backups")  # type: ignore[call-arg]


@pytest.mark.postgres
def test_it_tells_what_to_install_where_there_is_no_pg_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with clean_store("postgres", tmp_path) as store, pytest.raises(DumpFailed, match="postgresql-client"):
        dump(store.db, tmp_path / "database.dump")
