"""Who works on what, what has stopped and why, and how it goes on; only for those who run the house."""

from __future__ import annotations

import pytest

from qa_engine.errors import Conflict, Forbidden, NotFound
from qa_engine.storage import SYSTEM, Accepted, Failure, Queue, State, Store
from qa_engine.storage.oversight import Reason
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, SUPERVISOR, VENDOR, claim, scored, take_call, take_chat
from tests.unit.storage.conftest import Clock

CRASH = Failure(code="crashed", message='said "code":"bad_audio"')
MUTE = Failure(code="bad_audio", message="there is no sound in it", where="a.wav", mend="send it again")


def stop(store: Store, accepted: Accepted, failure: Failure = MUTE) -> str:
    lease = claim(store, accepted)
    store.jobs.fail(lease, failure, retry=False)
    return lease.job_id


def test_it_tells_who_works_on_what(store: Store, time: Clock) -> None:
    call = take_call(store, external_id="C-1")
    store.jobs.renew(claim(store, call, "host:7"), "recognise", 0.4)
    time.forward(20)
    [one] = store.at_work(LEAD)
    assert (one.worker, one.queue, one.name, one.step, one.fraction) == (
        "host:7",
        "transcribe",
        "C-1",
        "recognise",
        0.4,
    )
    assert one.alive and (time.moment - one.since).total_seconds() == 20
    time.forward(store.settings.lease_s)
    assert not store.at_work(LEAD)[0].alive
    assert store.at_work(STRANGER) == []


def test_it_tells_what_has_stopped_and_groups_it_by_reason(store: Store, time: Clock) -> None:
    stop(store, take_call(store, b"1"))
    time.forward(1)
    stop(store, take_call(store, b"2"))
    time.forward(1)
    last = stop(store, take_chat(store), CRASH)
    found = store.stopped(LEAD)
    assert [one.error.code for one in found if one.error] == ["crashed", "bad_audio", "bad_audio"]
    assert (found[0].job_id, found[0].queue, found[0].attempts, found[0].at) == (last, "score", 1, time.moment)
    assert store.reasons(LEAD) == [Reason("bad_audio", 2), Reason("crashed", 1)]
    assert store.stopped(STRANGER) == [] and store.reasons(STRANGER) == []


def test_it_releases_one(store: Store) -> None:
    call = take_call(store)
    job = stop(store, call)
    store.release_job(LEAD, job)
    assert store.interaction(SYSTEM, call.interaction.id).state is State.QUEUED
    assert store.stopped(LEAD) == []
    with pytest.raises(Conflict):
        store.release_job(LEAD, job)
    with pytest.raises(NotFound):
        store.release_job(STRANGER, job)
    assert store.audit_log(SYSTEM)[0].action == "job.release"


def test_it_releases_all_that_stopped_for_one_reason_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_engine.storage.oversight.RELEASED_AT_ONCE", 2)
    for n in range(5):
        stop(store, take_call(store, bytes([n])))
    stop(store, take_chat(store), CRASH)
    assert store.release_all(STRANGER, "bad_audio") == 0
    assert store.release_all(LEAD, "bad_audio", limit=3) == 3
    assert store.reasons(LEAD) == [Reason("bad_audio", 2), Reason("crashed", 1)]
    assert store.release_all(LEAD, "bad_audio") == 2
    assert store.release_all(LEAD, "bad_audio") == 0
    assert store.reasons(LEAD) == [Reason("crashed", 1)]
    assert {lease.attempts for _ in range(5) if (lease := store.jobs.claim_next(Queue.TRANSCRIBE, "w"))} == {1}


def test_what_a_later_judgement_has_overtaken_is_no_longer_stuck(store: Store) -> None:
    chat = take_chat(store)
    stop(store, chat, CRASH)
    store.rescore(SYSTEM, chat.interaction.id)
    lease = store.jobs.claim_next(Queue.SCORE, "w")
    assert lease is not None
    scored_again = store.interaction(SYSTEM, chat.interaction.id)
    assert scored_again.state is State.WORKING
    assert store.stopped(LEAD) == [] and store.reasons(LEAD) == []


@pytest.mark.parametrize("who", [SUPERVISOR, AGENT, VENDOR])
def test_it_is_for_those_who_see_the_whole_house(store: Store, who: object) -> None:
    for ask in (store.at_work, store.stopped, store.reasons):
        with pytest.raises(Forbidden):
            ask(who)  # type: ignore[arg-type]
    for act in (store.release_job, store.release_all):
        with pytest.raises(Forbidden):
            act(who, "x")  # type: ignore[arg-type]


def test_done_work_has_not_stopped(store: Store) -> None:
    scored(store, take_chat(store))
    assert store.stopped(LEAD) == [] and store.reasons(LEAD) == []
