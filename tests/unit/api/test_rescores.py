"""Runs over the archive, over the API: begun, followed, cancelled; for those who see the whole tenant."""

from __future__ import annotations

import pytest

from qa_engine.domain import UserRole
from qa_engine.pipeline import Tools
from qa_engine.rubric import load_rubric, read_rubric
from qa_engine.storage import Queue
from tests.unit.api.cast import Cast, problem
from tests.unit.rubric.small import small
from tests.unit.workers.test_stages import Ear, NoMusic
from workers.station import Station

SMALL = read_rubric(small())


def work_off(cast: Cast) -> None:
    station = Station(cast.store, lambda: Tools(Ear(), NoMusic()))
    while any(station.work_next(queue) for queue in Queue):
        pass


def start(cast: Cast, by: str = "service", **asked: object):  # type: ignore[no-untyped-def]
    cast.store.keep_rubric(SMALL)
    return cast.client.post("/v1/rescores", json={"rubric": "small", **asked}, headers=cast.headers(by))


def test_a_dry_run_tells_the_difference_and_keeps_nothing(cast: Cast) -> None:
    cast.chat()
    work_off(cast)
    answer = start(cast)
    assert answer.status_code == 202
    begun = answer.json()
    assert answer.headers["location"] == begun["links"]["self"] == f"/v1/rescores/{begun['id']}"
    assert (begun["dry_run"], begun["show"], begun["state"]) == (True, False, "running")
    work_off(cast)
    done = cast.get(begun["links"]["self"]).json()
    assert (done["state"], done["done"], done["percent"], done["eta_s"]) == ("done", 1, 100, None)
    assert done["difference"]["compared"] == 1
    assert {one["item"] for one in done["difference"]["items"]} >= {"opening"}
    listed = cast.get("/v1/rescores").json()
    assert [one["id"] for one in listed["items"]] == [begun["id"]]


def test_it_writes_when_told(cast: Cast) -> None:
    chat = cast.chat()
    work_off(cast)
    start(cast, dry_run=False, show=True)
    work_off(cast)
    card = cast.get(f"/v1/interactions/{chat}/scorecard").json()
    assert card["rubric"]["id"] == "small"
    assert card["items"][0]["reason"]["en"]


def test_by_default_lists_show_what_decides_live_work(cast: Cast) -> None:
    cast.store.keep_rubric(load_rubric("general-zh"))
    assert start(cast, dry_run=False).json()["show"] is False
    assert start(cast, dry_run=False, rubric="general-zh").json()["show"] is True
    assert start(cast, dry_run=False, rubric="general-zh", show=False).json()["show"] is False


def test_it_is_cancelled_and_resumed(cast: Cast) -> None:
    run = start(cast).json()["links"]
    post = cast.client.post
    problem(post(run["resume"], headers=cast.headers()), 409, "conflict")
    assert post(run["cancel"], headers=cast.headers()).json()["state"] == "cancelled"
    problem(post(run["cancel"], headers=cast.headers()), 409, "conflict")
    again = post(run["resume"], headers=cast.headers())
    assert (again.status_code, again.json()["state"]) == (202, "running")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"rubric": "no-such"}, 404, "not_found"),
        ({"where": {"q": "退款"}}, 422, "validation"),
        ({"where": {"agent": "a\0b"}}, 422, "validation"),
        ({"dry_run": "perhaps"}, 422, "validation"),
    ],
)
def test_what_cannot_be_asked_is_refused(cast: Cast, asked: dict[str, object], status: int, code: str) -> None:
    problem(start(cast, **asked), status, code)


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (UserRole.SUPERVISOR, {"team": "east"}),
        (UserRole.AGENT, {"agent": "ann"}),
        (UserRole.VENDOR_MANAGER, {"vendor": "acme"}),
    ],
)
def test_it_is_not_for_those_who_see_a_part(cast: Cast, role: UserRole, who: dict[str, str]) -> None:
    run = start(cast).json()["links"]
    cast.add("part", role, **who)
    headers = cast.headers("part")
    problem(start(cast, by="part"), 403, "forbidden")
    for path in ("/v1/rescores", run["self"], "/v1/rescores/none"):
        problem(cast.client.get(path, headers=headers), 403, "forbidden")
    for path in (run["cancel"], run["resume"]):
        problem(cast.client.post(path, headers=headers), 403, "forbidden")


def test_another_tenants_runs_are_not_there(cast: Cast) -> None:
    run = start(cast).json()["links"]
    cast.add("elsewhere", UserRole.QA_LEAD, tenant="another")
    headers = cast.headers("elsewhere")
    assert cast.client.get("/v1/rescores", headers=headers).json()["items"] == []
    problem(cast.client.get(run["self"], headers=headers), 404, "not_found")
    problem(cast.client.post(run["cancel"], headers=headers), 404, "not_found")


def test_those_who_only_read_may_look_and_not_begin(cast: Cast) -> None:
    run = start(cast).json()["links"]
    cast.add("reader", UserRole.QA_LEAD, scopes=frozenset({"read"}))
    assert cast.get(run["self"], by="reader").status_code == 200
    problem(start(cast, by="reader"), 403, "forbidden")
    problem(cast.client.post(run["cancel"], headers=cast.headers("reader")), 403, "forbidden")
