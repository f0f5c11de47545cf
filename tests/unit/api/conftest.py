"""One application on one SQLite store for a test, with the fixed cast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from qa_engine.domain import UserRole
from qa_engine.settings import Settings
from qa_engine.storage import Store
from tests.unit.api.cast import Cast


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", max_upload_mb=2, console_language="en")


@pytest.fixture
def cast(settings: Settings) -> Iterator[Cast]:
    store = Store.open(settings)
    app = create_app(settings, store, pages=False)
    with TestClient(app, raise_server_exceptions=False) as client:
        people = Cast(store, app, client)
        people.add("service", UserRole.SERVICE)
        yield people
    store.close()
