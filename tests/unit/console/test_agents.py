"""An agent's day as a page: for who may see it, with the contacts it is made of."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from tests.unit.console.conftest import House

AGENT = "/agents/A017 林晓"


def test_it_leads_from_the_interaction_to_the_agents_day_and_back(lead: TestClient, house: House) -> None:
    shown = lead.get(f"/interactions/{house.ids['refund']}").text
    assert "/agents/A017%20%E6%9E%97%E6%99%93?day=2" in shown
    day = shown.split("/agents/A017%20%E6%9E%97%E6%99%93?day=")[1][:10]
    found = lead.get(f"{AGENT}?day={day}")
    assert found.status_code == 200 and house.ids["refund"] in found.text
    assert "不足三条" in found.text, "one contact tells nothing of a day"


def test_a_day_without_contacts_says_so(lead: TestClient) -> None:
    assert "当日没有会话" in lead.get(f"{AGENT}?day=2020-01-01").text


def test_who_sees_another_team_sees_nothing_of_the_agent(enter: Callable[..., TestClient], house: House) -> None:
    assert house.ids["chat"] not in enter("reader").get("/agents/A105 陈默").text
