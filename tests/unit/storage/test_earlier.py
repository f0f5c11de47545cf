"""Earlier contacts of the same customer: of this tenant, before this one, and told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from qa_engine.domain.metadata import EARLIER_CONTACTS
from qa_engine.storage import SYSTEM, InteractionRow, Store
from qa_engine.storage.earlier import keep_told
from tests.unit.storage.cast import STRANGER, take_chat

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def came(store: Store, days: float, customer: str | None = "C1", **more: Any) -> InteractionRow:
    at = NOON - timedelta(days=days)
    return take_chat(store, f"{customer} {days}", customer_ref=customer, started_at=at, **more).interaction


def test_it_tells_the_days_before_newest_first(store: Store) -> None:
    for days in (20, 1.5, 100, -1):
        came(store, days)
    came(store, 3, "C2")
    came(store, 3, asker=STRANGER)
    assert store.earlier_contacts(came(store, 0)) == {EARLIER_CONTACTS: [1.5, 20.0]}


def test_without_a_customer_nothing_is_told_and_what_the_sender_told_stands(store: Store) -> None:
    came(store, 1)
    assert store.earlier_contacts(came(store, 0, None)) == {}
    assert store.earlier_contacts(came(store, 0.5, metadata={EARLIER_CONTACTS: [9]})) == {}
    assert store.earlier_contacts(came(store, 60, "C9")) == {EARLIER_CONTACTS: []}


def test_what_was_told_is_kept_beside_what_the_sender_said(store: Store) -> None:
    came(store, 2)
    row = came(store, 0, metadata={"queue": "vip"})
    with store.db.write() as connection:
        keep_told(connection, row, store.earlier_contacts(row))
    assert store.interaction(SYSTEM, row.id).interaction.metadata == {"queue": "vip", EARLIER_CONTACTS: [2.0]}
