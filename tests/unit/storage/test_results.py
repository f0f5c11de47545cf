"""Stage results are kept once for each content and version; scorecards follow one another and none changes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from qa_engine.domain import Signals
from qa_engine.domain.codec import dump
from qa_engine.errors import Conflict, NotFound
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.results import keep_result
from qa_engine.storage.scorecards import keep_scorecard
from qa_engine.storage.tables import stage_results
from qa_engine.storage.updates import heard_of
from tests.unit.storage.cast import card, chat, claim, scored, take_call, take_chat

HEARD = Signals(acoustic=True, timed=True, duration_s=3.0)


def test_it_finds_a_result_by_content_stage_and_version_only(store: Store) -> None:
    sha256 = take_call(store).interaction.interaction.content_sha256
    with store.db.write() as connection:
        keep_result(connection, sha256, "signals", "v1", dump(HEARD))
    assert store.stage_result(sha256, "signals", "v1") == dump(HEARD)
    assert store.stage_result(sha256, "signals", "v2") is None
    assert store.stage_result(sha256, "transcript", "v1") is None
    assert store.stage_result("0" * 64, "signals", "v1") is None


def test_it_keeps_the_first_result_of_a_version(store: Store) -> None:
    with store.db.write() as connection:
        keep_result(connection, "a" * 64, "signals", "v1", {"first": True})
        keep_result(connection, "a" * 64, "signals", "v1", {"first": False})
        assert connection.execute(select(func.count()).select_from(stage_results)).scalar() == 1
    assert store.stage_result("a" * 64, "signals", "v1") == {"first": True}


def test_it_shows_an_interaction_the_version_that_belongs_to_it(store: Store) -> None:
    row = take_call(store).interaction
    assert store.transcript(SYSTEM, row.id) is None and store.signals(SYSTEM, row.id) is None
    for version, words in (("v1", "旧"), ("v2", "新")):
        with store.db.write() as connection:
            keep_result(connection, row.interaction.content_sha256, "transcript", version, dump(chat(words)))
            heard_of(connection, row.id, results={"transcript": version}, duration_s=3.0, codec=None)
    assert store.transcript(SYSTEM, row.id) == chat("新")
    assert store.interaction(SYSTEM, row.id).interaction.duration_s == 3.0


def test_it_plays_the_copy_where_there_is_one(store: Store) -> None:
    import io

    row = take_call(store, b"amr sound", media_type="audio/amr").interaction
    stream, size, media_type = store.open_audio(SYSTEM, row.id)
    with stream:
        assert (stream.read(), size, media_type) == (b"amr sound", 9, "audio/amr")
    copy, _ = store.blobs.put(io.BytesIO(b"m4a"))
    with store.db.write() as connection:
        heard_of(connection, row.id, results={}, playback_sha256=copy)
    stream, size, media_type = store.open_audio(SYSTEM, row.id)
    with stream:
        assert (stream.read(), size, media_type) == (b"m4a", 3, "audio/mp4")


def test_it_has_no_sound_of_a_chat(store: Store) -> None:
    with pytest.raises(NotFound):
        store.open_audio(SYSTEM, take_chat(store).interaction.id)


def test_it_adds_scorecards_and_shows_the_latest(store: Store) -> None:
    interaction_id = scored(store, take_chat(store), card(60, flags=("below_band",), fatal=()))
    first = store.scorecard(SYSTEM, interaction_id)
    job = store.jobs.claim(store.rescore(SYSTEM, interaction_id), "w1")
    assert first is not None and job is not None

    def effect(connection):  # type: ignore[no-untyped-def]
        keep_scorecard(connection, job, card(88), {"engine": "2"})

    store.jobs.finish(job, effect)
    kept = store.scorecards(SYSTEM, interaction_id)
    assert [one.scorecard.score for one in kept] == [88, 60]
    assert kept[1] == first
    row = store.interaction(SYSTEM, interaction_id)
    assert (row.score, row.flags) == (88, ())
    assert store.interactions(SYSTEM).rows[0].flags == ()
    assert kept[0].versions == {"engine": "2"}


def test_it_finds_a_scorecard_by_its_rubric(store: Store) -> None:
    interaction_id = scored(store, take_chat(store))
    assert store.scorecard(SYSTEM, interaction_id, "general-zh") is not None
    assert store.scorecard(SYSTEM, interaction_id, "ab" * 32) is not None
    assert store.scorecard(SYSTEM, interaction_id, "general-en") is None


def test_it_rescores_only_what_was_heard(store: Store) -> None:
    with pytest.raises(Conflict):
        store.rescore(SYSTEM, take_call(store).interaction.id)


def test_it_has_no_scorecard_before_there_is_one(store: Store) -> None:
    interaction_id = take_chat(store).interaction.id
    assert store.scorecard(SYSTEM, interaction_id) is None and store.scorecards(SYSTEM, interaction_id) == []
    claim(store, take_chat(store))
