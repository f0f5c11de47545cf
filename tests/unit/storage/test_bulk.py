"""Very many rows at once: all or none, as they are told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from qa_engine.storage import Store
from qa_engine.storage.bulk import insert_rows, update_rows
from qa_engine.storage.tables import outbox, tenants, users

MOMENT = "2026-03-01 08:00:00.000000"


def put(store: Store, *payloads: str) -> None:
    with store.db.write() as connection:
        told = [("t", payload, MOMENT) for payload in payloads]
        insert_rows(connection, "outbox", ("topic", "payload", "created_at"), iter(told))


def kept(store: Store) -> list[Any]:
    with store.db.read() as connection:
        return list(connection.execute(select(outbox.c.payload).order_by(outbox.c.id)).scalars())


@pytest.mark.parametrize(
    "value",
    ["plain", "tab\t", "two\nlines", "\\N", "\\", "\\.", "引号 \"'", "😀", "", "NULL", "a,b;{c}", "\r\n", "%s :x ?"],
)
def test_it_keeps_text_as_told(store: Store, value: str) -> None:
    with store.db.write() as connection:
        insert_rows(connection, "login_attempts", ("subject", "at"), [(value, MOMENT)])
    with store.db.read() as connection:
        assert connection.execute(text("SELECT subject FROM login_attempts")).scalar() == value


def test_it_keeps_the_order(store: Store) -> None:
    put(store, *(str(n) for n in range(1000)))
    assert kept(store) == list(range(1000))


def test_no_rows_are_no_rows(store: Store) -> None:
    put(store)
    assert kept(store) == []


def test_what_is_not_told_is_null_or_the_default(store: Store) -> None:
    with store.db.write() as connection:
        insert_rows(connection, "tenants", ("id", "created_at"), [("T", MOMENT)])
        insert_rows(
            connection,
            "users",
            ("id", "tenant", "name", "password_hash", "role", "created_at", "team"),
            [("U", "T", "n", "h", "admin", MOMENT, None)],
        )
    with store.db.read() as connection:
        row = connection.execute(text("SELECT team, disabled_at FROM users WHERE id = 'U'")).one()
        assert tuple(row) == (None, None)


def test_a_row_that_breaks_a_rule_keeps_all_out(store: Store) -> None:
    with pytest.raises(IntegrityError), store.db.write() as connection:
        insert_rows(connection, "tenants", ("id", "created_at"), [("a", MOMENT), ("b", MOMENT), ("a", MOMENT)])
    with store.db.read() as connection:
        assert connection.execute(select(tenants.c.id)).all() == []


@pytest.mark.parametrize("value", ["plain", "tab\t", "\\N", "{a,b}", "引号 \"'", "", "NULL", "%s :x ?", None])
def test_it_gives_rows_new_values_by_their_key(store: Store, value: str | None) -> None:
    old = [("k1", "n1", "ip", MOMENT), ("k2", "n2", "ip", MOMENT), ("k3", "n3", "ip", MOMENT)]
    kinds = {"name": "text", "created_at": "timestamptz", "team": "text", "disabled_at": "timestamptz"}
    with store.db.write() as connection:
        insert_rows(connection, "tenants", ("id", "created_at"), [("ip", MOMENT)])
        columns = ("id", "name", "tenant", "created_at", "password_hash", "role")
        insert_rows(connection, "users", columns, [(*row, "h", "admin") for row in old])
        told = [("m1", "2026-03-02 08:00:00", value, None, "k1"), ("m3", MOMENT, None, MOMENT, "k3")]
        update_rows(connection, "users", "id", kinds, told)
        update_rows(connection, "users", "id", kinds, [])
    with store.db.read() as connection:
        rows = connection.execute(select(users.c.name, users.c.team, users.c.created_at).order_by(users.c.id)).all()
        off = connection.execute(select(users.c.id).where(users.c.disabled_at.is_not(None))).scalars().all()
    assert [(row.name, row.team, row.created_at.day) for row in rows] == [
        ("m1", value, 2),
        ("n2", None, 1),
        ("m3", None, 1),
    ]
    assert off == ["k3"]
