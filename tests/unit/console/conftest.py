"""A seeded house and browsers without a screen, one logged in as each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from qa_engine.storage import Store
from tests.browser.seed import PASSWORD, open_store, seed, users

PAGE = {"accept": "text/html"}


@dataclass(frozen=True)
class House:
    app: FastAPI
    store: Store
    ids: dict[str, str]


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, store = open_store(tmp_path_factory.mktemp("console"), lease_s=3600.0)
    ids = seed(store)
    users(store)
    yield House(create_app(settings, store), store, ids)
    store.close()


def csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', html)
    assert found, html[:300]
    return found.group(1)


@pytest.fixture
def visitor(house: House) -> TestClient:
    """Someone who has not logged in; follows no redirect by itself."""
    return TestClient(house.app, headers=PAGE, follow_redirects=False)


@pytest.fixture(scope="package")
def sessions() -> dict[str, str]:
    """Hashing passwords is slow by design: one session a user serves the tests that do not end it."""
    return {}


@pytest.fixture
def enter(house: House, sessions: dict[str, str]) -> Callable[..., TestClient]:
    def entered(name: str = "lead", *, anew: bool = False, **cookies: str) -> TestClient:
        if anew or name not in sessions:
            token = house.store.log_in(name, PASSWORD, "127.0.0.1")[0]
            if not anew:
                sessions[name] = token
        else:
            token = sessions[name]
        jar = {"qae_session": token, **cookies}
        return TestClient(house.app, headers=PAGE, follow_redirects=False, cookies=jar)

    return entered


@pytest.fixture
def lead(enter: Callable[..., TestClient]) -> TestClient:
    return enter()
