"""A clean store for each test, on SQLite and, where one answers, on PostgreSQL."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from qa_engine.errors import QAEngineError
from qa_engine.settings import Settings
from qa_engine.storage import Store
from qa_engine.storage.blobs import open_blobs
from qa_engine.storage.columns import metadata
from qa_engine.storage.db import Database
from qa_engine.storage.migrate import migrate

POSTGRES = os.environ.get("QA_ENGINE_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@contextmanager
def clean_store(kind: str, folder: Path, **settings: object) -> Iterator[Store]:
    """A migrated, empty store; PostgreSQL in a schema of this test run, emptied for each test."""
    home = folder / "home"
    url = "" if kind == "sqlite" else _postgres()
    told = Settings(_env_file=None, home=home, database_url=url, **settings)  # type: ignore[arg-type, call-arg]
    if kind == "sqlite":
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(_template(), home / "qa-engine.sqlite")
    if kind == "postgres":
        yield Store(told, _shared(url), open_blobs(told.blobs))
        return
    store = Store.open(told)
    _hurry(store)
    try:
        yield store
    finally:
        store.close()


def _hurry(store: Store) -> None:
    """These databases need not survive a power cut."""

    @event.listens_for(store.db.engine, "connect")
    def relax(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    store.db.engine.dispose()


@lru_cache(maxsize=1)
def _template() -> Path:
    """An empty SQLite database, migrated once a run."""
    folder = Path(tempfile.mkdtemp(prefix="qa-engine-test-"))
    db = Database(f"sqlite:///{folder / 'empty.sqlite'}")
    migrate(db)
    db.close()
    return folder / "empty.sqlite"


def _postgres() -> str:
    """The URL of this run's own schema, emptied. Skips the test where no server answers."""
    url = _own_schema()
    if url is None:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}; set QA_ENGINE_TEST_POSTGRES to run this test")
    migrate(_shared(url))
    with _shared(url).write() as connection:
        tables = reversed(metadata.sorted_tables)
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))
    return url


@lru_cache(maxsize=1)
def _shared(url: str) -> Database:
    """One pool of connections for the whole run."""
    return Database(url)


@lru_cache(maxsize=1)
def _own_schema() -> str | None:
    schema = f"qa_test_{os.getpid()}_{secrets.token_hex(3)}"
    db = Database(POSTGRES)
    try:
        with db.write() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    except QAEngineError:
        return None

    def drop() -> None:
        with db.write() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))

    atexit.register(drop)
    return f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}%20-csynchronous_commit%3Doff"
