"""The board and one alert: what a lead reads and does, what is escaped, and who sees none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.console.view.alerts import card, lanes
from qa_engine.alerts import Alert, AlertState, Facts, Grade
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from qa_engine.storage.alerting import raise_alerts
from tests.browser.seed import PASSWORD, open_store

from tests.unit.alerts.cast import NOW, card as scorecard, item, risk  # isort: skip
from tests.unit.console.conftest import PAGE, House, csrf
from tests.unit.storage.cast import take_chat

Enter = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, store = open_store(Path(tmp_path_factory.mktemp("board")))
    for name, role, who in (
        ("lead", UserRole.QA_LEAD, {}),
        ("east", UserRole.SUPERVISOR, {"team": "east"}),
        ("west", UserRole.SUPERVISOR, {"team": "west"}),
        ("ann", UserRole.AGENT, {"agent": "ann"}),
    ):
        store.create_user(SYSTEM, name, PASSWORD, role, language="en", **who)
    yield House(create_app(settings, store), store, {})
    store.close()


@pytest.fixture(scope="module")
def enter(house: House) -> Enter:
    sessions = {name: house.store.log_in(name, PASSWORD, "127.0.0.1")[0] for name in ("lead", "east", "west", "ann")}
    return lambda name: TestClient(
        house.app, headers=PAGE, follow_redirects=False,
        cookies={"qae_session": sessions[name], "qae_language": "en"},
    )  # fmt: skip


def alarm(house: House, name: str, *, major: bool = False, **told: str) -> str:
    told = {"team": "east", "agent": name, "customer_ref": name, "external_id": name, **told}
    row = house.store.interaction(SYSTEM, take_chat(house.store, **told).interaction.id)
    facts = Facts(interaction=row.interaction, received_at=row.received_at)
    facts = replace(facts, risk=risk(alarm=False)) if major else replace(facts, card=scorecard(75.0, item()))
    with house.store.db.write() as connection:
        [alert_id] = raise_alerts(connection, facts)
    return alert_id


def test_the_board_shows_why_and_where_to_listen_and_is_empty_for_another_team(house: House, enter: Enter) -> None:
    alert_id = alarm(house, "one")
    html = enter("east").get("/alerts").text
    assert f'id="alert-{alert_id}"' in html and "Read out an id number." in html
    assert "#turn-3,at=12.5" in html and 'class="badge"' in html
    assert alert_id not in (other := enter("west").get("/alerts").text) and "No alerts to see to" in other
    assert enter("west").get(f"/alerts/{alert_id}").status_code == 404


def test_agents_have_no_board_and_no_link_to_it(enter: Enter) -> None:
    assert enter("ann").get("/alerts").status_code == 403
    assert 'href="/alerts"' not in enter("ann").get("/interactions").text


def test_it_is_taken_on_handed_over_noted_and_resolved_by_forms(house: House, enter: Enter) -> None:
    alert_id = alarm(house, "two")
    east = enter("east")
    token = csrf(east.get("/alerts").text)

    def post(act: str, **form: str) -> int:
        form = {"csrf": token, "back": f"/alerts/{alert_id}", **form}
        return east.post(f"/alerts/{alert_id}/{act}", data=form).status_code

    assert post("acknowledge") == 303
    assert post("assign", assignee="王芳") == 303
    assert post("note", note="<script>alert(1)</script>") == 303
    assert post("resolve", cause="false_alarm", note="已核实") == 303
    page = east.get(f"/alerts/{alert_id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script>alert(1)" not in page
    assert "王芳" in page and "False alarm" in page and "已核实" in page
    assert alert_id in east.get("/alerts?resolved=true").text and alert_id not in east.get("/alerts").text
    assert post("resolve", cause="other") == 409


@pytest.mark.parametrize("act", ["acknowledge", "assign", "note", "resolve"])
def test_nothing_is_done_without_the_form_of_this_session(house: House, enter: Enter, act: str) -> None:
    alert_id = alarm(house, f"csrf-{act}")
    form = {"csrf": "x", "assignee": "x", "note": "x", "cause": "other"}
    assert enter("east").post(f"/alerts/{alert_id}/{act}", data=form).status_code == 403
    assert house.store.alert(SYSTEM, alert_id).state is AlertState.OPEN


def test_it_leads_back_only_to_pages_of_ours(house: House, enter: Enter) -> None:
    alert_id, east = alarm(house, "back"), enter("east")
    form = {"csrf": csrf(east.get("/alerts").text), "back": "//evil.example/"}
    answer = east.post(f"/alerts/{alert_id}/acknowledge", data=form)
    assert answer.headers["location"] == "/interactions"


def test_filters_narrow_the_board(house: House, enter: Enter) -> None:
    major, lead = alarm(house, "three", major=True), enter("lead")
    assert major in lead.get("/alerts?grade=major").text and major not in lead.get("/alerts?grade=general").text
    assert major not in lead.get("/alerts?team=west").text and "No alerts match" in lead.get("/alerts?team=west").text
    assert major not in lead.get("/alerts?mine=true").text


def test_lanes_begin_with_the_gravest_and_with_what_is_due_next(house: House) -> None:
    base: Alert = house.store.alert(SYSTEM, alarm(house, "lanes"))
    soon = replace(base, id="soon", acknowledge_by=NOW + timedelta(minutes=1))
    later = replace(base, id="later", acknowledge_by=NOW + timedelta(minutes=9))
    taken = replace(base, id="taken", state=AlertState.ACKNOWLEDGED, resolve_by=NOW)
    grave = replace(base, id="grave", grade=Grade.MAJOR)
    found = lanes([taken, later, grave, soon], "en", NOW)
    assert [[one.told.id for one in lane.cards] for lane in found] == [["grave"], ["soon", "later", "taken"], []]
    assert card(taken, "en", NOW + timedelta(seconds=1)).overdue and not card(soon, "en", NOW).overdue


def test_a_crisis_shows_where_to_listen_first_who_has_it_and_who_is_told_next(house: House, enter: Enter) -> None:
    alert_id, other = alarm(house, "crisis", major=True), alarm(house, "lesser")
    html = enter("east").get("/alerts/crisis").text
    card = html[html.index(f'id="alert-{alert_id}"') :]
    card = card[: card.index("</article>")]
    assert 'class="listen first" href="/interactions/' in card and "#turn-4,at=16" in card
    assert "Nobody has it yet" in card and card.count("<li") == 2 and card.count("data-until") == 3
    assert other not in html and alert_id not in enter("west").get("/alerts/crisis").text
    token = csrf(html)
    enter("east").post(f"/alerts/{alert_id}/acknowledge", data={"csrf": token})
    card = enter("east").get("/alerts/crisis").text.split(f'id="alert-{alert_id}"')[1].split("</article>")[0]
    assert "east" in card and card.count("not needed") == 2


def test_the_board_tells_how_soon_alerts_are_seen_to(house: House, enter: Enter) -> None:
    html = enter("lead").get("/alerts").text
    assert 'id="figures"' in html and "To acknowledge (median)" in html
    assert 'id="figures"' not in enter("lead").get("/alerts?resolved=true").text
    assert enter("ann").get("/alerts/crisis").status_code == 403
