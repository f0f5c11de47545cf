"""Chats that go on, over the API: begun, appended to, looked at meanwhile, and closed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qa_engine.domain import UserRole
from tests.unit.api.cast import CHAT, Cast


def begin(cast: Cast, **told: Any) -> str:
    return cast.chat(open=True, **told)


def append(cast: Cast, interaction_id: str, *messages: dict[str, Any], by: str = "service", **headers: str) -> Any:
    path = f"/v1/interactions/{interaction_id}/messages"
    return cast.client.post(path, json={"messages": messages}, headers={**cast.headers(by), **headers})


def close(cast: Cast, interaction_id: str, by: str = "service") -> Any:
    return cast.client.post(f"/v1/interactions/{interaction_id}/close", headers=cast.headers(by))


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "customer", "text": text, **more}


def kept(cast: Cast, interaction_id: str) -> list[str]:
    return [piece.payload["text"] for piece in cast.store.pieces(interaction_id)]


def test_a_chat_is_begun_appended_to_and_closed(cast: Cast) -> None:
    interaction_id = begin(cast, agent="A17", language="zh")
    shown = cast.get(f"/v1/interactions/{interaction_id}").json()
    assert (shown["state"], shown["agent"], shown["risk"], shown["metadata"]) == ("open", "A17", None, {})
    answer = append(cast, interaction_id, said("还没到吗", id="m3"), said("我等了三天", id="m4"))
    assert answer.status_code == 202
    told = answer.json()
    assert (told["added"], told["messages"]) == (2, 4)
    assert told["links"]["risk"] == f"/v1/interactions/{interaction_id}/risk"
    assert close(cast, interaction_id).status_code == 202
    assert cast.get(f"/v1/interactions/{interaction_id}").json()["state"] == "queued"
    turns = cast.get(f"/v1/interactions/{interaction_id}/transcript").json()["turns"]
    assert [turn["text"] for turn in turns[2:]] == ["还没到吗", "我等了三天"]


def test_the_same_message_twice_is_one(cast: Cast) -> None:
    interaction_id = begin(cast)
    answers = [append(cast, interaction_id, said("还没到吗", id="m3")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 200, 200]
    assert [answer.json()["messages"] for answer in answers] == [3, 3, 3]


def test_a_request_under_a_key_is_appended_once(cast: Cast) -> None:
    interaction_id = begin(cast)
    for replayed in (None, "true"):
        answer = append(cast, interaction_id, said("还没到吗"), **{"Idempotency-Key": "k1"})
        assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (202, replayed)
    assert kept(cast, interaction_id)[2:] == ["还没到吗"]
    assert append(cast, interaction_id, said("别的"), **{"Idempotency-Key": "k1"}).status_code == 409


def test_a_request_killed_before_its_answer_was_kept_is_not_appended_again(cast: Cast) -> None:
    interaction_id = begin(cast)
    append(cast, interaction_id, said("还没到吗"), **{"Idempotency-Key": "k1"})
    with cast.store.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM idempotency_keys")
    assert append(cast, interaction_id, said("还没到吗"), **{"Idempotency-Key": "k1"}).json()["added"] == 0


def test_without_id_and_key_the_same_words_are_said_again(cast: Cast) -> None:
    interaction_id = begin(cast)
    for _ in range(2):
        append(cast, interaction_id, said("在吗"))
    assert kept(cast, interaction_id)[2:] == ["在吗", "在吗"]


def test_a_closed_chat_refuses_messages_and_may_be_closed_again(cast: Cast) -> None:
    interaction_id = begin(cast)
    close(cast, interaction_id)
    refused = append(cast, interaction_id, said("还有"))
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    again = close(cast, interaction_id)
    assert (again.status_code, again.json()["duplicate"]) == (200, True)


def test_a_chat_that_came_whole_refuses_messages(cast: Cast) -> None:
    assert append(cast, cast.chat(), said("还有")).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "martian", "text": "?"}]},
        {"messages": [{"role": "customer", "text": "?", "time": "the other day"}]},
        {"messages": [{"role": "customer", "text": "?", "id": "x" * 201}]},
        {"messages": [{"role": "customer", "text": "?"}] * 501},
        {"messages": [{"role": "customer", "text": "?"}], "close": True},
    ],
)
def test_what_cannot_be_understood_is_refused_and_leaves_nothing(cast: Cast, body: dict[str, Any]) -> None:
    interaction_id = begin(cast)
    path = f"/v1/interactions/{interaction_id}/messages"
    answer = cast.client.post(path, json=body, headers=cast.headers())
    assert answer.status_code == 422, answer.text
    assert len(kept(cast, interaction_id)) == len(CHAT["messages"])


def test_strange_characters_are_kept_without_harm(cast: Cast) -> None:
    interaction_id = begin(cast)
    body = json.dumps({"messages": [said("坏\x00字\ud800符", id="a\x00b")]})  # as escapes: no such bytes are sent
    headers = {**cast.headers(), "Content-Type": "application/json"}
    answer = cast.client.post(f"/v1/interactions/{interaction_id}/messages", content=body, headers=headers)
    assert answer.status_code == 202, answer.text
    assert close(cast, interaction_id).status_code == 202
    turns = cast.get(f"/v1/interactions/{interaction_id}/transcript").json()["turns"]
    assert turns[2]["text"].startswith("坏")


def test_readers_and_strangers_append_nothing(cast: Cast) -> None:
    cast.add("boss", UserRole.SUPERVISOR, team="T1")
    cast.add("stranger", UserRole.SERVICE, tenant="elsewhere")
    interaction_id = begin(cast, team="T1")
    assert append(cast, interaction_id, said("二"), by="boss").status_code == 403
    assert close(cast, interaction_id, by="boss").status_code == 403
    assert append(cast, interaction_id, said("二"), by="stranger").status_code == 404
    assert close(cast, interaction_id, by="stranger").status_code == 404


def test_parts_that_are_not_there_yet_say_so(cast: Cast) -> None:
    interaction_id = begin(cast)
    for part in ("risk", "emotion", "transcript", "scorecard"):
        answer = cast.get(f"/v1/interactions/{interaction_id}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_ready")


@pytest.mark.parametrize("query", ["order=risk", "risk_min=0.5", "state=open"])
def test_lists_can_be_asked_for_risk_and_for_what_is_open(cast: Cast, query: str) -> None:
    interaction_id = begin(cast)
    with cast.store.db.write() as connection:
        connection.exec_driver_sql("UPDATE interactions SET risk = 0.75")
    cast.call()
    shown = cast.get(f"/v1/interactions?{query}").json()["items"]
    assert [(row["id"], row["risk"]) for row in shown] == [(interaction_id, 0.75)]
