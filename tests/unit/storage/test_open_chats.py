"""Chats that go on: each message is kept once and in its order, and together they end as a chat like any other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text

from qa_engine.domain import Kind
from qa_engine.errors import BadInput, Conflict, Forbidden, NotFound
from qa_engine.ingest.growing import Piece
from qa_engine.storage import SYSTEM, Accepted, Incoming, InteractionFilter, Queue, Stage, State, Store
from qa_engine.storage.migrate import migrate
from qa_engine.storage.tables import chat_messages, jobs, stage_results
from tests.unit.storage.cast import AGENT, STRANGER, SUPERVISOR
from tests.unit.storage.conftest import Clock


def piece(text: str, ref: str | None = None, role: str = "customer") -> Piece:
    return Piece({"role": role, "text": text}, ref)


def begin(store: Store, *pieces: Piece, **told: Any) -> Accepted:
    opened = Incoming(kind=Kind.CHAT, source="chat.json", pieces=pieces or (piece("在吗"),), **told)
    return store.accept(SYSTEM, opened)


def texts(store: Store, interaction_id: str) -> list[str]:
    return [one.payload["text"] for one in store.pieces(interaction_id)]


def waiting(store: Store, stage: Stage) -> int:
    with store.db.read() as connection:
        counted = select(func.count()).where(jobs.c.stage == stage, jobs.c.state == "queued")
        return connection.execute(counted).scalar_one()


def test_it_is_open_with_its_first_messages(store: Store) -> None:
    row = begin(store, piece("在吗"), piece("我的快递呢"), agent="A1").interaction
    assert (row.state, row.interaction.agent, row.job) == (State.OPEN, "A1", None)
    assert texts(store, row.id) == ["在吗", "我的快递呢"]
    assert [found.id for found in store.interactions(SYSTEM, InteractionFilter(state=State.OPEN)).rows] == [row.id]


def test_messages_are_kept_in_the_order_in_which_they_came(store: Store) -> None:
    interaction_id = begin(store, piece("一")).interaction.id
    store.append(SYSTEM, interaction_id, [piece("二"), piece("三")])
    kept = store.append(SYSTEM, interaction_id, [piece("四")])
    assert (kept.added, kept.messages) == (1, 4)
    assert texts(store, interaction_id) == ["一", "二", "三", "四"]


def test_the_same_ref_is_the_same_message(store: Store) -> None:
    interaction_id = begin(store, piece("一", "id:1")).interaction.id
    kept = store.append(SYSTEM, interaction_id, [piece("一", "id:1"), piece("二", "id:2"), piece("二", "id:2")])
    assert (kept.added, kept.messages) == (1, 2)
    assert store.append(SYSTEM, interaction_id, [piece("二", "id:2")]).added == 0


def test_a_hundred_identical_appends_at_once_make_one_message(store: Store) -> None:
    interaction_id = begin(store).interaction.id
    with ThreadPoolExecutor(8) as pool:
        one = [piece("怎么还没好", "id:7")]
        added = list(pool.map(lambda _: store.append(SYSTEM, interaction_id, one).added, range(100)))
    assert (sum(added), texts(store, interaction_id)) == (1, ["在吗", "怎么还没好"])


def test_appends_at_once_lose_nothing_and_ring_once(store: Store) -> None:
    interaction_id = begin(store).interaction.id
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.append(SYSTEM, interaction_id, [piece(str(n))]), range(40)))
    assert sorted(texts(store, interaction_id)) == sorted(["在吗", *map(str, range(40))])
    assert waiting(store, Stage.FOLLOW) == 1


def test_who_has_begun_to_look_is_rung_for_again(store: Store) -> None:
    """The job in work may have read the messages already; one that waits has not."""
    interaction_id = begin(store).interaction.id
    lease = store.jobs.claim_next(Queue.SCORE, "w1")
    assert lease is not None and lease.stage is Stage.FOLLOW
    store.append(SYSTEM, interaction_id, [piece("二")])
    store.append(SYSTEM, interaction_id, [piece("三")])
    assert waiting(store, Stage.FOLLOW) == 1
    assert store.interaction(SYSTEM, interaction_id).state is State.OPEN


def test_closed_it_is_a_chat_like_any_other(store: Store, time: Clock) -> None:
    interaction_id = begin(store, piece("快递还没到", "id:1")).interaction.id
    time.forward(20)
    store.append(SYSTEM, interaction_id, [piece("马上帮您查", role="agent")])
    closed = store.close_chat(SYSTEM, interaction_id)
    row = closed.interaction
    assert (closed.duplicate, row.state, row.last_message_at) == (False, State.QUEUED, None)
    transcript = store.transcript(SYSTEM, interaction_id)
    assert transcript is not None
    assert [(turn.role, turn.text, turn.start) for turn in transcript.turns] == [
        ("customer", "快递还没到", 0.0),
        ("agent", "马上帮您查", 20.0),
    ]
    assert (row.interaction.language, row.interaction.duration_s) == ("zh", 20.0)
    assert row.interaction.started_at == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert (waiting(store, Stage.SCORE), row.job.stage if row.job else None) == (1, Stage.SCORE)
    found = store.interactions(SYSTEM, InteractionFilter(q="马上帮您查")).rows
    assert [one.id for one in found] == [interaction_id]
    with store.db.read() as connection:
        assert connection.execute(select(func.count()).select_from(chat_messages)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(stage_results)).scalar_one() == 1


def test_what_is_closed_takes_no_more_messages(store: Store) -> None:
    interaction_id = begin(store).interaction.id
    store.close_chat(SYSTEM, interaction_id)
    with pytest.raises(Conflict, match="closed"):
        store.append(SYSTEM, interaction_id, [piece("还有")])
    assert store.close_chat(SYSTEM, interaction_id).duplicate


def test_what_is_open_is_not_judged_by_hand(store: Store) -> None:
    with pytest.raises(Conflict, match="open"):
        store.rescore(SYSTEM, begin(store).interaction.id)


def test_it_is_closed_by_itself_after_a_silence(store: Store, time: Clock) -> None:
    quiet, lively = (begin(store).interaction.id for _ in range(2))
    time.forward(1000)
    store.append(SYSTEM, lively, [piece("还在")])
    time.forward(900)
    assert list(store.close_silent(1800)) == [quiet]
    assert store.interaction(SYSTEM, lively).state is State.OPEN
    assert list(store.close_silent(1800)) == []


def test_a_repeated_word_does_not_keep_it_open(store: Store, time: Clock) -> None:
    interaction_id = begin(store, piece("一", "id:1")).interaction.id
    time.forward(100)
    store.append(SYSTEM, interaction_id, [piece("一", "id:1")])
    assert list(store.close_silent(60)) == [interaction_id]


def test_the_same_external_id_is_the_same_chat(store: Store) -> None:
    first = begin(store, external_id="C-1")
    again = begin(store, piece("别的"), external_id="C-1")
    assert again.duplicate and again.interaction.id == first.interaction.id
    assert texts(store, first.interaction.id) == ["在吗"]


def test_two_chats_that_begin_with_the_same_words_are_two(store: Store) -> None:
    assert begin(store).interaction.id != begin(store).interaction.id


def test_it_grows_no_longer_than_a_chat_may(store: Store) -> None:
    interaction_id = begin(store).interaction.id
    many = [piece(str(n)) for n in range(store.settings.max_chat_messages)]
    with pytest.raises(BadInput, match="at most"):
        store.append(SYSTEM, interaction_id, many)
    assert texts(store, interaction_id) == ["在吗"]


def test_only_who_may_write_adds_to_it_and_a_stranger_does_not_find_it(store: Store) -> None:
    interaction_id = begin(store, team="T1", agent="A1").interaction.id
    for reader in (SUPERVISOR, AGENT):
        with pytest.raises(Forbidden):
            store.append(reader, interaction_id, [piece("二")])
        with pytest.raises(Forbidden):
            store.close_chat(reader, interaction_id)
    with pytest.raises(NotFound):
        store.append(STRANGER, interaction_id, [piece("二")])
    with pytest.raises(NotFound):
        store.close_chat(STRANGER, interaction_id)


def test_an_older_version_finds_it_parked_and_its_job_gone(store: Store) -> None:
    interaction_id = begin(store).interaction.id
    migrate(store.db, "0002")
    try:
        with store.db.read() as connection:
            state = connection.execute(text("SELECT state FROM interactions")).scalar_one()
            assert (state, connection.execute(text("SELECT count(*) FROM jobs")).scalar_one()) == ("parked", 0)
    finally:
        migrate(store.db)
    row = store.interaction(SYSTEM, interaction_id)
    assert (row.state, row.risk, row.last_message_at) == (State.PARKED, None, None)
