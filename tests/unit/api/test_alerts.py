"""Alerts over the API: whose they are, what may be done to them, and a stream that misses nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

import api.board
import api.stream
from api.board import Board, view_of
from api.stream import stream
from qa_engine.alerts import Facts
from qa_engine.domain import Principal, UserRole
from qa_engine.errors import NotFound
from qa_engine.storage import SYSTEM, Store, Throttled
from qa_engine.storage.alerting import raise_alerts
from tests.drills.server import run
from tests.unit.alerts.cast import card, item
from tests.unit.api.cast import Cast, problem
from tests.unit.storage.cast import take_chat

LEAD = Principal(id="user:lead", tenant="default", role=UserRole.QA_LEAD)


def alarm(store: Store, n: int = 0, **told: Any) -> str:
    told = {"team": "east", "agent": f"A{n}", "external_id": f"secret-{n}", **told}
    row = store.interaction(SYSTEM, take_chat(store, **told).interaction.id)
    facts = Facts(interaction=row.interaction, received_at=row.received_at, card=card(75.0, item()))
    with store.db.write() as connection:
        [alert_id] = raise_alerts(connection, facts)
    return alert_id


@pytest.fixture
def house(cast: Cast) -> Cast:
    cast.add("admin", UserRole.ADMIN, scopes=frozenset({"read", "write", "admin"}))
    cast.add("lead", UserRole.QA_LEAD)
    cast.add("other", UserRole.QA_LEAD, tenant="another")
    cast.add("east", UserRole.SUPERVISOR, team="east")
    cast.add("west", UserRole.SUPERVISOR, team="west")
    cast.add("agent", UserRole.AGENT, agent="A0")
    return cast


def post(cast: Cast, path: str, by: str, body: Any = None) -> Any:
    return cast.client.post(path, json=body, headers=cast.headers(by))


def test_an_alert_is_listed_shown_and_seen_to(house: Cast) -> None:
    alert_id = alarm(house.store)
    page = house.get("/v1/alerts?unresolved=true", by="lead").json()
    assert [one["id"] for one in page["items"]] == [alert_id] and page["last_event"] == 1
    assert page["items"][0]["title"] == {"zh": "触碰红线", "en": "Fatal item"}
    assert post(house, f"/v1/alerts/{alert_id}/acknowledge", "lead").json()["state"] == "acknowledged"
    problem(post(house, f"/v1/alerts/{alert_id}/acknowledge", "admin"), 409, "conflict")
    assert post(house, f"/v1/alerts/{alert_id}/assign", "lead", {"assignee": " mei "}).json()["assignee"] == "mei"
    assert post(house, f"/v1/alerts/{alert_id}/note", "lead", {"note": "<b>已回电</b>"}).status_code == 200
    done = post(house, f"/v1/alerts/{alert_id}/resolve", "lead", {"cause": "service", "note": "道歉"}).json()
    assert (done["state"], done["cause"]) == ("resolved", "service")
    story = house.get(f"/v1/alerts/{alert_id}", by="lead").json()["story"]
    assert [event["kind"] for event in story] == ["raised", "acknowledged", "assigned", "noted", "resolved"]
    summary = house.get("/v1/alerts/summary", by="lead").json()
    assert (summary["raised"], summary["in_time"], summary["by_cause"]) == (1, 1.0, {"service": 1})
    assert house.get("/metrics").text.count("qa_engine_alert_acknowledge_seconds{") == 2


@pytest.mark.parametrize("act", ["", "/acknowledge", "/assign", "/note", "/resolve"])
def test_what_is_not_yours_is_exactly_as_if_it_were_not_there(house: Cast, act: str) -> None:
    alert_id = alarm(house.store)
    body = {"/assign": {"assignee": "x"}, "/note": {"note": "x"}, "/resolve": {"cause": "other"}}.get(act)

    def ask(one: str, by: str) -> Any:
        path = f"/v1/alerts/{one}{act}"
        return house.get(path, by=by) if not act else post(house, path, by, body)

    outsider = "other" if act else "west"
    nothing, theirs = ask("01aaaaaaaaaaaaaaaaaaaaaaaa", outsider), ask(alert_id, outsider)
    told = [problem(answer, 404, "not_found") for answer in (nothing, theirs)]
    assert told[0]["detail"] == told[1]["detail"] and "secret" not in theirs.text
    problem(ask("not%20an%20id", outsider), 404, "not_found")
    problem(ask(alert_id, "agent"), 403, "forbidden")
    assert house.get("/v1/alerts", by="west").json()["items"] == []
    for by in ("service", "east") if act else ():  # a supervisor's key only reads; people see to alerts
        problem(ask(alert_id, by), 403, "forbidden")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("resolve", {"cause": "nonsense"}),
        ("resolve", {}),
        ("note", {"note": ""}),
        ("note", {"note": "x" * 2001}),
        ("assign", {"assignee": "\u0000"}),
        ("assign", {"assignee": "x", "more": 1}),
    ],
)
def test_what_makes_no_sense_is_refused(house: Cast, path: str, body: Any) -> None:
    problem(post(house, f"/v1/alerts/{alarm(house.store)}/{path}", "lead", body), 422, "validation")


@pytest.mark.parametrize("query", ["nonsense=1", "limit=0", "grade=huge", "after=%00", "after=abc", "state=x"])
def test_what_cannot_be_asked_is_refused(house: Cast, query: str) -> None:
    assert house.get(f"/v1/alerts?{query}", by="lead").status_code == 422


def test_channels_are_for_administrators_and_never_tell_their_secrets(house: Cast) -> None:
    url = "https://oapi.dingtalk.com/robot/send?access_token=T0KENT0KEN"
    body = {"name": "值班群", "kind": "dingtalk", "address": url, "secret": "SECs3cret"}
    problem(post(house, "/v1/alerts/channels", "lead", body), 403, "forbidden")
    made = post(house, "/v1/alerts/channels", "admin", body)
    assert made.status_code == 201 and "s3cret" not in made.text and "T0KENT" not in made.text
    problem(post(house, "/v1/alerts/channels", "admin", body), 409, "conflict")
    problem(
        post(house, "/v1/alerts/channels", "admin", {**body, "name": "x", "address": "http://10.0.0.1/"}),
        422,
        "bad_input",
    )
    listed = house.get("/v1/alerts/channels", by="admin").text
    assert "s3cret" not in listed and "T0KENT" not in listed
    one = f"/v1/alerts/channels/{made.json()['id']}"
    assert post(house, f"{one}/enable", "admin").json()["disabled_at"] is None
    problem(house.client.delete(one, headers=house.headers("east")), 403, "forbidden")
    assert house.client.delete(one, headers=house.headers("admin")).status_code == 204
    problem(house.get(one, by="admin"), 404, "not_found")


def test_strategies_are_data_and_a_fault_is_told_with_its_line(house: Cast) -> None:
    yaml = house.get("/v1/alerts/strategies", by="lead").json()["yaml"]
    headers = house.headers("admin")
    kept = house.client.put("/v1/alerts/strategies", json={"yaml": yaml + "\n# ours\n"}, headers=headers)
    assert kept.status_code == 200 and house.get("/v1/alerts/strategies", by="lead").json() == kept.json()
    wrong = yaml.replace("window: 1d", "window: soon", 1)
    told = problem(
        house.client.put("/v1/alerts/strategies", json={"yaml": wrong}, headers=headers), 422, "bad_strategies"
    )
    assert told["where"] == "strategies.yaml:35" and "15m" in told["detail"]
    lead = house.client.put("/v1/alerts/strategies", json={"yaml": yaml}, headers=house.headers("lead"))
    problem(lead, 403, "forbidden")


@pytest.mark.parametrize(("by", "status"), [("agent", 403), (None, 401)])
def test_the_stream_is_for_those_who_may_see_alerts(house: Cast, by: str | None, status: int) -> None:
    headers = house.headers(by) if by else {}
    assert house.client.get("/v1/alerts/stream", headers=headers).status_code == status


def events_of(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines]


class Watcher:
    """Reads a stream as a browser does: keeps what came, and the number of the last event."""

    def __init__(self, board: Board, store: Store, who: Principal = LEAD) -> None:
        self.board, self.store, self.who = board, store, who
        self.seen: list[int] = []
        self.known: Callable[[], Principal] = lambda: who
        self._told: AsyncIterator[str] | None = None

    async def open(self, after: int | None = None) -> None:
        self._told = stream(self.board, self.store, self.who, after, self.known)
        assert (await anext(self._told)).startswith("retry:")

    async def read(self, seconds: float = 3.0) -> str:
        assert self._told is not None
        text = await asyncio.wait_for(anext(self._told), seconds)
        self.seen += [one["id"] for one in events_of(text) if one]
        return text

    async def leave(self) -> None:
        assert self._told is not None
        await self._told.aclose()  # type: ignore[attr-defined]


@pytest.fixture
def board(house: Cast) -> Board:
    return Board(lambda: house.store)


def test_a_follower_sees_what_comes_with_all_that_a_card_needs(house: Cast, board: Board) -> None:
    async def act() -> None:
        watcher = Watcher(board, house.store)
        await watcher.open()
        alert_id = await asyncio.to_thread(alarm, house.store)
        text = await watcher.read()
        assert text.startswith("id: 1\nevent: raised\ndata: {") and text.endswith("\n\n")
        [event] = events_of(text)
        assert event["alert"]["id"] == alert_id and event["alert"]["evidence"][0]["start"] == 12.5
        await watcher.leave()

    run(act())


def test_each_follower_sees_only_what_is_theirs(house: Cast, board: Board) -> None:
    async def act() -> None:
        people = [
            Principal(id="e", tenant="default", role=UserRole.SUPERVISOR, team="east"),
            Principal(id="w", tenant="default", role=UserRole.SUPERVISOR, team="west"),
            Principal(id="s", tenant="elsewhere", role=UserRole.ADMIN),
            LEAD,
        ]
        watchers = [Watcher(board, house.store, who) for who in people]
        for watcher in watchers:
            await watcher.open(0)
        for n, team in enumerate(("east", "west", "east")):
            await asyncio.to_thread(alarm, house.store, n, team=team)
        for watcher in watchers:
            while len(watcher.seen) < 3:
                try:
                    await watcher.read(0.6)
                except (TimeoutError, StopAsyncIteration):
                    break
        assert [w.seen for w in watchers] == [[1, 3], [2], [], [1, 2, 3]]

    async def bounded() -> None:
        await asyncio.wait_for(act(), 20)

    run(bounded())


def test_who_comes_back_misses_nothing_and_sees_nothing_twice(house: Cast, board: Board) -> None:
    """Events go on all the while; a follower hangs up a hundred times."""

    async def act() -> None:
        watcher, total = Watcher(board, house.store), 40
        writing = asyncio.create_task(asyncio.to_thread(lambda: [alarm(house.store, n) for n in range(total)]))
        for _ in range(100):
            await watcher.open(watcher.seen[-1] if watcher.seen else 0)
            try:
                for _ in range(3):
                    await watcher.read(0.02)
            except (TimeoutError, StopAsyncIteration):
                pass
            await watcher.leave()
        await writing
        await watcher.open(watcher.seen[-1] if watcher.seen else 0)
        while len(watcher.seen) < total:
            await watcher.read()
        assert watcher.seen == list(range(1, total + 1))
        await watcher.leave()

    run(act())


def test_who_reads_too_slowly_is_let_go_and_can_resume(
    house: Cast, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.board, "BEHIND", 4)

    async def act() -> None:
        slow = Watcher(board, house.store)
        await slow.open(0)
        assert await asyncio.to_thread(alarm, house.store, 0)
        await slow.read()
        for n in range(1, 9):
            await asyncio.to_thread(alarm, house.store, n)
        await asyncio.sleep(1.0)
        with pytest.raises(StopAsyncIteration):
            for _ in range(10):
                await slow.read()
        await slow.open(slow.seen[-1])
        while len(slow.seen) < 9:
            await slow.read()
        assert slow.seen == list(range(1, 10))
        await slow.leave()

    run(act())


def test_whose_key_is_revoked_is_let_go_at_the_next_heartbeat(
    house: Cast, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.stream, "BEAT_S", 0.1)

    async def act() -> None:
        watcher = Watcher(board, house.store)
        await watcher.open()
        assert await watcher.read() == ": beat\n\n"

        def nobody() -> Principal:
            raise NotFound("gone")

        watcher.known = nobody
        await watcher.open()
        with pytest.raises(StopAsyncIteration):
            await watcher.read()

    run(act())


def test_a_number_from_the_future_asks_to_load_anew(house: Cast, board: Board) -> None:
    async def act() -> None:
        watcher = Watcher(board, house.store)
        await watcher.open(99)
        assert (await watcher.read()).startswith("id: 0\nevent: reset\n")
        await watcher.leave()

    run(act())


def test_there_is_an_end_to_how_many_may_follow(house: Cast, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.board, "MOST_FOLLOWERS", 1)

    async def act() -> None:
        watcher = Watcher(board, house.store)
        await watcher.open()
        with pytest.raises(Throttled):
            await Watcher(board, house.store).open()
        await watcher.leave()
        await Watcher(board, house.store).open()

    run(act())


def test_one_view_is_what_decides_what_is_seen() -> None:
    assert view_of(LEAD) == view_of(replace(LEAD, id="user:other", name="x"))
    assert view_of(LEAD) != view_of(replace(LEAD, tenant="t2"))
    assert view_of(replace(LEAD, team="a")) != view_of(replace(LEAD, vendor="a"))


def test_incidents_are_told_by_grade_with_median_and_p90(house: Cast) -> None:
    alert_id = alarm(house.store)
    post(house, f"/v1/alerts/{alert_id}/acknowledge", "lead")
    told = house.get("/v1/alerts/incidents", by="lead").json()
    serious = {one["grade"]: one for one in told["grades"]}["serious"]
    assert (serious["raised"], serious["acknowledged"], serious["acknowledge"]["count"]) == (1, 1, 1)
    assert serious["acknowledge"]["p90"] >= serious["acknowledge"]["p50"] >= 0 and serious["in_time"] == 1.0
    assert {one["raised"] for one in house.get("/v1/alerts/incidents", by="west").json()["grades"]} == {0}
    problem(house.get("/v1/alerts/incidents", by="agent"), 403, "forbidden")
