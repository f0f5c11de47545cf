"""Copies a whole database out while others work on it, and puts it back: SQLite by pages, others by their tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, column, create_engine, func, inspect, select, table, union
from sqlalchemy.pool import NullPool

from qa_engine.domain import Kind
from qa_engine.errors import QAEngineError
from qa_engine.storage.columns import metadata
from qa_engine.storage.db import Database
from qa_engine.storage.intake import NOT_FETCHED
from qa_engine.storage.tables import interactions

_QUIET = ("--no-owner", "--no-privileges")
_VERSION = "alembic_version"


class DumpFailed(QAEngineError):
    """The database could not be copied out or put back; what was there before is still there, unless told."""

    code = "dump_failed"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a dump holds: the version of its tables, rows of each, and the recordings they name (sorted SHA-256)."""

    tables: str
    rows: Mapping[str, int]
    blobs: Sequence[str]


def dump(db: Database, path: Path) -> Contents:
    """One moment of the database as the file ``path``; nobody waits for it. Raises DumpFailed."""
    return _dump_sqlite(db, path) if db.is_sqlite else _dump_postgres(db, path)


def undump(db: Database, path: Path) -> None:
    """Put it back in the place of all that is there. Raises DumpFailed."""
    if db.is_sqlite:
        with _told(path), _driver(db) as target, closing(_opened(path)) as source:
            source.backup(target)
        return
    with db.write() as connection:
        there = ", ".join(_ours(connection))
        if there:
            connection.exec_driver_sql(f"DROP TABLE {there} CASCADE")
    _run(db.engine, "pg_restore", "--single-transaction", "--exit-on-error", *_QUIET, str(path))


def prove(db: Database, path: Path) -> None:
    """Read all of a dump, as the database itself reads it. Raises DumpFailed."""
    if not db.is_sqlite:
        _run(None, "pg_restore", f"--file={os.devnull}", str(path))
        return
    with _told(path), closing(_opened(path)) as source:
        found = source.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise DumpFailed(f"the copy of the database is damaged: {found}", where=str(path))


def filled(db: Database) -> Sequence[str]:
    """Our tables in it that hold anything."""
    with db.read() as connection:
        counted = _rows(connection)
    return [name for name, rows in counted.items() if rows]


def _dump_sqlite(db: Database, path: Path) -> Contents:
    with _told(path):
        with _driver(db) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, whole without its log
        copied = create_engine("sqlite://", creator=lambda: _opened(path), poolclass=NullPool)
        with copied.connect() as connection:
            return _contents(connection)


def _dump_postgres(db: Database, path: Path) -> Contents:
    """The rows are counted in the very snapshot that pg_dump reads."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        tables = [f'--table="{schema}"."{name}"' for name in _ours(connection)]
        _run(db.engine, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}", *_QUIET, *tables)
        return _contents(connection)


def _contents(connection: Connection) -> Contents:
    heard = select(interactions.c.content_sha256).where(
        interactions.c.kind == Kind.CALL, interactions.c.content_sha256 != NOT_FETCHED
    )
    played = select(interactions.c.playback_sha256).where(interactions.c.playback_sha256.is_not(None))
    tables: str = connection.execute(select(column("version_num")).select_from(table(_VERSION))).scalar_one()
    return Contents(tables, _rows(connection), sorted(connection.execute(union(heard, played)).scalars()))


def _rows(connection: Connection) -> dict[str, int]:
    ours = set(_ours(connection))
    there = [one for one in metadata.sorted_tables if one.name in ours]
    return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in there}


def _ours(connection: Connection) -> Sequence[str]:
    """The tables of any version of ours that are there."""
    there = set(inspect(connection).get_table_names())
    return sorted(there & {_VERSION, *metadata.tables})


@contextmanager
def _driver(db: Database) -> Iterator[sqlite3.Connection]:
    with closing(db.engine.raw_connection()) as pooled:
        connection = pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        yield connection


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _run(engine: Engine | None, program: str, *words: str) -> None:
    """One of PostgreSQL's own programs; the password goes by the environment, which others cannot list."""
    found = shutil.which(program)
    if found is None:
        mend = "install PostgreSQL's client programs, of the server's version or newer (postgresql-client)"
        raise DumpFailed(f"{program} is not on the PATH", where="PATH", mend=mend)
    environment, reach = dict(os.environ), []
    if engine is not None:
        _, told = engine.dialect.create_connect_args(engine.url)
        password = told.pop("password", None)
        told.pop("context", None)  # psycopg's own, nothing for libpq
        environment |= {"PGPASSWORD": password} if password else {}
        reach = [f"--dbname={make_conninfo(**told)}"]
    done = subprocess.run([found, *reach, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise DumpFailed(
            f"{program} failed: {done.stderr.strip()[-500:]}", mend="see that disk and database have space"
        )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DumpFailed(f"the database cannot be copied: {error}", where=str(path)) from error
