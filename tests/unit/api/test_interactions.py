"""Interactions over HTTP: taken in, listed, shown."""

from __future__ import annotations

import json

import pytest

from qa_engine.storage import SYSTEM, Failure
from tests.unit.api.cast import CHAT, Cast, problem, sound


def post_sound(cast: Cast, content: bytes, name: str = "call.wav", **told: str):
    files = {"file": (name, content, "audio/wav")}
    return cast.client.post("/v1/interactions", files=files, data=told, headers=cast.headers())


def test_it_takes_a_recording_with_its_metadata(cast: Cast) -> None:
    told = {"agent": "A017", "team": "east", "external_id": "CRM-1", "metadata": '{"queue": "vip", "rating": 3}'}
    answer = post_sound(cast, sound(), **told)
    assert answer.status_code == 202
    kept = answer.json()
    assert answer.headers["location"] == f"/v1/interactions/{kept['id']}"
    assert kept["state"] == "queued"
    assert kept["duplicate"] is False
    shown = cast.get(kept["links"]["self"]).json()
    assert (shown["agent"], shown["team"], shown["external_id"]) == ("A017", "east", "CRM-1")
    assert shown["metadata"] == {"queue": "vip", "rating": 3}
    assert shown["media_type"] == "audio/wav"
    assert shown["progress"] == {"stage": "transcribe", "step": None, "percent": 0, "attempts": 0}
    assert shown["size"] == len(sound())


def test_it_takes_a_chat_as_json(cast: Cast) -> None:
    answer = cast.client.post("/v1/interactions", json={**CHAT, "id": "chat-1"}, headers=cast.headers())
    assert answer.status_code == 202
    assert answer.json()["kind"] == "chat"
    turns = cast.get(answer.json()["links"]["transcript"]).json()["turns"]
    assert [turn["role"] for turn in turns] == ["customer", "agent"]


def test_it_takes_a_chat_export_of_many_and_tells_which_it_refused(cast: Cast) -> None:
    lines = [
        {**CHAT, "id": "c-1"},
        {"id": "c-2", "messages": [{"role": "martian", "text": "?"}]},
        {**CHAT, "id": "c-3"},
    ]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    answer = post_sound(cast, content, "chats.ndjson", team="west")
    assert answer.status_code == 202
    body = answer.json()
    assert [one["external_id"] for one in body["interactions"]] == ["c-1", "c-3"]
    assert body["refused"][0]["where"].startswith("chats.ndjson:2")
    assert cast.get(body["interactions"][0]["links"]["self"]).json()["team"] == "west"


def test_it_knows_the_same_thing_again(cast: Cast) -> None:
    first, second = post_sound(cast, sound(), external_id="X"), post_sound(cast, sound(), external_id="X")
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["duplicate"] is True


def test_it_refuses_other_content_under_a_known_external_id(cast: Cast) -> None:
    post_sound(cast, sound(seed=1), external_id="X")
    problem(post_sound(cast, sound(seed=2), external_id="X"), 409, "conflict")


def test_it_lists_newest_first_and_pages_by_key(cast: Cast) -> None:
    ids = [cast.chat(id=f"c-{n}") for n in range(5)]
    first = cast.get("/v1/interactions?limit=2&kind=chat")
    assert [one["id"] for one in first.json()["items"]] == ids[:2:-1]
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = cast.get(link[1 : link.index(">")])
    assert [one["id"] for one in second.json()["items"]] == ids[2:0:-1]
    third = cast.get(f"/v1/interactions?limit=2&kind=chat&after={second.json()['next']}")
    assert [one["id"] for one in third.json()["items"]] == ids[:1]
    assert third.json()["next"] is None
    assert "link" not in third.headers


def test_it_filters(cast: Cast) -> None:
    good, bad = cast.call(1, agent="A1", ticket="T-7"), cast.call(2, agent="A2")
    cast.judge(good, 95)
    cast.judge(bad, 40)
    for asked, wanted in [
        ("band=pass", [good]), ("band=flagged", [bad]), ("agent=A2", [bad]), ("q=t-7", [good]), ("score_max=50", [bad]),
        ("order=score", [bad, good]), ("needs_review=true", [bad, good]), ("fatal=true", []), ("kind=chat", []),
        ("state=done&agent=A1", [good]), ("received_to=2000-01-01T00:00:00", []), ("flag=needs_review", [bad, good]),
    ]:  # fmt: skip
        got = [one["id"] for one in cast.get(f"/v1/interactions?{asked}").json()["items"]]
        assert got == wanted, asked


def test_it_shows_the_latest_judgement(cast: Cast) -> None:
    call = cast.call(agent="A1")
    cast.judge(call, 82)
    shown = cast.get(f"/v1/interactions/{call}").json()
    assert (shown["state"], shown["score"], shown["band"]) == ("done", 82, "coach")
    assert shown["progress"] is None
    assert shown["flags"] == ["needs_review"]


@pytest.mark.parametrize(("retry", "state"), [(True, "queued"), (False, "failed")])
def test_it_tells_why_an_attempt_failed_even_while_it_is_tried_again(cast: Cast, retry: bool, state: str) -> None:
    call = cast.call()
    job = cast.store.interaction(SYSTEM, call).job
    assert job is not None
    lease = cast.store.jobs.claim(job.id, "test")
    assert lease is not None
    cast.store.jobs.renew(lease, "recognise", 0.42)
    shown = cast.get(f"/v1/interactions/{call}").json()
    assert shown["progress"] == {"stage": "transcribe", "step": "recognise", "percent": 42, "attempts": 1}
    cast.store.jobs.fail(
        lease, Failure(code="bad_audio", message="it breaks off", where="a.wav", mend="again"), retry=retry
    )
    shown = cast.get(f"/v1/interactions/{call}").json()
    assert shown["state"] == state
    assert shown["error"] == {"code": "bad_audio", "message": "it breaks off", "where": "a.wav", "mend": "again"}
    assert (shown["progress"] is None) is (state == "failed")


def test_metadata_may_come_as_a_file_part(cast: Cast) -> None:
    files = {"recording": ("a.wav", sound()), "metadata": ("m.json", b'{"agent": "A9"}', "application/json")}
    answer = cast.client.post("/v1/interactions", files=files, data={"team": "east"}, headers=cast.headers())
    shown = cast.get(answer.json()["links"]["self"]).json()
    assert (shown["agent"], shown["team"], shown["metadata"]) == ("A9", "east", {})


def test_lists_do_not_carry_payloads(cast: Cast) -> None:
    cast.call(metadata='{"note": "' + "x" * 5000 + '"}')
    assert len(cast.get("/v1/interactions").content) < 2500
