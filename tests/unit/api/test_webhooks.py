"""Administrators make webhooks and see what became of each delivery; recordings are handed in by their URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_engine.domain import Principal, UserRole
from qa_engine.storage import Stage
from tests.unit.api.cast import CHAT, Cast, problem
from tests.unit.api.conftest import people

HOOKS = "/v1/webhooks"
URL = "https://hooks.example.com/qa"


def admin(cast: Cast) -> dict[str, str]:
    if "admin" not in cast.keys:
        cast.add("admin", UserRole.ADMIN, scopes=frozenset({"read", "write", "admin"}))
    return cast.headers("admin")


def make(cast: Cast, **asked: Any) -> dict[str, Any]:
    answer = cast.client.post(HOOKS, json={"url": URL, **asked}, headers=admin(cast))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def deliveries(cast: Cast, hook: str, query: str = "") -> dict[str, Any]:
    answer = cast.client.get(f"{HOOKS}/{hook}/deliveries{query}", headers=admin(cast))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_secret_is_shown_once(cast: Cast) -> None:
    made = make(cast)
    assert made["secret"].startswith("whsec_") and made["events"] == [
        "interaction.scored",
        "interaction.failed",
        "alert.raised",
    ]
    listed = cast.client.get(HOOKS, headers=admin(cast)).json()
    one = cast.client.get(f"{HOOKS}/{made['id']}", headers=admin(cast)).json()
    assert listed["items"] == [one] and one == {name: made[name] for name in made if name != "secret"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "bad_input"),
        ({"url": "https://10.0.0.1/"}, "bad_input"),
        ({"url": "https://user:word@hooks.example.com/"}, "bad_input"),
        ({"url": "https://localhost:8000/"}, "bad_input"),
        ({"url": "http://127.0.0.1:8000/"}, "bad_input"),
        ({"url": ""}, "bad_input"),
        ({"url": "https://hooks.example.com/\x00"}, "validation"),
        ({"url": "https://hooks.example.com/" + "a" * 2000}, "validation"),
        ({"url": URL, "events": ["interaction.lost"]}, "validation"),
        ({"url": URL, "secret": "mine"}, "validation"),
        ({}, "validation"),
    ],
)
def test_it_refuses_what_nobody_goes_to(refusing: Cast, asked: dict[str, Any], code: str) -> None:
    told = problem(refusing.client.post(HOOKS, json=asked, headers=admin(refusing)), 422, code)
    assert code == "validation" or told["where"] == "url"
    assert refusing.client.get(HOOKS, headers=admin(refusing)).json() == {"items": []}


@pytest.mark.parametrize(
    ("role", "who"),
    [(UserRole.QA_LEAD, {}), (UserRole.SERVICE, {}), (UserRole.SUPERVISOR, {"team": "east"}), (UserRole.ADMIN, {})],
)
def test_webhooks_are_for_those_with_the_scope_of_an_admin(cast: Cast, role: UserRole, who: dict[str, Any]) -> None:
    hook = make(cast)["id"]
    cast.add("someone", role, **who)
    for method, path in [
        ("GET", ""), ("POST", ""), ("GET", f"/{hook}"), ("DELETE", f"/{hook}"), ("POST", f"/{hook}/enable"),
        ("GET", f"/{hook}/deliveries"), ("POST", f"/{hook}/deliveries/x/redeliver"), ("GET", "/nobody"),
    ]:  # fmt: skip
        answer = cast.client.request(method, HOOKS + path, json={"url": URL}, headers=cast.headers("someone"))
        problem(answer, 403, "forbidden")


def test_another_tenants_webhooks_are_not_there(cast: Cast) -> None:
    theirs = make(cast)["id"]
    cast.add("other", UserRole.ADMIN, tenant="elsewhere", scopes=frozenset({"read", "admin"}))
    for method, path in [
        ("GET", theirs), ("DELETE", theirs), ("POST", f"{theirs}/enable"), ("GET", f"{theirs}/deliveries"),
        ("POST", f"{theirs}/deliveries/{theirs}/redeliver"),
    ]:  # fmt: skip
        answer = cast.client.request(method, f"{HOOKS}/{path}", headers=cast.headers("other"))
        problem(answer, 404, "not_found")
    assert cast.client.get(HOOKS, headers=cast.headers("other")).json() == {"items": []}


def test_deliveries_are_listed_page_by_page_and_by_state(cast: Cast) -> None:
    hook, other = make(cast)["id"], make(cast, events=["interaction.failed"])["id"]
    chats = [cast.chat(id=f"c-{n}") for n in range(3)]
    for chat in chats:
        cast.judge(chat)
    first = deliveries(cast, hook, "?limit=2")
    rest = deliveries(cast, hook, f"?limit=2&after={first['next']}")
    assert [one["interaction_id"] for one in first["items"] + rest["items"]] == chats[::-1]
    assert rest["next"] is None
    assert {one["state"] for one in first["items"]} == {"queued"}
    assert deliveries(cast, hook, "?state=failed")["items"] == [] == deliveries(cast, other)["items"]
    problem(cast.client.get(f"{HOOKS}/{hook}/deliveries?state=lost", headers=admin(cast)), 422, "validation")
    problem(cast.client.get(f"{HOOKS}/{hook}/deliveries?after=..", headers=admin(cast)), 422, "validation")


def test_a_delivery_is_sent_again_under_the_same_id(cast: Cast) -> None:
    hook = make(cast)["id"]
    cast.judge(cast.chat())
    [one] = deliveries(cast, hook)["items"]
    here = f"{HOOKS}/{hook}/deliveries/{one['id']}/redeliver"
    answer = cast.client.post(here, headers=admin(cast))
    assert answer.status_code == 202 and (answer.json()["id"], answer.json()["tries"]) == (one["id"], 0)
    problem(cast.client.post(here.replace(one["id"], "nobody"), headers=admin(cast)), 404, "not_found")


def test_a_removed_webhook_is_gone_with_its_deliveries(cast: Cast) -> None:
    hook = make(cast)["id"]
    cast.judge(cast.chat())
    assert cast.client.delete(f"{HOOKS}/{hook}", headers=admin(cast)).status_code == 204
    problem(cast.client.get(f"{HOOKS}/{hook}", headers=admin(cast)), 404, "not_found")
    problem(cast.client.delete(f"{HOOKS}/{hook}", headers=admin(cast)), 404, "not_found")


BY_URL = {"url": "https://calls.example.com/2026/%E5%BD%95%E9%9F%B3.wav?sig=x", "agent": "A017", "queue": "vip"}


def test_a_recording_is_handed_in_by_its_url(cast: Cast) -> None:
    answer = cast.client.post("/v1/interactions", json=BY_URL, headers=cast.headers())
    assert answer.status_code == 202, answer.text
    told = cast.get(answer.headers["location"]).json()
    assert (told["kind"], told["state"], told["source"], told["agent"]) == ("call", "queued", "录音.wav", "A017")
    assert told["metadata"] == {"queue": "vip"} and "audio" not in told["links"]
    assert told["progress"]["stage"] == "fetch"
    service = Principal(id="s", tenant="default", role=UserRole.ADMIN)
    job = cast.store.interaction(service, told["id"]).job
    assert job is not None and job.stage == Stage.FETCH


def test_the_same_url_or_external_id_is_the_same_call(cast: Cast) -> None:
    def post(**more: Any) -> tuple[int, str]:
        answer = cast.client.post("/v1/interactions", json={**BY_URL, **more}, headers=cast.headers())
        return answer.status_code, answer.json()["id"]

    first = post()
    assert first[0] == 202 and post() == (200, first[1])
    named = post(external_id="c-1")
    assert named[0] == 202 and named[1] != first[1] and post(external_id="c-1") == (200, named[1])


def test_an_idempotency_key_holds_for_urls_too(cast: Cast) -> None:
    headers = cast.headers() | {"Idempotency-Key": "k-1"}
    first = cast.client.post("/v1/interactions", json=BY_URL, headers=headers)
    again = cast.client.post("/v1/interactions", json=BY_URL, headers=headers)
    assert first.json() == again.json() and again.headers["idempotency-replayed"] == "true"
    other = cast.client.post("/v1/interactions", json={**BY_URL, "agent": "B"}, headers=headers)
    problem(other, 409, "conflict")


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"url": "http://calls.example.com/a.wav"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": 17}, "url"),
        ({"url": None}, "url"),
        ({"url": ["https://calls.example.com/a.wav"]}, "url"),
        ({**BY_URL, "started_at": "yesterday"}, "body: started_at"),
        ({**BY_URL, "agent": {"name": "x"}}, "body: agent"),
        ({**BY_URL, "agent": "a" * 201}, "body: agent"),
        ({**BY_URL, "metadata": "x"}, "body: metadata"),
        ({**BY_URL, "note": "\x01"}, "body: metadata"),
    ],
)
def test_a_url_that_cannot_be_taken_is_refused_at_once(refusing: Cast, asked: dict[str, Any], where: str) -> None:
    answer = refusing.client.post("/v1/interactions", json=asked, headers=refusing.headers())
    assert problem(answer, 422, "bad_input")["where"] == where
    assert refusing.get("/v1/interactions").json()["items"] == []


def test_a_chat_that_names_a_url_is_a_chat(cast: Cast) -> None:
    answer = cast.client.post(
        "/v1/interactions", json={**CHAT, "url": "https://crm.example.com/chats/1"}, headers=cast.headers()
    )
    assert answer.status_code == 202 and answer.json()["kind"] == "chat"


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
URLS = ANYTHING | st.text(max_size=30).map(lambda text: f"https://a.example.com/{text}") | st.just(URL)
FIELDS = st.sampled_from(
    ["agent", "external_id", "id", "started_at", "direction", "language", "metadata", "events", "\0"]
)


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """One application for all that is made up; what it takes stays in it."""
    with structlog.testing.capture_logs():
        yield from people(tmp_path_factory.mktemp("taking") / "home")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(URLS, st.dictionaries(FIELDS, ANYTHING, max_size=3), st.sampled_from(["/v1/interactions", HOOKS]))
def test_whatever_is_sent_is_taken_or_refused(taking: Cast, url: Any, more: dict[str, Any], path: str) -> None:
    headers = admin(taking) | {"Content-Type": "application/json"}
    answer = taking.client.post(path, content=json.dumps({**more, "url": url}).encode(), headers=headers)
    assert answer.status_code in (200, 201, 202, 409, 422, 429), answer.text
