"""The rescoring page: a lead begins a run, sees what it changes and where to listen; others do not see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.console.view.rescores import band_bar, matrix, wanted
from qa_engine.domain import Band
from qa_engine.pipeline import Tools
from qa_engine.rubric import read_rubric
from qa_engine.scoring.difference_report import Flow, ItemDifference
from qa_engine.storage import SYSTEM, InteractionFilter, Queue
from tests.browser.seed import open_store, seed, users
from tests.unit.console.conftest import House, csrf
from tests.unit.rubric.small import small
from tests.unit.storage.cast import take_chat
from tests.unit.workers.test_stages import Ear, NoMusic
from workers.station import Station

Enter = Callable[..., TestClient]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, store = open_store(tmp_path_factory.mktemp("rescores"), lease_s=3600.0)
    ids = seed(store)
    users(store)
    for n in range(4):
        take_chat(store, "在吗", "您好" if n % 2 else "什么事", agent=f"A{n % 2}", team="<T1>")
    work_off(store)
    store.keep_rubric(read_rubric(small()))
    yield House(create_app(settings, store), store, ids)
    store.close()


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    return {}


def work_off(store) -> None:  # type: ignore[no-untyped-def]
    station = Station(store, lambda: Tools(Ear(), NoMusic()))
    while any(station.work_next(queue) for queue in (Queue.SCORE, Queue.ARCHIVE)):
        pass


def begin(lead: TestClient, **form: str) -> str:
    told = {"csrf": csrf(lead.get("/rescores").text), "rubric": "small", **form}
    answer = lead.post("/rescores", data=told)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_lead_begins_a_dry_run_and_sees_what_it_changes(lead: TestClient, enter: Enter, house: House) -> None:
    place = begin(lead)
    waiting = lead.get(place).text
    assert "只看差异" in waiting and 'data-open="1"' in waiting and "还没有可比较的结果" in waiting
    work_off(house.store)
    html = enter(qae_language="en").get(place).text
    assert 'data-open=""' in html and "done" in html
    assert re.search(r"\d+ of \d+ flipped", html)
    assert "&lt;T1&gt;" in html and "<T1>" not in html
    assert 'class="matrix"' in html and "band-pass" in html and "/interactions?team=%3CT1%3E" in html
    assert place in lead.get("/rescores").text


def test_it_is_cancelled_and_goes_on(lead: TestClient, house: House) -> None:
    place = begin(lead, effect="aside", agent="A1")
    html = lead.get(place).text
    assert "另存评分" in html and "agent：A1" in html
    assert lead.post(f"{place}/cancel", data={"csrf": csrf(html)}).status_code == 303
    html = lead.get(place).text
    assert "已取消" in html and f"{place}/resume" in html
    assert lead.post(f"{place}/resume", data={"csrf": csrf(html)}).status_code == 303
    work_off(house.store)
    assert "已完成" in lead.get(place).text


def test_a_form_without_its_token_begins_nothing(lead: TestClient, house: House) -> None:
    before = len(house.store.rescores(SYSTEM).rows)
    assert lead.post("/rescores", data={"rubric": "small"}).status_code == 403
    assert len(house.store.rescores(SYSTEM).rows) == before


def test_it_is_for_those_who_see_the_whole_tenant(enter: Enter) -> None:
    client = enter("reader")
    assert client.get("/rescores").status_code == 403
    assert "/rescores" not in client.get("/interactions").text


def test_a_run_that_is_not_there_is_not_found(lead: TestClient) -> None:
    assert lead.get("/rescores/none").status_code == 404


def test_the_matrix_shows_what_occurs_and_which_way_it_went() -> None:
    flows = (Flow("MET", "NOT_MET", 3), Flow("MET", "MET", 1), Flow("NOT_MET", "UNDETERMINED", 1))
    told = matrix(ItemDifference("opening", 5, 4, flows, ()))
    assert told.names == ("MET", "NOT_MET", "UNDETERMINED")
    assert [(c.count, c.kind, c.shade) for c in told.rows[0]] == [(1, "same", 2), (3, "worse", 4), (0, "other", 0)]


def test_a_bar_of_bands_is_as_wide_as_its_shares() -> None:
    pieces = band_bar({"pass": 1, "flagged": 3})
    assert [(p.band, p.x, p.width) for p in pieces] == [("pass", 0, 25), ("flagged", 25, 75)]
    assert band_bar({}) == ()


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ({}, {}),
        ({"agent": " A1 ", "band": "flagged"}, {"agent": "A1", "band": Band.FLAGGED}),
        ({"band": "no such", "from": "yesterday"}, {}),
    ],
)
def test_the_form_asks_what_is_understood(form: dict[str, str], asked: dict[str, object]) -> None:
    assert wanted(form, "Asia/Shanghai") == InteractionFilter(**asked)


def test_days_of_the_form_are_whole_and_of_the_installations_zone() -> None:
    told = wanted({"from": "2026-11-01", "to": "2026-11-01"}, "Asia/Shanghai")
    assert told.received_from is not None and told.received_to is not None
    assert told.received_from.isoformat() == "2026-11-01T00:00:00+08:00"
    assert (told.received_to - told.received_from).days == 1
