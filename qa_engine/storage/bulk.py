"""Inserts very many rows at once: by COPY on PostgreSQL, by executemany on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

BUFFER = 64 << 20
"""Bytes of grams that SQLite holds before it writes a piece of index."""
PIECES = 1000
"""So many pieces may lie unmerged meanwhile."""
INDEX_MB = 1024
"""Memory that PostgreSQL may take to build the index of grams."""


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Within the connection's transaction, in the order given.

    Values are as the database itself takes them: column types of ``qa_engine.storage.types`` are not asked. Names come
    from our own code, never from without. Raises what SQLAlchemy raises.
    """
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        if told := [tuple(row) for row in rows]:
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", told)  # noqa: S608
        return
    _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)


def update_rows(
    connection: Connection, table: str, key: str, kinds: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """New values of the columns that ``kinds`` names, with their PostgreSQL types; each row ends with its key (text).

    What ``insert_rows`` says of values and names holds here too.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        news = ", ".join(f"{name} = ?" for name in kinds)
        connection.exec_driver_sql(f"UPDATE {table} SET {news} WHERE {key} = ?", [tuple(row) for row in rows])  # noqa: S608
        return
    columns = {**kinds, "which": "text"}
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    news = ", ".join(f"{name} = told.{name}" for name in kinds)
    told = f"unnest({arrays}) AS told({', '.join(columns)})"
    statement = f"UPDATE {table} SET {news} FROM {told} WHERE {table}.{key} = told.which"  # noqa: S608
    connection.exec_driver_sql(statement, tuple(list(values) for values in zip(*rows, strict=True)))


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is

    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, dialect=connection.dialect) from error


def search_index_rests(connection: Connection) -> None:
    """Before very many texts come: the index of grams is put off, or at least not kept tidy all the time."""
    if connection.dialect.name == "sqlite":
        _configure_grams(connection, automerge=0, crisismerge=PIECES, hashsize=BUFFER)
        connection.exec_driver_sql(f"PRAGMA cache_size=-{BUFFER // 1024 * 8}")
    elif not connection.exec_driver_sql("SELECT EXISTS (SELECT FROM search_texts)").scalar_one():
        connection.exec_driver_sql("DROP INDEX IF EXISTS ix_search_texts_grams")


def insert_texts(connection: Connection, rows: Sequence[tuple[str, str, str]]) -> None:
    """Texts to be found by: interaction, folded text, and its grams (words on SQLite, an array on PostgreSQL)."""
    if connection.dialect.name != "sqlite":
        insert_rows(connection, "search_texts", ("interaction_id", "text", "grams"), rows)
        return
    before = connection.exec_driver_sql("SELECT coalesce(max(n), 0) FROM search_texts").scalar_one()
    numbered = list(enumerate(rows, before + 1))
    texts = [(n, interaction_id, text) for n, (interaction_id, text, _) in numbered]
    insert_rows(connection, "search_texts", ("n", "interaction_id", "text"), texts)
    insert_rows(connection, "search_grams", ("rowid", "grams"), [(n, grams) for n, (_, _, grams) in numbered])


def search_index_works(connection: Connection) -> None:
    """After that: the index is whole and tidy again, and the planner knows how much there is of what."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_grams (search_grams) VALUES ('optimize')")
        _configure_grams(connection, automerge=4, crisismerge=16, hashsize=1 << 20)
    else:
        connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{INDEX_MB}MB'")
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_search_texts_grams ON search_texts USING gin (grams)")
    connection.exec_driver_sql("ANALYZE")


def _configure_grams(connection: Connection, **wanted: int) -> None:
    for name, value in wanted.items():
        connection.exec_driver_sql("INSERT INTO search_grams (search_grams, rank) VALUES (?, ?)", (name, value))
