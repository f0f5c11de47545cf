"""Rubrics over the API: drafted, checked, tried on a call, compared and put in charge, by those who own them."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from qa_engine.domain import UserRole
from tests.unit.api.cast import Cast, problem
from tests.unit.rubric.small import SMALL, small

YAML = {"Content-Type": "application/yaml"}
BRUSQUE = {"messages": [{"role": "customer", "text": "在吗"}, {"role": "agent", "text": "什么事"}]}


@pytest.fixture
def house(cast: Cast) -> Cast:
    """With a lead who edits and an agent who reads."""
    cast.add("lead", UserRole.QA_LEAD)
    cast.add("agent", UserRole.AGENT, agent="ann")
    return cast


def send(cast: Cast, method: str, path: str, text: str | bytes = "", by: str = "lead", **headers: str) -> Any:
    told = {**cast.headers(by), **YAML, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return cast.client.request(method, f"/v1/rubrics{path}", content=text, headers=told)


def draft(cast: Cast, text: str = SMALL) -> dict[str, Any]:
    answer = send(cast, "POST", "?why=a%20new%20one", text)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def move(cast: Cast, version_id: str, *states: str, by: str = "lead") -> Any:
    for state in states:
        body = {"state": state, "why": "tried on the archive"}
        answer = cast.client.post(f"/v1/rubrics/{version_id}/state", json=body, headers=cast.headers(by))
    return answer


def test_a_draft_goes_its_way_and_its_history_is_told(house: Cast) -> None:
    version = draft(house)
    assert (version["state"], version["id"], version["version"]) == ("draft", "small", "1")
    answer = move(house, version["version_id"], "trial", "active")
    assert answer.json()["state"] == "active"
    assert answer.json()["languages"] == ["zh"]
    detail = house.get(f"/v1/rubrics/{version['version_id']}", by="agent").json()
    assert [(c["before"], c["after"]) for c in detail["history"]] == [
        (None, "draft"),
        ("draft", "trial"),
        ("trial", "active"),
    ]
    assert detail["yaml"] == SMALL and detail["items"][0]["id"] == "opening"
    listed = house.get("/v1/rubrics", by="agent").json()["items"]
    assert (listed[0]["id"], listed[0]["state"]) == ("small", "active")
    assert {one["state"] for one in listed[1:]} == {None}


def test_a_draft_is_replaced_only_as_it_was_read(house: Cast) -> None:
    version = draft(house)
    path = f"/{version['version_id']}"
    etag = house.get(f"/v1/rubrics{path}", by="lead").headers["etag"]
    replaced = send(house, "PUT", path, small("2"), if_match=etag)
    assert (replaced.status_code, replaced.json()["version"]) == (200, "2")
    told = problem(send(house, "PUT", path, small("3"), if_match=etag), 412, "changed_meanwhile")
    assert told["mend"] == "read it again and bring your change in"
    problem(send(house, "PUT", path, small("3")), 422, "validation")
    assert send(house, "PUT", path, small("3"), if_match=replaced.headers["etag"]).status_code == 200
    assert send(house, "DELETE", path).status_code == 204
    problem(house.get(f"/v1/rubrics{path}", by="lead"), 404, "not_found")


def test_what_is_frozen_answers_with_a_conflict(house: Cast) -> None:
    version = draft(house)
    path, sha256 = f"/{version['version_id']}", version["sha256"]
    problem(move(house, version["version_id"], "active"), 409, "conflict")
    move(house, version["version_id"], "trial")
    problem(send(house, "PUT", path, small("2"), if_match=sha256), 409, "conflict")
    problem(send(house, "DELETE", path), 409, "conflict")
    other = draft(house, small(hello="您好, 早上好"))
    assert problem(move(house, other["version_id"], "trial"), 409, "conflict")["mend"] == "give it a new version"


def test_findings_name_the_line_and_the_mend_in_both_languages(house: Cast) -> None:
    text = SMALL.replace("points: 100", "points: 90").replace("[您好, 你好]", "[您好, 你好, 您好]")
    found = send(house, "POST", "/check", text).json()
    assert (found["readable"], found["errors"], found["warnings"]) == (True, 1, 1)
    assert [(f["line"], f["level"]) for f in found["findings"]] == [(7, "warning"), (10, "error")]
    assert found["findings"][1]["message"] == {
        "zh": "各项分值合计 90，不是 100", "en": "the points of the items sum to 90, not 100",
    }  # fmt: skip
    broken = send(house, "POST", "/check", SMALL.replace("says:", "sayz:")).json()
    assert (broken["readable"], broken["findings"][0]["line"]) == (False, 9)
    assert "says" in broken["findings"][0]["mend"]["en"]
    taken = send(house, "POST", "/check", house.store.rubrics(_lead(house))[0].yaml.replace("pass: 85", "pass: 86"))
    assert taken.json()["findings"][0]["mend"]["en"] == "give it a new version"


def _lead(house: Cast) -> Any:
    return house.store.principal_of_key(house.keys["lead"])


def test_it_is_tried_on_one_interaction_and_nothing_is_kept(house: Cast) -> None:
    chat = house.chat(**BRUSQUE)
    version = draft(house)
    body = {"interaction_id": chat, "rubric": version["version_id"]}
    seen = house.client.post("/v1/rubrics/preview", json=body, headers=house.headers("lead")).json()
    assert seen["before"]["rubric"]["id"] == "general-zh"
    assert seen["after"]["items"][0]["outcome"] == "NOT_MET"
    assert {"closing", "courtesy"} <= set(seen["changed"]) and "opening" not in seen["changed"]
    move(house, version["version_id"], "trial", "active")
    body = {"interaction_id": chat, "yaml": small("2", hello="您好, 你好, 什么事")}
    seen = house.client.post("/v1/rubrics/preview", json=body, headers=house.headers("lead")).json()
    assert [(seen[side]["rubric"]["version"], seen[side]["score"]) for side in ("before", "after")] == [
        ("1", 0.0),
        ("2", 100.0),
    ]
    assert seen["changed"] == ["opening"]
    assert seen["after"]["items"][0]["evidence"][0]["quote"] == "什么事"
    assert house.get(f"/v1/interactions/{chat}/scorecards").json()["items"] == []


def test_what_cannot_be_tried_says_why(house: Cast) -> None:
    chat = house.chat()
    for body, status, code in (
        ({"interaction_id": chat}, 422, "validation"),
        ({"interaction_id": chat, "yaml": "id: [", "rubric": "x"}, 422, "validation"),
        ({"interaction_id": chat, "yaml": "id: ["}, 422, "bad_rubric"),
        ({"interaction_id": chat, "rubric": "nowhere"}, 404, "not_found"),
        ({"interaction_id": "nobody", "yaml": SMALL}, 404, "not_found"),
        ({"interaction_id": "../x", "yaml": SMALL}, 404, "not_found"),
    ):
        answer = house.client.post("/v1/rubrics/preview", json=body, headers=house.headers("lead"))
        problem(answer, status, code)


def test_what_was_not_heard_yet_cannot_be_tried(house: Cast) -> None:
    body = {"interaction_id": house.call(), "yaml": SMALL}
    problem(house.client.post("/v1/rubrics/preview", json=body, headers=house.headers("lead")), 404, "not_ready")


def test_two_versions_are_compared_item_by_item(house: Cast) -> None:
    first = draft(house)
    move(house, first["version_id"], "trial")
    after = small("2", hello="您好, 早上好").replace("{turns: 2}", "{turns: 3}").replace("zh: 开场", "zh: 开场白")
    second = draft(house, after)
    path = f"/v1/rubrics/compare?before={first['version_id']}&after={second['version_id']}"
    found = house.get(path, by="lead").json()
    assert found["words"] == [{"name": "hello", "added": ["早上好"], "removed": ["你好"]}]
    assert found["thresholds"] == [{"name": "turns", "before": "2", "after": "3"}]
    assert found["changed"][0]["rules"] is True
    assert found["changed"][0]["fields"] == [{"name": "title", "before": "开场 / opening", "after": "开场白 / opening"}]
    assert '+version: "2"' in found["text"]
    problem(house.get(path, by="agent"), 404, "not_found")


def test_the_schema_is_served(house: Cast) -> None:
    assert house.get("/v1/rubrics/schema", by="agent").json()["title"] == "QA Engine rubric pack"


CHANGES = [
    ("POST", ""), ("POST", "/check"), ("POST", "/preview"), ("PUT", "/{version}"), ("DELETE", "/{version}"),
    ("POST", "/{version}/state"),
]  # fmt: skip


@pytest.mark.parametrize("by", ["agent", "service"])
def test_those_who_do_not_own_it_only_read(house: Cast, by: str) -> None:
    version = draft(house)
    for method, path in CHANGES:
        problem(send(house, method, path.format(version=version["version_id"]), SMALL, by=by), 403, "forbidden")
    problem(house.get(f"/v1/rubrics/{version['version_id']}", by=by), 404, "not_found")
    assert house.get(f"/v1/rubrics/{version['version_id']}", by="lead").json()["yaml"] == SMALL


def test_every_way_to_change_a_rubric_is_in_the_table_above(house: Cast) -> None:
    paths = {path: list(methods) for path, methods in house.app.openapi()["paths"].items() if "/rubrics" in path}
    found = {
        (method.upper(), path.removeprefix("/v1/rubrics").replace("{rubric}", "{version}"))
        for path, methods in paths.items()
        for method in methods
        if method != "get"
    }
    assert found == set(CHANGES)


def merging(levels: int) -> str:
    names = [f"n{n}" for n in range(levels)]
    return "a: &n0 {b: 1}\n" + "".join(f"{new}: &{new} {{<<: [*{old}, *{old}]}}\n" for old, new in pairwise(names))


def doubling(levels: int) -> str:
    names = [f"n{n}" for n in range(levels)]
    return "a: &n0 [1, 1]\n" + "".join(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in pairwise(names))


HOSTILE = {
    "too large": "x" * 10_000_000,
    "merge keys": merging(60),
    "aliases": doubling(60),
    "deep": "[" * 200_000,
    "large pattern": SMALL.replace("[您好, 你好]", "['/((a{1,30}){1,30}){1,30}/']"),
    "many patterns": SMALL.replace("[您好, 你好]", str([f"/[一-龥]{{1,40}}{n}/" for n in range(9000)])),
    "a tag": "!!python/object/apply:os.system ['true']",
    "not text": b"\xff\xfe\x00",
    "a control": SMALL + "\x00",
}


def test_a_hostile_text_is_refused_in_time(house: Cast) -> None:
    for name, text in HOSTILE.items():
        began = time.perf_counter()
        answer = send(house, "POST", "/check", text)
        assert time.perf_counter() - began < 15, name
        if answer.status_code == 200:
            found = answer.json()
            assert not found["readable"] and found["errors"] == 1 and found["findings"][0]["message"]["en"], name
        else:
            assert answer.status_code in (400, 413), name
            assert answer.json()["mend"], name


def test_a_trial_tells_what_it_would_change_to_those_who_oversee(house: Cast) -> None:
    version = draft(house)["version_id"]
    move(house, version, "trial")
    told = house.get(f"/v1/rubrics/{version}/trial", by="lead").json()
    assert (told["judged"], told["began"], told["difference"]["compared"]) == (0, None, 0)
    problem(house.get(f"/v1/rubrics/{version}/trial", by="agent"), 403, "forbidden")
    problem(house.get("/v1/rubrics/nowhere/trial", by="lead"), 404, "not_found")
