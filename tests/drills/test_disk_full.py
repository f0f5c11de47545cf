"""The disk is full: nothing is accepted that is not kept, and once there is space all goes on without a person."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from qa_engine.storage import Store
from tests.databases import clean_store
from tests.drills.conftest import Tell
from tests.drills.server import Answer, Client, Served, run, served
from tests.drills.sizes import small_and_whole
from tests.drills.tally import Tally, unfinished
from tests.integration.house import house
from tests.unit.workers.test_stages import sound

MEGABYTES = 48
UNGUARDED = {"min_free_mb": 0}
"""Intake would stop long before; here the disk itself says no, as it does when someone else fills it at once."""
PROMISED_S = 60.0
REFUSED = {503, 507}


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own at that folder. Skips where we may not mount."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    mounted = subprocess.run(words, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here (it wants root): {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with small_disk(tmp_path / "home"), clean_store(request.param, tmp_path, **UNGUARDED) as opened:
        yield opened


@pytest.mark.parametrize(("store", "posts"), small_and_whole(6, 100), indirect=["store"])
def test_a_full_disk_refuses_and_forgets_nothing(store: Store, posts: int, tell: Tell) -> None:
    with (
        served(store, **UNGUARDED) as api,
        house(store, "-m", "tests.drills.household", "1", "--transcribe", "1", **UNGUARDED) as working,
    ):
        working.wait(lambda: len(working.workers()) == 2, 60, "the household works")
        before = run(_post(api, "before", posts))
        _fill(store.settings.home)
        full = run(_post(api, "full", posts))
        time.sleep(3.0)
        (store.settings.home / "filler").unlink()
        freed = time.monotonic()
        after = run(_post(api, "full", posts)) + run(_post(api, "after", posts))
        working.wait(lambda: unfinished(store) == 0, 120, "all are done")
        recovery = time.monotonic() - freed
    refused = [answer for answer in full if answer.status >= 300]
    accepted = {answer.id for answer in before + full + after if answer.status in (200, 202)}
    tally = Tally("disk full", store.db.engine.dialect.name, faults=1, recoveries=[recovery])
    tally.count(store, sorted(accepted))
    tally.more = f"answers while full {dict(Counter(answer.status for answer in full))}"
    tell(tally)
    assert all(answer.status in (200, 202) for answer in before + after)
    assert refused and {answer.status for answer in refused} <= REFUSED
    assert all(answer.body["mend"] for answer in refused)
    assert recovery < PROMISED_S


async def _post(api: Served, name: str, posts: int) -> list[Answer]:
    """As many recordings, and as many chats."""
    client = Client(api.port, api.key)
    answers: list[Answer] = []
    for n in range(posts):
        answers.append(await client.call(f"{name}-call-{n}", sound(2.0, seed=hash((name, n)) % 10_000)))
        answers.append(await client.chat(f"{name}-chat-{n}", "sleep 0"))
    await client.close()
    return answers


def _fill(folder: Path) -> None:
    """To the last byte."""
    with (folder / "filler").open("wb", buffering=0) as out:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    out.write(os.urandom(size))
