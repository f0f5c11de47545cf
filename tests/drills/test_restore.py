"""The restore drill: a backup in the middle of work, all else destroyed, and what was accepted before ends once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, InteractionFilter, JobState, Store
from qa_engine.storage.backup import Moment, back_up, digest, find, sound
from qa_engine.storage.blobs import FolderBlobs
from qa_engine.storage.migrate import migrate
from qa_engine.storage.restore import restore
from qa_engine.storage.tables import jobs, scorecards
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.mortal import Begin, dies
from tests.drills.tally import Tally, unfinished
from tests.integration.house import House, house
from tests.unit.storage.cast import take_call, take_chat
from tests.unit.storage.test_backup import another_database

QUICK = {"lease_s": 3, "heartbeat_s": 1, "reconcile_s": 0.5, "stop_s": 1}
SIZES = [pytest.param(24, id="small"), pytest.param(1000, id="whole", marks=pytest.mark.drill)]


@contextmanager
def place(kind: str, folder: Path) -> Iterator[tuple[Store, Settings]]:
    """Where it is destroyed, and where it goes on."""
    with clean_store(kind, folder, **QUICK) as store:
        told = {"home": folder / "elsewhere", "_env_file": None, **QUICK}
        if kind == "sqlite":
            yield store, Settings(**told)  # type: ignore[arg-type]
            return
        with another_database(store.settings.database_url) as url:
            yield store, Settings(**told, database_url=url)  # type: ignore[arg-type]


def working(store: Store) -> AbstractContextManager[House]:
    return house(store, "-m", "tests.drills.household", "1", "--transcribe", "1", **QUICK)


@pytest.mark.parametrize("many", SIZES)
@pytest.mark.parametrize("kind", BOTH)
def test_all_that_was_accepted_before_ends_once_elsewhere(kind: str, many: int, tmp_path: Path, tell: Tell) -> None:
    backups = tmp_path / "backups"
    with place(kind, tmp_path) as (store, settings):
        ids = list(_arrive(store, range(many)))
        with working(store) as running:
            running.wait(lambda: _in_the_middle(store, many), 60, "work is in full swing")
            moment = back_up(store.settings, backups)
            late = list(_arrive(store, range(many, many + 2)))
            running.wait(lambda: _done(store) > moment.manifest.rows["scorecards"] + 2, 60, "it has gone on since")
        _destroy(store)
        began = time.monotonic()
        done = restore(settings, backups)
        tally = Tally("restore elsewhere", store.db.engine.dialect.name, faults=1)
        tally.recoveries = [time.monotonic() - began]
        elsewhere = Store.open(settings)
        assert _done(elsewhere) == moment.manifest.rows["scorecards"] < many
        with working(elsewhere) as running:
            running.wait(lambda: unfinished(elsewhere) == 0, 120, "all is done")
        tally.count(elsewhere, ids)
        scored = moment.manifest.rows["scorecards"]
        tally.more = f"{scored} scored before, {done.rested} jobs were at work, {done.recordings} recordings"
        tell(tally)
        assert len(done.lost) == 0
        _intact(elsewhere, ids, late)
        elsewhere.close()


@pytest.mark.parametrize("kind", BOTH)
def test_a_backup_killed_at_any_step_is_none_or_whole(kind: str, tmp_path: Path, tell: Tell) -> None:
    backups, whole = tmp_path / "backups", 0
    with place(kind, tmp_path) as (store, settings):
        ids = list(_arrive(store, range(6)))
        store.db.close()

        def deed(begin: Begin) -> None:
            begin()
            back_up(store.settings, backups)

        steps = next(at for at in count(1) if not dies(deed, at))
        for path in backups.glob("*/manifest.json"):
            assert path.parent.name.startswith(".coming-") or _is_whole(find(backups, path.parent.name), backups)
            whole += 1
        restore(settings, backups)
        elsewhere = Store.open(settings)
        there = [row.interaction.id for row in elsewhere.interactions(SYSTEM).rows]
        tally = Tally("backup killed", store.db.engine.dialect.name, faults=steps - 1, more=f"{whole} whole backups")
        tally.jobs, tally.lost, tally.doubled = len(ids), len(set(ids) - set(there)), len(there) - len(set(there))
        tell(tally)
        elsewhere.close()


def _is_whole(moment: Moment, folder: Path) -> bool:
    kept = FolderBlobs(folder / "blobs")
    return digest(moment.file) == moment.manifest.file_sha256 and all(sound(kept, one) for one in moment.recordings())


def _intact(store: Store, ids: Sequence[str], late: Sequence[str]) -> None:
    assert store.verify_audit() is None
    assert len(_found(store, "sleep 0.05")) == len(ids) // 2
    assert _found(store, "chat-6")
    calls = [store.interaction(SYSTEM, one).interaction for one in ids[1::2]]
    assert all(sound(store.blobs, call.content_sha256) for call in calls)
    assert all(store.scorecards(SYSTEM, one) for one in ids)
    again = list(_arrive(store, range(len(ids) + len(late))))
    assert again[: len(ids)] == list(ids)  # known, and not done again
    assert not set(again[len(ids) :]) & {*ids, *late}  # came after the backup: must be sent again, and may
    assert unfinished(store) == len(late)


def _arrive(store: Store, numbers: range) -> Iterator[str]:
    """A chat and a call by turns."""
    for n in numbers:
        if n % 2 == 0:
            yield take_chat(store, "sleep 0.05", "请问", external_id=f"chat-{n}").interaction.id
        else:
            yield take_call(store, b"RIFF %d" % n, external_id=f"call-{n}").interaction.id


def _in_the_middle(store: Store, many: int) -> bool:
    with store.db.read() as connection:
        held = connection.execute(select(func.count()).select_from(jobs).where(jobs.c.state == JobState.LEASED))
        return many // 4 < _done(store) < many // 2 and held.scalar_one() > 0


def _done(store: Store) -> int:
    with store.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(scorecards)).scalar_one())


def _found(store: Store, words: str) -> Sequence[str]:
    found, page = [], store.interactions(SYSTEM, InteractionFilter(q=words), limit=100)
    while page.next:
        found += page.rows
        page = store.interactions(SYSTEM, InteractionFilter(q=words), after=page.next, limit=100)
    return [row.interaction.id for row in (*found, *page.rows)]


def _destroy(store: Store) -> None:
    if not store.db.is_sqlite:
        migrate(store.db, "base")
    shutil.rmtree(store.settings.home)
