"""What comes in is kept once, whole, with its first job and its bell message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from qa_engine.domain import Kind
from qa_engine.errors import BadInput, Conflict, Forbidden
from qa_engine.storage import SYSTEM, Accepted, Incoming, Queue, Stage, State, Store
from qa_engine.storage.tables import interactions, jobs
from tests.unit.storage.cast import AGENT, STRANGER, SUPERVISOR, VENDOR, chat, take_call, take_chat


def count(store: Store, table: Any = interactions) -> int:
    with store.db.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_it_keeps_a_call_with_its_job_and_its_message(store: Store) -> None:
    accepted = take_call(store, agent="A1", metadata={"queue": "退款", "n": 3})
    row = accepted.interaction
    assert not accepted.duplicate and row.state is State.QUEUED and row.has_audio
    assert row.job is not None and row.job.stage == Stage.TRANSCRIBE
    assert [message.payload["job"] for message in store.outbox.waiting()] == [row.job.id]
    assert store.interaction(SYSTEM, row.id).interaction.metadata == {"queue": "退款", "n": 3}


def test_it_starts_a_chat_at_scoring_for_its_transcript_is_there(store: Store) -> None:
    row = take_chat(store, "你好", "您好").interaction
    assert row.job is not None and row.job.stage == Stage.SCORE and not row.has_audio
    assert store.transcript(SYSTEM, row.id) == chat("你好", "您好")


CALL, SAME_CALL, OTHER = b"RIFF one", b"RIFF one", b"RIFF two"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"sound": CALL}, {"sound": SAME_CALL}, True),
        ({"sound": CALL}, {"sound": OTHER}, False),
        ({"sound": CALL, "external_id": "x"}, {"sound": SAME_CALL, "external_id": "x"}, True),
        ({"sound": CALL, "external_id": "x"}, {"sound": SAME_CALL, "external_id": "y"}, False),
        ({"sound": CALL, "external_id": "x"}, {"sound": SAME_CALL}, False),
        ({"sound": CALL, "agent": "A1"}, {"sound": SAME_CALL, "agent": "A2"}, True),
    ],
)
def test_it_knows_a_call_that_came_before(
    store: Store, first: dict[str, Any], second: dict[str, Any], same: bool
) -> None:
    one, two = take_call(store, **first), take_call(store, **second)
    assert two.duplicate is same
    assert (one.interaction.id == two.interaction.id) is same
    assert count(store) == (1 if same else 2)
    assert count(store, jobs) == count(store)


MORNING, NOON = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({}, {}, True),
        ({"agent": "A1", "started_at": MORNING}, {"agent": "A1", "started_at": MORNING}, True),
        ({"started_at": MORNING}, {"started_at": NOON}, False),
        ({"agent": "A1"}, {"agent": "A2"}, False),
        ({"customer_ref": "C1"}, {"customer_ref": "C2"}, False),
        ({"external_id": "x", "agent": "A1"}, {"external_id": "x", "agent": "A2"}, True),
    ],
)
def test_it_tells_chats_of_the_same_words_apart_by_who_and_when(
    store: Store, first: dict[str, Any], second: dict[str, Any], same: bool
) -> None:
    assert (take_chat(store, **first).interaction.id == take_chat(store, **second).interaction.id) is same


def test_it_refuses_another_content_under_the_same_external_id(store: Store) -> None:
    take_call(store, CALL, external_id="x")
    with pytest.raises(Conflict) as told:
        take_call(store, OTHER, external_id="x")
    assert "x" in (told.value.where or "")
    assert count(store) == 1


def test_it_keeps_one_of_many_that_come_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: take_chat(store, external_id="x"), range(40)))
    assert len({accepted.interaction.id for accepted in taken}) == 1
    assert sum(not accepted.duplicate for accepted in taken) == 1
    assert count(store) == count(store, jobs) == 1


def test_it_keeps_tenants_apart(store: Store) -> None:
    ours, theirs = take_chat(store, external_id="x"), take_chat(store, external_id="x", asker=STRANGER)
    assert ours.interaction.id != theirs.interaction.id and not theirs.duplicate
    assert theirs.interaction.interaction.tenant == "elsewhere"


@pytest.mark.parametrize("asker", [AGENT, SUPERVISOR, VENDOR])
def test_it_takes_nothing_from_those_who_may_only_read(store: Store, asker: Any) -> None:
    with pytest.raises(Forbidden):
        take_chat(store, asker=asker)
    assert count(store) == 0


def test_it_refuses_what_has_neither_sound_nor_words(store: Store) -> None:
    with pytest.raises(BadInput):
        store.accept(SYSTEM, Incoming(kind=Kind.CALL, source="a.wav"))


def test_it_takes_a_call_that_comes_as_a_transcript(store: Store) -> None:
    row = store.accept(SYSTEM, Incoming(kind=Kind.CALL, source="a.json", chat=chat("你好"))).interaction
    assert row.job is not None and row.job.stage == Stage.SCORE and not row.has_audio


@pytest.mark.parametrize("name", ["external_id", "agent", "team", "vendor", "customer_ref", "ticket"])
def test_it_names_the_field_that_is_too_long(store: Store, name: str) -> None:
    with pytest.raises(BadInput) as told:
        take_chat(store, **{name: "长" * 201})
    assert told.value.where == name


def test_it_stands_characters_that_databases_do_not(store: Store) -> None:
    row = take_chat(store, "你好\0\ud800", agent="A\0\ud8001", metadata={"k\0": "v\ud800\0"}).interaction
    assert row.interaction.agent == "A?1"
    again = store.interaction(SYSTEM, row.id)
    assert again.interaction.metadata == {"k\0": "v?\0"}
    assert store.transcript(SYSTEM, row.id) is not None


def test_it_takes_many_at_once_each_once_and_in_their_order(store: Store) -> None:
    def told(word: str, **more: Any) -> Incoming:
        return Incoming(kind=Kind.CHAT, source="chats.ndjson", chat=chat(word), **more)

    before = take_chat(store, "零", external_id="0").interaction.id
    many = [
        told("一"),
        told("零", external_id="0"),
        told("二", external_id="2"),
        told("一"),
        told("另一个二", external_id="2"),
        told("三", agent="长" * 201),
        told("四", priority=1),
    ]
    found = store.accept_many(SYSTEM, many)
    fresh = [not one.duplicate if isinstance(one, Accepted) else one.code for one in found]
    assert fresh == [True, False, True, False, "conflict", "bad_input", True]
    ids = [one.interaction.id for one in found if isinstance(one, Accepted)]
    assert ids[1] == before and ids[0] == ids[3] and count(store) == 4
    assert [store.interaction(SYSTEM, wanted).job is not None for wanted in ids] == [True] * 5
    assert len(store.outbox.waiting()) == 4
    assert store.accept_many(SYSTEM, []) == []


def test_it_takes_a_call_whose_sound_is_yet_to_come(store: Store) -> None:
    incoming = Incoming(kind=Kind.CALL, source="a.wav", url="https://pbx.example/a.wav", priority=-1)
    first, again = store.accept(SYSTEM, incoming), store.accept(SYSTEM, incoming)
    row = first.interaction
    assert row.job is not None and row.job.stage == Stage.FETCH and not row.has_audio
    assert again.duplicate and again.interaction.id == row.id
    lease = store.jobs.claim(row.job.id, "w1")
    assert lease is not None and lease.params == {"url": "https://pbx.example/a.wav"} and lease.queue == Queue.ARCHIVE
