"""Chats that go on: from an appended message to its risk in sight, with a bell and without; and a worker killed again
and again loses no message."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from qa_engine.storage import SYSTEM, State, Store
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.server import CLI, Served, served
from tests.drills.sizes import only_whole
from tests.drills.tally import Tally, share
from tests.integration.house import House, house

TALKERS = 4
P95_S = 2.0
PATIENCE_S = 120.0
BLOW = 10
"""Each so many messages the workers are killed while the message is looked at."""
AWAY = "redis://127.0.0.1:1/0"
SAID = (
    ("customer", "宽带坏了三天没人管"),
    ("agent", "请您耐心等待"),
    ("customer", "还等？都打了三次电话了"),
    ("agent", "已经为您催促"),
    ("customer", "再不来我就投诉到工信部"),
)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path) as opened:
        yield opened


@dataclass
class Talker:
    """One chat after another over the API; ``waits``: seconds from each append to its risk in the store.

    ``struck`` is called with the number of each append as soon as it was answered.
    """

    api: Served
    struck: Callable[[int], None] = lambda n: None
    waits: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def talk(self, appends: int) -> None:
        for n in range(appends):
            role, text = SAID[n % len(SAID)]
            message = {"role": role, "text": f"{text}，第{n}句", "id": f"m{n}"}
            began = time.monotonic()
            if n % (4 * len(SAID)) == 0:
                self.ids.append(self.post("", {"open": True, "messages": [message]})["id"])
                said = 1
            else:
                said = self.post(f"/{self.ids[-1]}/messages", {"messages": [message]})["messages"]
            self.struck(n)
            self.wait(said)
            self.waits.append(time.monotonic() - began)
            time.sleep(0.05 * (n % 7))

    def wait(self, said: int) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            risk = self.api.house.store.risk(SYSTEM, self.ids[-1])
            if risk is not None and risk.after == said - 1:
                return
            time.sleep(0.01)
        raise AssertionError(f"no risk within {PATIENCE_S:.0f} s")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-API-Key": self.api.key, "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.api.port}/v1/interactions{path}"
        asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


@pytest.mark.parametrize(("store", "appends"), only_whole(200), indirect=["store"])
@pytest.mark.parametrize("bell", ["there", "away"])
def test_the_risk_follows_each_message_within_two_seconds(store: Store, appends: int, bell: str, tell: Tell) -> None:
    settings = {"redis_url": AWAY} if bell == "away" else {}
    with served(store, **settings) as api, house(store, "-c", CLI, "work", "score", **settings):
        warm = Talker(api)
        warm.talk(2)
        talkers = [Talker(api) for _ in range(TALKERS)]
        with ThreadPoolExecutor(TALKERS) as pool:
            list(pool.map(lambda talker: talker.talk(appends // TALKERS), talkers))
    waits = [wait for talker in talkers for wait in talker.waits]
    tally = Tally(f"open chats, bell {bell}", store.db.engine.dialect.name, jobs=len(waits))
    tally.more = (
        f"append to risk: p50 {share(waits, 0.5):.2f} s, p95 {share(waits, 0.95):.2f} s, most {max(waits):.2f} s"
    )
    tell(tally)
    assert share(waits, 0.95) <= P95_S


@pytest.mark.parametrize(("store", "appends"), only_whole(100), indirect=["store"])
def test_a_worker_killed_again_and_again_loses_no_message(store: Store, appends: int, tell: Tell) -> None:
    hurry = {"lease_s": 3, "heartbeat_s": 1, "reconcile_s": 1}
    kills: list[int] = []
    with served(store) as api, house(store, "-c", CLI, "work", "score", **hurry) as working:
        talker = Talker(api, lambda n: kills.extend(_kill(working) if n % BLOW == BLOW // 2 else ()))
        talker.talk(appends)
        for interaction_id in talker.ids:
            talker.post(f"/{interaction_id}/close", {})
            working.wait_for_state(interaction_id, State.DONE, PATIENCE_S)
    found = [store.transcript(SYSTEM, interaction_id) for interaction_id in talker.ids]
    kept = [turn.text for transcript in found if transcript for turn in transcript.turns]
    tally = Tally("open chats, killed", store.db.engine.dialect.name, jobs=appends, faults=len(kills))
    tally.lost, tally.doubled = appends - len(set(kept)), len(kept) - len(set(kept))
    tally.recoveries = talker.waits[BLOW // 2 :: BLOW]
    tell(tally)


def _kill(working: House) -> list[int]:
    time.sleep(0.4)  # the bell has rung by now, mostly
    struck = working.workers()
    for pid in struck:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return struck
