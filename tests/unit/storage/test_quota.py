"""Intake says no before too much waits or a disk is full, in time and in words that help."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa_engine.storage import SYSTEM, Store, Throttled, quota
from qa_engine.storage.quota import NoSpace
from tests.databases import BOTH, clean_store
from tests.unit.storage.cast import STRANGER, scored, take_chat


@pytest.fixture(params=BOTH)
def narrow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store where three interactions of a tenant may be open."""
    with clean_store(request.param, tmp_path, max_waiting=3, min_free_mb=1) as opened:
        yield opened


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The steady clock, moved by hand."""
    now = [100.0]
    monkeypatch.setattr(quota, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_it_lets_in_until_enough_is_to_be_done(narrow: Store, steady: list[float]) -> None:
    accepted = [take_chat(narrow, str(n)) for n in range(2)]
    narrow.quota.may_take(SYSTEM)
    with pytest.raises(Throttled, match="3 interactions wait or are in work, and 3 may") as told:
        narrow.quota.may_take(SYSTEM)
    assert told.value.retry_after_s > 0 and "QA_ENGINE_MAX_WAITING" in str(told.value)
    scored(narrow, accepted[0])
    steady[0] += quota.COUNTED_EVERY_S
    narrow.quota.may_take(SYSTEM)


def test_it_counts_many_at_once(narrow: Store, steady: list[float]) -> None:
    narrow.quota.may_take(SYSTEM, 2)
    with pytest.raises(Throttled):
        narrow.quota.may_take(SYSTEM, 2)
    narrow.quota.may_take(SYSTEM, 1), "a refusal takes no room"
    steady[0] += quota.COUNTED_EVERY_S
    narrow.quota.may_take(SYSTEM, 50), "what is larger than the limit comes in alone"
    with pytest.raises(Throttled):
        narrow.quota.may_take(SYSTEM)


def test_who_brings_much_leaves_room_for_live_work(narrow: Store) -> None:
    narrow.quota.may_take(SYSTEM, 2, share=0.7)
    with pytest.raises(Throttled, match="2 may"):
        narrow.quota.may_take(SYSTEM, share=0.7)
    narrow.quota.may_take(SYSTEM)


def test_one_tenant_takes_no_room_from_another(narrow: Store) -> None:
    narrow.quota.may_take(SYSTEM, 3)
    with pytest.raises(Throttled):
        narrow.quota.may_take(SYSTEM)
    narrow.quota.may_take(STRANGER)


def test_it_counts_no_further_than_the_limit(narrow: Store, steady: list[float]) -> None:
    for n in range(6):
        take_chat(narrow, str(n))
    with pytest.raises(Throttled, match="4 interactions wait"):
        narrow.quota.may_take(SYSTEM)


def test_zero_sets_no_limit(tmp_path: Path) -> None:
    with clean_store("sqlite", tmp_path, max_waiting=0, min_free_mb=0) as store:
        store.quota.may_take(SYSTEM, 10**9)


def test_a_disk_that_is_nearly_full_takes_nothing_more(narrow: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow.quota.has_space()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024 * 1024 - 1))
    for refuse in (narrow.quota.has_space, lambda: narrow.quota.may_take(SYSTEM)):
        with pytest.raises(NoSpace, match="QA_ENGINE_MIN_FREE_MB"):
            refuse()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024 * 1024))
    narrow.quota.may_take(SYSTEM)
