"""The pages of the strategies: how often each fired, the editor and its dry look, version by version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.console.view.strategies import asks, difference, paths, rows
from qa_engine.alerts import Facts
from qa_engine.alerts.reading import read_strategies, shipped
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from qa_engine.storage.alerting import raise_alerts
from tests.browser.seed import PASSWORD, open_store
from tests.unit.alerts.cast import card, item
from tests.unit.console.conftest import PAGE, House, csrf
from tests.unit.storage.cast import take_chat

Enter = Callable[..., TestClient]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, store = open_store(Path(tmp_path_factory.mktemp("strategies")))
    for name, role in (("boss", UserRole.ADMIN), ("lead", UserRole.QA_LEAD), ("ann", UserRole.AGENT)):
        store.create_user(SYSTEM, name, PASSWORD, role, agent=name if role is UserRole.AGENT else None)
    row = store.interaction(SYSTEM, take_chat(store, agent="ann").interaction.id)
    facts = Facts(interaction=row.interaction, received_at=row.received_at, card=card(75.0, item()))
    with store.db.write() as connection:
        raise_alerts(connection, facts)
    yield House(create_app(settings, store), store, {})
    store.close()


@pytest.fixture(scope="module")
def enter(house: House) -> Enter:
    sessions = {name: house.store.log_in(name, PASSWORD, "127.0.0.1")[0] for name in ("boss", "lead", "ann")}
    return lambda name="boss", lang="zh": TestClient(
        house.app, headers=PAGE, follow_redirects=False,
        cookies={"qae_session": sessions[name], "qae_language": lang},
    )  # fmt: skip


def test_it_lists_what_fired_in_seven_days_and_leads_to_it(enter: Enter) -> None:
    html = enter("lead").get("/alerts/strategies").text
    assert '<a href="/alerts?strategy=redline">1</a>' in html and "触碰红线" in html
    found = enter("lead").get("/alerts?strategy=redline").text
    assert "策略：redline" in found and found.count('class="alert-card') == 1
    assert 'class="alert-card' not in enter("lead").get("/alerts?strategy=agent_sharp").text


def test_only_administrators_edit_and_agents_see_nothing(enter: Enter) -> None:
    assert "/alerts/strategies/edit" in enter().get("/alerts/strategies").text
    assert "/alerts/strategies/edit" not in enter("lead").get("/alerts/strategies").text
    for path in ("/alerts/strategies/edit", "/alerts/strategies/versions/x"):
        assert enter("lead").get(path).status_code == 403
    assert enter("ann").get("/alerts/strategies").status_code == 403


def test_versions_name_who_and_how_they_differ(house: House, enter: Enter) -> None:
    boss = replace(SYSTEM, id=f"user:{next(u.id for u in house.store.users(SYSTEM) if u.name == 'boss')}")
    first = house.store.keep_strategies(boss, shipped().text + "# <first>\n")
    used = house.store.keep_strategies(boss, shipped().text + "# second\n")
    listed = enter().get("/alerts/strategies").text
    assert first.sha256[:12] in listed and "<b>boss</b>" in listed
    old = enter().get(f"/alerts/strategies/versions/{first.sha256}").text
    assert '<span class="removed"># &lt;first&gt;' in old and '<span class="added"># second' in old
    assert "这就是现在在用的版本" in enter().get(f"/alerts/strategies/versions/{used.sha256}").text
    brought = enter().get(f"/alerts/strategies/edit?version={first.sha256}").text
    assert "# &lt;first&gt;" in brought and used.sha256 in brought, "saved over what is in use, not over itself"
    assert enter().get("/alerts/strategies/versions/nothing").status_code == 404


def test_a_dry_look_is_a_piece_of_the_page(enter: Enter) -> None:
    boss = enter()
    token = csrf(boss.get("/alerts/strategies").text)

    def look(text: str, given: str) -> tuple[int, str]:
        headers = {"X-CSRF-Token": given, "accept": "application/json"}
        answer = boss.post("/alerts/strategies/dry-look?last=10", content=text.encode(), headers=headers)
        return answer.status_code, answer.text

    status, html = look(shipped().text, token)
    assert status == 200 and "看了 0 条会话" in html and "<html" not in html
    assert look(shipped().text, "x")[0] == 403
    status, told = look("version: 2", token)
    assert status == 422 and "strategies.yaml" in told


def test_rows_know_their_lines_and_what_they_look_at() -> None:
    read = shipped()
    listed = rows(read, {"redline": 4}, "en")
    lines = read.text.splitlines()
    assert all(f"id: {row.told.id}" in lines[row.line - 1] for row in listed)
    assert {row.told.id: row.fired for row in listed}["redline"] == 4
    left_angry = next(one for one in read.document.strategies if one.id == "customer_left_angry")
    assert asks(left_angry) == ("emotion", "flags")
    assert [path.acknowledge for path in paths(read.document, "en")] == ["10 min", "30 min", "4 h"]


def test_equal_texts_do_not_differ() -> None:
    text = read_strategies(shipped().text).text
    assert difference(text, text) == []
