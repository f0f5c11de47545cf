"""From the scorecard's commit to the board: fifty consoles follow, and hang up a hundred times, and none misses one."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from qa_engine.alerts import Facts
from qa_engine.domain import ItemResult, Outcome, Text
from qa_engine.storage import Store
from qa_engine.storage.alerting import raise_alerts
from qa_engine.storage.jobs import Lease
from qa_engine.storage.scorecards import keep_scorecard
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.follower import Follower
from tests.drills.server import run, served
from tests.drills.sizes import small_and_whole
from tests.drills.tally import Tally, share
from tests.unit.storage.cast import card, claim, take_chat

P95_S = 2.0
PATIENCE_S = 30.0
FATAL = ItemResult(
    id="data_disclosure", title=Text("泄露信息", "Data disclosure"), outcome=Outcome.NOT_MET, points=None, max=0,
    confidence=0.9, reason=Text("当众念出证件号。", "Read out an id number."), fatal=True,
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    alerts: int
    consoles: int
    hang_ups: int
    gap_s: float


SMALL = Size(alerts=30, consoles=10, hang_ups=15, gap_s=0.02)
WHOLE = Size(alerts=200, consoles=50, hang_ups=100, gap_s=0.15)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path) as opened:
        yield opened


def ready(store: Store, many: int) -> list[tuple[Lease, Facts]]:
    """Interactions that a worker has judged and not yet committed."""
    made = []
    for n in range(many):
        accepted = take_chat(store, external_id=str(n), team="T1", agent=f"A{n}", customer_ref=f"K{n}")
        row = accepted.interaction
        judged = replace(card(75.0, fatal=("data_disclosure",)), items=(FATAL,))
        facts = Facts(interaction=row.interaction, received_at=row.received_at, card=judged)
        made.append((claim(store, accepted), facts))
    return made


def commit(store: Store, lease: Lease, facts: Facts) -> float:
    """As the end of the score stage does; returns the moment after the commit."""
    judged = facts.card
    assert judged is not None

    def effect(connection: Connection) -> None:
        keep_scorecard(connection, lease, judged, {"engine": "drill"})
        assert raise_alerts(connection, facts)

    store.jobs.finish(lease, effect)
    return time.time()


async def drill(store: Store, port: int, key: str, size: Size) -> tuple[list[float], list[Follower]]:
    """The moments of the commits, in the order of the events; and who followed."""
    work = ready(store, size.alerts)
    followers = [Follower(port, key) for _ in range(size.consoles)]
    stop, moments = asyncio.Event(), list[float]()
    tasks = [asyncio.create_task(one.follow(stop)) for one in followers]
    await asyncio.sleep(2.0)
    dice = random.Random(7)
    every = size.alerts / size.hang_ups
    for n, (lease, facts) in enumerate(work):
        moments.append(await asyncio.to_thread(commit, store, lease, facts))
        if int(n / every) != int((n + 1) / every):
            dice.choice(followers).hang_up()
        await asyncio.sleep(size.gap_s)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(len(one.seen) < size.alerts for one in followers):
        await asyncio.sleep(0.1)
    stop.set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return moments, followers


@pytest.mark.parametrize(("store", "size"), small_and_whole(SMALL, WHOLE), indirect=["store"])
def test_no_console_misses_an_alert_however_often_it_hangs_up(store: Store, size: Size, tell: Tell) -> None:
    with served(store) as api:
        moments, followers = run(drill(store, api.port, api.key, size))
    took = [at - moments[number - 1] for one in followers for number, at in one.seen.items()]
    tally = Tally("alerts to consoles", store.db.engine.dialect.name, jobs=size.alerts)
    tally.faults = sum(one.hung_up for one in followers)
    tally.lost = sum(size.alerts - len(one.seen) for one in followers)
    tally.doubled = sum(one.doubled for one in followers)
    tally.more = f"{size.consoles} consoles, p95 {share(took, 0.95):.2f} s, p50 {share(took, 0.5):.2f} s"
    tell(tally)
    assert share(took, 0.95) <= P95_S, tally.line
