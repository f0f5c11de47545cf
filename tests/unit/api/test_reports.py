"""The emotion report over HTTP: of the right day, for the right people, as JSON and as files."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

from openpyxl import load_workbook
from sqlalchemy import update

from qa_engine.domain import Outcome, Scorecard, UserRole
from qa_engine.storage.tables import interactions
from tests.unit.api.cast import Cast, scorecard

PATH = "/v1/reports/emotion-day"


def told(cast: Cast, name: str, risk: float | None, *, received: str, team: str = "T1") -> str:
    interaction_id = cast.chat(id=name, team=team, customer_ref=f"C-{name}")
    at = datetime.fromisoformat(received)
    with cast.store.db.write() as connection:
        row = update(interactions).where(interactions.c.id == interaction_id)
        connection.execute(row.values(risk=risk, received_at=at, scored_at=at))
    return interaction_id


def doubtful() -> Scorecard:
    """A scorecard with its first item left to people."""
    card = scorecard(82.0)
    first = replace(card.items[0], outcome=Outcome.UNDETERMINED, points=None)
    return replace(card, items=(first, *card.items[1:]))


def test_it_counts_the_day_by_the_clock_of_the_installation(cast: Cast) -> None:
    worst = told(cast, "a", 0.9, received="2026-03-02T00:10:00+08:00")
    told(cast, "b", 0.2, received="2026-03-02T23:50:00+08:00")
    told(cast, "c", None, received="2026-03-02T12:00:00+08:00")
    told(cast, "d", 0.8, received="2026-03-01T23:50:00+08:00")
    told(cast, "e", 0.8, received="2026-03-03T00:00:00+08:00")
    found = cast.get(f"{PATH}?day=2026-03-02").json()
    assert (found["judged"], found["count"]) == (3, {"told": 2, "at_risk": 1, "share": 0.5})
    assert (found["before"]["at_risk"], found["usual"]["told"]) == (1, 1)
    assert [hour["hour"] for hour in found["hours"] if hour["count"]["told"]] == [0, 23]
    assert [one["interaction"] for one in found["cases"]] == [worst]
    assert found["customers"] == [{"ref": "C-a", "contacts": 1, "risk": 0.9, "interaction": worst}]
    assert cast.get(f"{PATH}?day=2026-03-02&least=0.1").json()["count"]["at_risk"] == 2


def test_sums_hold_only_what_the_asker_may_see(cast: Cast) -> None:
    told(cast, "a", 0.9, received="2026-03-02T10:00:00+08:00")
    told(cast, "b", 0.9, received="2026-03-02T10:00:00+08:00", team="T2")
    cast.add("east", UserRole.SUPERVISOR, team="T2")
    cast.add("elsewhere", UserRole.SERVICE, tenant="another")
    for by, teams in (("service", ["T1", "T2"]), ("east", ["T2"]), ("elsewhere", [])):
        found = cast.get(f"{PATH}?day=2026-03-02", by=by).json()
        assert sorted(one["name"] for one in found["teams"]) == teams
        assert found["count"]["told"] == found["judged"] == len(teams)


def test_it_comes_as_a_workbook_and_as_csv(cast: Cast) -> None:
    told(cast, "a", 0.9, received="2026-03-02T10:00:00+08:00")
    book = cast.get(f"{PATH}.xlsx?day=2026-03-02&lang=en")
    assert load_workbook(io.BytesIO(book.content))["cases"].cell(2, 3).value == 0.9
    assert 'filename="emotion-2026-03-02.xlsx"' in book.headers["content-disposition"]
    text = cast.get(f"{PATH}.csv?day=2026-03-02&lang=zh").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("会话,时间,风险")


def test_days_that_are_none_are_refused(cast: Cast) -> None:
    assert cast.get(f"{PATH}?day=1900-01-01").status_code == 422
    assert cast.get(f"{PATH}?day=yesterday").status_code == 422
    assert cast.get(f"{PATH}?least=2").status_code == 422


def test_it_tells_how_often_an_item_was_left_to_people(cast: Cast) -> None:
    ids = [cast.call(n, team=team) for n, team in enumerate(("T1", "T1", "T2"))]
    for one in ids:
        cast.judge(one, card=doubtful())
    cast.add("east", UserRole.SUPERVISOR, team="T2")
    for by, seen in (("service", 3), ("east", 1)):
        items = {one["item"]: one for one in cast.get("/v1/reports/undetermined", by=by).json()["items"]}
        assert {sum(one["outcomes"].values()) for one in items.values()} == {seen}
        left = [one for one in items.values() if one["outcomes"].get("UNDETERMINED")]
        assert left
        assert all(one["share"] == 1.0 and set(one["examples"]) <= set(ids) for one in left)
    assert len(cast.get("/v1/reports/undetermined?team=T1").json()["items"][0]["examples"]) == 2
    assert cast.get("/v1/reports/undetermined?received_to=2020-01-01T00:00:00").json() == {"items": []}
