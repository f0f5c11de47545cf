"""Intake says no before it reads a body: too fast, too much to do, too little room; and says when to come back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from api import throttle
from api.app import create_app
from api.throttle import Buckets
from qa_engine.domain import UserRole
from qa_engine.settings import Settings
from qa_engine.storage import Store, Throttled
from tests.unit.api.cast import Cast, problem

Make = Callable[..., Cast]
NEVER_READ = {"content": b"never read", "headers": {"Content-Type": "application/x-nothing"}}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    opened: list[Store] = []

    def made(**settings: Any) -> Cast:
        told = Settings(_env_file=None, home=tmp_path / "home", **settings)
        store = Store.open(told)
        opened.append(store)
        app = create_app(told, store, pages=False)
        cast = Cast(store, app, TestClient(app, raise_server_exceptions=False))
        cast.add("service", UserRole.SERVICE)
        return cast

    with structlog.testing.capture_logs():
        yield made
    for store in opened:
        store.close()


def post(cast: Cast, by: str = "service") -> Any:
    headers = {**NEVER_READ["headers"], **cast.headers(by)}  # type: ignore[dict-item]
    return cast.client.post("/v1/interactions", content=NEVER_READ["content"], headers=headers)


def refusals(cast: Cast) -> dict[str, float]:
    lines = [line for line in cast.get("/metrics").text.splitlines() if "intake_refused_total{" in line]
    return {line.split('"')[1]: float(line.split()[-1]) for line in lines}


def test_too_much_to_do_is_told_with_the_time_to_come_back(make: Make) -> None:
    cast = make(max_waiting=2)
    cast.call(seed=1), cast.call(seed=2)
    answer = post(cast)
    told = problem(answer, 429, "throttled")
    assert "2 interactions wait" in told["detail"] and "QA_ENGINE_MAX_WAITING" in told["mend"]
    assert int(answer.headers["retry-after"]) >= 1
    assert refusals(cast) == {"waiting": 1, "rate": 0, "space": 0}


def test_one_who_uploads_too_fast_is_slowed_down_and_nobody_else(make: Make) -> None:
    cast = make(uploads_per_minute=2)
    cast.add("other", UserRole.SERVICE)
    cast.call(seed=1), cast.call(seed=2)
    answer = post(cast)
    told = problem(answer, 429, "throttled")
    assert told["detail"] == "more than 2 uploads a minute" and answer.headers["retry-after"] == "30"
    cast.call(seed=3, by="other")
    assert refusals(cast) == {"waiting": 0, "rate": 1, "space": 0}
    assert cast.get("/v1/interactions").status_code == 200, "reading goes on"


def test_a_full_disk_takes_nothing_in_and_is_not_ready(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make()
    call = cast.call()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=499 * 2**20))
    answer = post(cast)
    told = problem(answer, 507, "no_space")
    assert "499 MiB" in told["detail"] and told["where"] and answer.headers["retry-after"]
    assert refusals(cast)["space"] == 1
    ready = cast.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"], ready.json()["storage"]) == (503, False, "no_space")
    cast.judge(call)
    assert cast.get(f"/v1/interactions/{call}").json()["state"] == "done", "what is here is worked on"


def test_who_may_not_write_is_told_that_and_takes_nobodys_turn(make: Make) -> None:
    cast = make(uploads_per_minute=1)
    cast.add("reader", UserRole.SUPERVISOR, team="T1")
    problem(post(cast, "reader"), 403, "forbidden")
    assert refusals(cast)["rate"] == 0


@pytest.mark.parametrize(
    ("a_minute", "asked_at", "refused"),
    [
        (2, [0, 0, 0], [2]),
        (2, [0, 0, 29, 30], [2]),  # half a minute for one of two
        (2, [0, 0, 600, 600, 600], [4]),  # a bucket is never fuller than full
        (60, [0] * 61 + [1, 1], [60, 62]),
        (0, [0] * 1000, []),
    ],
)
def test_a_bucket_fills_by_the_minutes_share(
    monkeypatch: pytest.MonkeyPatch, a_minute: int, asked_at: list[float], refused: list[int]
) -> None:
    now = [0.0]
    monkeypatch.setattr(throttle, "time", SimpleNamespace(monotonic=lambda: now[0]))
    buckets, found = Buckets(a_minute), []
    for n, moment in enumerate(asked_at):
        now[0] = moment
        try:
            buckets.take("someone")
        except Throttled as error:
            found.append(n)
            assert error.retry_after_s >= 1
    assert found == refused


def test_buckets_of_those_who_left_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(throttle, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(throttle, "MOST_KEPT", 10)
    buckets = Buckets(60)
    for n in range(10):
        buckets.take(str(n))
    now[0] = 60.0
    buckets.take("last")
    assert list(buckets._kept) == ["last"]
