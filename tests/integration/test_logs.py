"""One id finds the whole story of an interaction: in the log of the API, of the workers and of the reconciler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM, State, Store
from tests.databases import clean_store
from tests.integration.house import House, house
from tests.integration.test_api_live import free_port

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, allow_loopback_http=True) as opened:
        yield opened


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def houses(store: Store, port: int) -> Iterator[dict[str, House]]:
    """An API, two workers and a reconciler, each a process that logs JSON; no Redis anywhere."""
    told = {
        "log_json": True, "redis_url": NOWHERE, "port": port, "allow_loopback_http": True, "lease_s": 1,
        "heartbeat_s": 0.2, "max_attempts": 1, "reconcile_s": 0.3,
    }  # fmt: skip
    modules = {
        "api": ("workers.web",),
        "score": ("tests.drills.worker", "score"),
        "deliver": ("workers.worker", "deliver"),
        "reconcile": ("workers.reconciler",),
    }
    with ExitStack() as all_of_them:
        yield {name: all_of_them.enter_context(house(store, "-m", *module, **told)) for name, module in modules.items()}


def lines(one: House) -> list[dict[str, Any]]:
    return [json.loads(line) for line in one.log.read_text().splitlines()]


def about(one: House, interaction: str) -> set[str]:
    """What a process tells of an interaction."""
    return {line["event"] for line in lines(one) if line.get("interaction") == interaction}


def test_one_id_is_found_in_the_log_of_every_process(store: Store, port: int, houses: dict[str, House]) -> None:
    key, _ = store.create_key(SYSTEM, "sender", UserRole.SERVICE)
    store.create_webhook(SYSTEM, f"http://127.0.0.1:{free_port()}/nobody")
    url = f"http://127.0.0.1:{port}"
    houses["api"].wait(lambda: _answers(url), 60, "the API answers")

    def send(words: str) -> str:
        chat = {"id": words, "messages": [{"role": "customer", "text": words}, {"role": "agent", "text": "好的"}]}
        answer = httpx.post(f"{url}/v1/interactions", json=chat, headers={"X-API-Key": key})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    good, bad = send("sleep 0"), send("bad")
    houses["score"].wait_for_state(good, State.DONE)
    houses["score"].wait_for_state(bad, State.FAILED)
    deadly = send("die")
    houses["reconcile"].wait_for_state(deadly, State.PARKED)
    houses["deliver"].wait(lambda: "webhook tried" in about(houses["deliver"], good), 30, "a delivery is tried")
    for one in (good, bad, deadly):
        assert {"interaction accepted", "request"} <= about(houses["api"], one)
    assert "job ended" in about(houses["score"], good)
    assert "job not done" in about(houses["score"], bad)
    houses["reconcile"].wait(lambda: bool(about(houses["reconcile"], deadly)), 10, "the reconciler tells of it")
    [accepted] = [line for line in lines(houses["api"]) if line["event"] == "interaction accepted"][:1]
    assert accepted["process"] == "api" and accepted["timestamp"] and accepted["request_id"]


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False
