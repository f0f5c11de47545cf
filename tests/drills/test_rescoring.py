"""The rescoring drill: archive workers are killed in mid-run, and every interaction is judged anew exactly once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from qa_engine.pipeline import Tools
from qa_engine.rubric import read_rubric
from qa_engine.storage import SYSTEM, Queue, Store, blocks
from qa_engine.storage.rescore_rows import RescoreState
from qa_engine.storage.tables import interactions, scorecards
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.rescorer import BLOCK
from tests.drills.sizes import small_and_whole
from tests.drills.tally import Tally
from tests.drills.watch import Watch
from tests.integration.house import House, house
from tests.unit.rubric.small import small
from tests.unit.storage.cast import take_chat
from tests.unit.workers.test_stages import Ear, NoMusic
from workers.station import Station

QUICK = {"lease_s": 3, "heartbeat_s": 1, "reconcile_s": 0.5, "stop_s": 1, "max_attempts": 1000}
SIZE = 16
WORDS = ("您好", "什么事", "你好，请讲", "再见", "您好，请稍等")


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    pack = tmp_path / "small.yaml"
    pack.write_text(small(), encoding="utf-8")
    with clean_store(request.param, tmp_path, rubric=str(pack), **QUICK) as opened:
        yield opened


@pytest.mark.parametrize(("store", "count"), small_and_whole(160, 1600), indirect=["store"])
def test_each_interaction_is_judged_anew_exactly_once_whoever_is_killed(
    store: Store, count: int, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", SIZE)
    station = Station(store, lambda: Tools(Ear(), NoMusic()))
    ids = [take_chat(store, f"问 {n}", WORDS[n % len(WORDS)], agent=f"A{n % 7}").interaction.id for n in range(count)]
    while station.work_next(Queue.SCORE):
        pass
    rubric = read_rubric(small("2", hello="什么事, 再见"))
    dry = store.start_rescore(SYSTEM, rubric)
    while station.work_next(Queue.ARCHIVE):
        pass
    run, watch = store.start_rescore(SYSTEM, rubric, writes=True, shows=True), Watch(store)
    tally = Tally("rescore", store.db.engine.dialect.name)
    with house(
        store, "-m", "tests.drills.household", "0", "--archive", "2", "--hurry", **QUICK, **{BLOCK[10:]: SIZE}
    ) as running:
        tally.faults = _kill_some(running, watch, lambda: store.rescore_run(SYSTEM, run.id).state, count // SIZE // 3)
        running.wait(lambda: watch.look() == 0, 60, "all jobs end")
    done = store.rescore_run(SYSTEM, run.id)
    assert (done.state, done.total, done.done) == (RescoreState.DONE, count, count)
    with store.db.read() as connection:
        written = select(scorecards.c.interaction_id).where(scorecards.c.run_id == run.id)
        cards = Counter(connection.execute(written).scalars())
    tally.recoveries, tally.jobs = watch.seconds, count
    tally.lost = len(set(ids) - set(cards))
    tally.doubled = sum(cards.values()) - len(cards)
    tell(tally)
    killed, whole = (store.difference(SYSTEM, one) for one in (run.id, dry.id))
    assert killed == whole
    assert whole.compared == count
    with store.db.read() as connection:
        card, row = scorecards.c, interactions.c
        listed = select(card.score, row.score).join_from(scorecards, interactions, card.interaction_id == row.id)
        shown = connection.execute(listed.where(card.run_id == run.id)).all()
    assert [new for new, _ in shown] == [seen for _, seen in shown]


def _kill_some(running: House, watch: Watch, state, most: int) -> int:  # type: ignore[no-untyped-def]
    """Until the run is done, strikes whoever is at work; returns how often."""
    chance, blows, until = random.Random(5), 0, time.monotonic() + 1800
    while state() is not RescoreState.DONE:
        assert time.monotonic() < until, running.log.read_text()[-6000:]
        busy = [pid for pid in watch.busy() if pid in running.workers()]
        if busy and blows < most:
            victim = chance.choice(busy)
            watch.hit([victim], time.monotonic())
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            blows += 1
        watch.look()
        time.sleep(0.4)
    return blows
