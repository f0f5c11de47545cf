"""A store on SQLite and a real Redis server of our own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.settings import Settings
from qa_engine.storage import Store
from tests.databases import clean_store
from workers import embedded_redis


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path, heartbeat_s=0.05, lease_s=5) as opened:
        yield opened


@pytest.fixture(scope="module")
def redis_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings whose embedded Redis runs."""
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("redis"))
    process = subprocess.Popen(embedded_redis.command(settings))
    try:
        until = time.monotonic() + 10
        while not embedded_redis.is_running(settings):
            assert time.monotonic() < until, "the embedded Redis does not answer"
            time.sleep(0.02)
        yield settings
    finally:
        process.terminate()
        process.wait(10)
