"""Puts a backup back: checked before anything is touched, recordings first, the database last and whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from qa_engine.ports import BlobStore
from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.access import SYSTEM
from qa_engine.storage.audit import append
from qa_engine.storage.backup import BLOBS, RECORDINGS, BadBackup, Moment, digest, find, size_in, sound, transfer
from qa_engine.storage.blobs import FolderBlobs, open_blobs
from qa_engine.storage.db import Database
from qa_engine.storage.dumps import filled, undump
from qa_engine.storage.migrate import HEAD, migrate
from qa_engine.storage.records import JobState, Stage, State
from qa_engine.storage.tables import interactions, jobs, sessions


@dataclass(frozen=True, slots=True)
class Restored:
    """``recordings`` came back, ``lost`` could not (SHA-256); ``rested`` jobs were being worked on at that moment."""

    moment: Moment
    recordings: int
    lost: Sequence[str]
    rested: int


def restore(settings: Settings, folder: Path, *, name: str | None = None, force: bool = False) -> Restored:
    """Into the database and the blob store of the settings, of any home and host. Nothing may work there meanwhile.

    ``force`` puts it in the place of what is there. Raises BadBackup, DumpFailed, BlobsAway; before the database is
    touched, all but the recordings, whose damage is told in the result.
    """
    moment, db = find(folder, name), Database(settings.database)
    _fits(moment, db)
    there = [] if force else filled(db)
    if there:
        mend = "restore into an empty one, or add --force to put the backup in its place"
        raise BadBackup(f"the database holds something already: {', '.join(there[:3])}", where=_place(db), mend=mend)
    target, source = open_blobs(settings.blobs), FolderBlobs(folder / BLOBS)
    names = list(moment.recordings())
    lost = [one for one in names if not sound(target, one) and not _brought_back(source, target, one)]
    undump(db, moment.file)
    migrate(db)
    with db.write() as connection:
        rested = _rest(connection)
        connection.execute(sessions.delete())  # someone may have been shut out since
        append(connection, SYSTEM, "restore", moment.folder.name, {"taken_at": moment.manifest.taken_at})
    db.close()
    return Restored(moment, len(names) - len(lost), lost, rested)


def _fits(moment: Moment, db: Database) -> None:
    manifest, where = moment.manifest, str(moment.folder)
    if manifest.tables > HEAD:
        mend = f"install version {manifest.engine} or newer"
        raise BadBackup(f"it was taken by a newer QA Engine (tables {manifest.tables})", where=where, mend=mend)
    if manifest.database != db.engine.dialect.name:
        mend = "set QA_ENGINE_DATABASE_URL to a database of that kind"
        raise BadBackup(f"it is a backup of {manifest.database}, not of this database's kind", where=where, mend=mend)
    digests = {manifest.file: manifest.file_sha256, RECORDINGS: manifest.list_sha256}
    for name, expected in digests.items():
        if not (moment.folder / name).is_file() or digest(moment.folder / name) != expected:
            raise BadBackup("missing, or not as it was written", where=str(moment.folder / name), mend="take another")


def _brought_back(source: BlobStore, target: BlobStore, name: str) -> bool:
    if size_in(target, name) is not None:  # damaged; an object store keeps what has the name and the size
        if not sound(source, name):
            return False
        target.delete(name)
    return transfer(source, target, name) is not None


def _rest(connection: Connection) -> int:
    """Whoever held a job then does not hold it now, and did not fail: it waits again, and that try does not count."""
    held = jobs.c.state == JobState.LEASED
    judged = select(jobs.c.interaction_id).where(held, jobs.c.stage.in_([one for one in Stage if one.judges]))
    connection.execute(update(interactions).where(interactions.c.id.in_(judged)).values(state=State.QUEUED))
    news = {"state": JobState.QUEUED, "attempts": jobs.c.attempts - 1, "lease_until": None, "worker": None}
    waits = update(jobs).where(held).values(**news, rung_at=None, available_at=clock.at(connection))
    return connection.execute(waits).rowcount


def _place(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=True)
