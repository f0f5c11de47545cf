"""How the database is reached: one engine, short reads, and writes that never meet a busy SQLite."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from qa_engine.errors import BadSetting, QAEngineError

BUSY_TIMEOUT_S = 30
"""How long a writer waits for SQLite's one write lock."""
POOL, POSTGRES_POOL = 30, 10
"""Connections that stay open, and as many more for a rush. A PostgreSQL server has a hundred for all processes, so that
the 40 requests that the API serves at once take turns there."""
LOST = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""How soon a server is missed that vanished without a word: seconds, and milliseconds for what is not acknowledged."""
KNOCK_S = (0.0005, 0.003)
"""How soon it tries again; SQLite's own waiting grows to 100 ms a step and lets latecomers overtake."""


class DatabaseAway(QAEngineError):
    """The database cannot be reached or cannot write; nothing was changed."""

    code = "database_away"


class Database:
    """Connections with the isolation that the rest relies on: a ``write`` holds SQLite's lock from its first word."""

    def __init__(self, url: str, *, schema: str | None = None) -> None:
        self.engine = make_engine(url, schema=schema)
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view."""
        with _told(), self.engine.connect().execution_options(reads_only=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with _told(), self._turn, self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def make_engine(url: str, *, schema: str | None = None) -> Engine:
    """An engine for SQLite (file) or PostgreSQL (psycopg 3). ``schema`` is a PostgreSQL schema to live in.

    Raises BadSetting for a URL that cannot be used.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed.render_as_string(hide_password=False), parsed.database)
        if parsed.get_backend_name() != "postgresql":
            raise ArgumentError(f"no support for {parsed.get_backend_name()}")
        options = {"options": f"-csearch_path={schema}"} if schema else {}
        return create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=POSTGRES_POOL,
            max_overflow=POSTGRES_POOL,
            connect_args={"connect_timeout": 5, **LOST, **options},
        )
    except (ArgumentError, NoSuchModuleError) as error:
        mend = "use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        raise BadSetting(f"not a usable database URL: {error}", where="QA_ENGINE_DATABASE_URL", mend=mend) from None


def _sqlite(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise ArgumentError("an SQLite database must be a file, for several processes share it")
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"the folder of the database cannot be made: {error}", where="QA_ENGINE_HOME") from None
    engine = create_engine(url, pool_size=POOL, max_overflow=POOL, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own accord
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
            "foreign_keys=ON",
            "synchronous=FULL",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads_only", False):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection.connection.driver_connection)

    return engine


def _begin_writing(connection: Any) -> None:
    """Knock until the write lock is ours. Raises the driver's error (database is locked) when it takes too long."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            time.sleep(random.uniform(*KNOCK_S))  # noqa: S311 - only to keep the knockers apart
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")


@contextmanager
def _told() -> Iterator[None]:
    """Trouble with the database itself becomes an error for people."""
    try:
        yield
    except OperationalError as error:
        mend = "see that it runs and has space"
        raise DatabaseAway(f"the database cannot do this now: {error.orig}", mend=mend) from error
    except PoolTimeout as error:
        raise DatabaseAway("too many ask the database at once", mend="try again in a moment") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway(f"the connection was lost: {error.orig}", mend="try again") from error
        raise
