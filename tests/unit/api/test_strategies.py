"""Strategies over the API: checked, tried on what was judged, saved only over what was read; for administrators."""

from __future__ import annotations

from typing import Any

import pytest

from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from qa_engine.storage.alert_channels import ChannelKind, NewChannel
from tests.unit.alerts.cast import card, item
from tests.unit.api.cast import Cast, problem

PATH = "/v1/alerts/strategies"


@pytest.fixture
def house(cast: Cast) -> Cast:
    cast.add("admin", UserRole.ADMIN, scopes=frozenset({"read", "write", "admin"}))
    cast.add("lead", UserRole.QA_LEAD)
    cast.add("agent", UserRole.AGENT, agent="ann")
    return cast


def ask(cast: Cast, method: str, path: str, body: Any = None, by: str = "admin", **headers: str) -> Any:
    return cast.client.request(method, path, json=body, headers={**cast.headers(by), **headers})


def yaml_of(cast: Cast) -> str:
    return str(cast.get(PATH, by="admin").json()["yaml"])


def test_a_check_tells_every_fault_and_who_is_not_reached(house: Cast) -> None:
    text = yaml_of(house)
    told = ask(house, "POST", f"{PATH}/check", {"yaml": text}).json()
    assert (told["readable"], told["strategies"], told["errors"]) == (True, 8, 0)
    assert {one["level"] for one in told["findings"]} == {"warning"} and told["warnings"] == len(told["findings"])
    mailbox = NewChannel(
        name="all", kind=ChannelKind.EMAIL, address="a@example.com", groups=("duty", "lead", "manager")
    )
    made = house.store.create_channel(SYSTEM, mailbox)
    assert ask(house, "POST", f"{PATH}/check", {"yaml": text}).json()["findings"] == []
    house.store.disable_channel(SYSTEM, made.id)
    assert ask(house, "POST", f"{PATH}/check", {"yaml": text}).json()["warnings"]
    wrong = text.replace("at_least: 0.5", "at_least: 5").replace("    again: 30m", "    agian: 30m")
    told = ask(house, "POST", f"{PATH}/check", {"yaml": wrong}).json()
    assert (told["readable"], told["errors"]) == (False, 2)
    assert told["findings"][1]["mend"]["en"] == "did you mean `again`?"


def test_a_dry_look_tells_what_would_have_fired_and_keeps_nothing(house: Cast) -> None:
    bad = house.call(1, agent="ann", team="east")
    house.judge(bad, card=card(75.0, item()))
    house.judge(house.call(2))
    told = ask(house, "POST", f"{PATH}/dry-look", {"yaml": yaml_of(house), "last": 50}).json()
    fired = {one["strategy"]: one for one in told["strategies"]}
    assert told["looked_at"] == 2 and fired["redline"]["raised"] == 1 and fired["complaint_threat"]["matched"] == 0
    assert fired["redline"]["examples"][0]["interaction_id"] == bad
    assert ask(house, "POST", f"{PATH}/dry-look", {"yaml": yaml_of(house), "last": 1}).json()["looked_at"] == 1
    assert house.get("/v1/alerts", by="admin").json()["items"] == []


def test_they_are_saved_only_over_what_was_read(house: Cast) -> None:
    before = house.get(PATH, by="admin").json()
    mine = {"yaml": before["yaml"] + "# mine\n"}
    kept = ask(house, "PUT", PATH, mine, **{"If-Match": f'"{before["sha256"]}"'})
    assert kept.status_code == 200
    theirs = {"yaml": before["yaml"] + "# theirs\n"}
    problem(ask(house, "PUT", PATH, theirs, **{"If-Match": before["sha256"]}), 412, "changed_meanwhile")
    assert house.get(PATH, by="admin").json() == kept.json()
    assert ask(house, "PUT", PATH, theirs).status_code == 200, "who names nothing overwrites, as before"
    versions = house.get(f"{PATH}/versions", by="admin").json()["items"]
    assert [one["yaml"].splitlines()[-1] for one in versions] == ["# theirs", "# mine"]


@pytest.mark.parametrize(
    ("act", "body", "code"),
    [
        ("/dry-look", {"yaml": "a: ["}, "bad_strategies"),
        ("/dry-look", {"yaml": "version: 1", "last": 0}, "validation"),
        ("/dry-look", {"yaml": "version: 1", "last": 201}, "validation"),
        ("/check", {"yaml": ""}, "validation"),
        ("/check", {}, "validation"),
    ],
)
def test_what_makes_no_sense_is_refused(house: Cast, act: str, body: dict[str, Any], code: str) -> None:
    problem(ask(house, "POST", f"{PATH}{act}", body), 422, code)


@pytest.mark.parametrize("by", ["lead", "agent", "service"])
@pytest.mark.parametrize(("method", "act"), [("POST", "/check"), ("POST", "/dry-look"), ("GET", "/versions")])
def test_they_are_for_administrators(house: Cast, method: str, act: str, by: str) -> None:
    body = {"yaml": "version: 1"} if method == "POST" else None
    problem(ask(house, method, f"{PATH}{act}", body, by), 403, "forbidden")
