"""Clocks are wrong, disagree or are set while work goes on: nothing is lost or doubled, and leases still run out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.storage import Store, clock
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.shifted import shift
from tests.drills.tally import Tally, unfinished
from tests.drills.test_recovery import PROMISED_S, held, kill, until_all_go_on
from tests.drills.watch import Watch
from tests.integration.house import House, house
from tests.unit.storage.cast import take_chat

pytestmark = pytest.mark.drill  # in `make test` the model of jobs moves its clock both ways
TEN_MINUTES = 600


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path, max_attempts=100) as opened:
        yield opened


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Store]:
    with clean_store("postgres", tmp_path, max_attempts=100) as opened:
        yield opened


@pytest.fixture
def offset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says by how much the clock of this host is wrong; ours is, too."""
    file = tmp_path / "offset"
    file.write_text("0")
    monkeypatch.setattr(clock, "now", clock.now)
    monkeypatch.setattr(clock, "time", clock.time)
    shift(file)
    return file


def household(store: Store, clock_file: Path):
    return house(store, "-m", "tests.drills.household", "2", max_attempts=100, drill_clock=clock_file)


@pytest.mark.postgres
def test_hosts_whose_clocks_disagree_take_over_from_each_other(postgres: Store, tmp_path: Path, tell: Tell) -> None:
    """Ten minutes ahead and ten minutes behind; the one ahead dies, and nobody tells."""
    ahead, behind, watch = tmp_path / "ahead", tmp_path / "behind", Watch(postgres)
    ahead.write_text(str(TEN_MINUTES))
    behind.write_text(str(-TEN_MINUTES))
    ids = _backlog(postgres, 40)
    with household(postgres, ahead) as first, household(postgres, behind) as second:
        first.wait(lambda: len(watch.busy()) == 4, 60, "all are at work")
        time.sleep(3.0)
        _kill_all(watch, first)
        until_all_go_on(watch)
        second.wait(lambda: unfinished(postgres) == 0, 200, "all are done")
    _tell(postgres, "clocks disagree", ids, 1, watch, tell)


def test_a_clock_that_is_set_in_the_middle_of_work_costs_nothing(store: Store, offset: Path, tell: Tell) -> None:
    """Ahead, back, behind, right again; each time just after a worker was killed."""
    watch, ids, jumps = Watch(store), _backlog(store, 16), (TEN_MINUTES, 0, -TEN_MINUTES, 0)
    with household(store, offset) as running:
        for jump in jumps:
            running.wait(lambda: bool(held(watch, running)), 90, "someone is at work")
            kill(watch, held(watch, running)[:1])
            offset.write_text(str(jump))
            ids += _backlog(store, 8, f"{len(ids)}-")
            until_all_go_on(watch)
        running.wait(lambda: unfinished(store) == 0, 120, "all are done")
    _tell(store, "clock set", ids, len(jumps), watch, tell)


def test_a_host_that_comes_up_with_an_earlier_clock_goes_on(store: Store, offset: Path, tell: Tell) -> None:
    """Power cut, and the clock was ten minutes ahead before it."""
    watch = Watch(store)
    offset.write_text(str(TEN_MINUTES))
    ids = _backlog(store, 8)
    with household(store, offset) as running:
        running.wait(lambda: len(watch.busy()) == 2, 60, "all are at work")
        _kill_all(watch, running)
    offset.write_text("0")
    with household(store, offset) as running:
        until_all_go_on(watch)
        running.wait(lambda: unfinished(store) == 0, 120, "all are done")
    _tell(store, "clock back, cold start", ids, 1, watch, tell)


def _backlog(store: Store, jobs: int, name: str = "") -> list[str]:
    return [take_chat(store, "sleep 2", external_id=f"{name}{n}").interaction.id for n in range(jobs)]


def _kill_all(watch: Watch, running: House) -> None:
    kill(watch, [running.process.pid, *held(watch, running), *(one.pid for one in running.family())])


def _tell(store: Store, drill: str, ids: list[str], faults: int, watch: Watch, tell: Tell) -> None:
    tally = Tally(drill, store.db.engine.dialect.name, faults=faults, recoveries=watch.seconds)
    tally.count(store, ids)
    tell(tally)
    assert watch.seconds and max(watch.seconds) < PROMISED_S
