"""What every repository stands on: the database, the blobs, the settings, and a few words of SQL that both speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from qa_engine.settings import Settings
from qa_engine.storage.blobs import Blobs
from qa_engine.storage.db import Database


class Repository:
    """One kind of kept thing. The store is all of them together."""

    db: Database
    blobs: Blobs
    settings: Settings


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those whose keys are not there yet; returns how many that were (one statement a row)."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    statement = insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return sum(connection.execute(statement, dict(row)).rowcount for row in rows)


def plain(text: str | None) -> str | None:
    """Text that every database takes: no NUL, no lone surrogates."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
