"""One supervised command does the whole job: a chat goes in by HTTP, an explained scorecard comes out."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from qa_engine.storage import SYSTEM, State, Store
from tests.databases import clean_store
from tests.integration.house import House, house

CLI = "from workers.cli.main import main; main()"
CHAT = {
    "messages": [
        {"role": "customer", "text": "你好，我的快递还没到，都三天了"},
        {"role": "agent", "text": "您好，很高兴为您服务，请问您的订单号是多少？"},
        {"role": "customer", "text": "订单号 20260301"},
        {"role": "agent", "text": "查到了，明天下午六点前送达。请问还有其他可以帮您的吗？"},
        {"role": "customer", "text": "没有了，谢谢"},
        {"role": "agent", "text": "感谢您的支持，再见"},
    ]
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, stop_s=2) as opened:
        yield opened


def serving(store: Store, port: int):
    return house(store, "-c", CLI, "serve", "--port", str(port), stop_s=2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.model
def test_it_serves_works_and_stops_cleanly(store: Store) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    key, _ = store.create_key(SYSTEM, "test")
    with serving(store, port) as running:
        running.wait(lambda: answers(url), 60, "the API answers")
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            sent = client.post("/v1/interactions", json=CHAT)
            assert sent.status_code == 202, sent.text
            interaction_id = sent.json()["id"]
            running.wait_for_state(interaction_id, State.DONE, 90)
            card = client.get(f"/v1/interactions/{interaction_id}/scorecard").json()
        assert card["score"] is not None and card["items"]
        told = running.log.read_text()
        assert f"QA Engine is at {url}" in told
        password = re.search(r"password (\S+)", told)
        assert password and store.log_in("admin", password.group(1), "127.0.0.1")[1].name == "admin"
        _stops_with_all_its_children(running)


def test_it_refuses_a_port_that_is_taken(store: Store) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with serving(store, other.getsockname()[1]) as running:
            assert running.process.wait(60) == 2
            assert "cannot listen" in running.log.read_text()


def _stops_with_all_its_children(running: House) -> None:
    family = running.family()
    assert len(family) >= 5
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0
    assert psutil.wait_procs(family, timeout=2)[1] == []
    assert "Traceback" not in running.log.read_text()
