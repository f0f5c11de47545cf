"""One application on one SQLite store for a test, with the fixed cast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient

from api.app import create_app
from qa_engine.domain import UserRole
from qa_engine.settings import Settings
from qa_engine.storage import Store
from tests.unit.api.cast import Cast


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    """What the application logs, as it would be read by a machine."""
    with structlog.testing.capture_logs() as entries:
        yield entries  # type: ignore[misc]


def people(home: Path) -> Iterator[Cast]:
    settings = Settings(_env_file=None, home=home, max_upload_mb=2, console_language="en")
    store = Store.open(settings)
    app = create_app(settings, store, pages=False)
    with TestClient(app, raise_server_exceptions=False) as client:
        found = Cast(store, app, client)
        found.add("service", UserRole.SERVICE)
        yield found
    store.close()


@pytest.fixture
def cast(tmp_path: Path, logged: list[dict[str, object]]) -> Iterator[Cast]:
    yield from people(tmp_path / "home")


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """One application for all rows of a table of refusals: nothing is ever kept in it."""
    with structlog.testing.capture_logs():
        yield from people(tmp_path_factory.mktemp("refusing") / "home")
