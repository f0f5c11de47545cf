"""A seeded console on a port of its own, and a real Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.app import create_app
from api.console import assets
from qa_engine.storage import Store
from tests.browser.seed import PASSWORD, open_store, seed, users
from workers.web import lend

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@dataclass(frozen=True)
class Console:
    """A running console with the sessions of a lead and of an administrator; ``wrong`` collects what browsers
    complained about."""

    url: str
    store: Store
    ids: dict[str, str]
    session: str
    boss: str
    wrong: list[str] = field(default_factory=list)

    def at(self, name: str) -> str:
        return f"{self.url}/interactions/{self.ids[name]}"


@pytest.fixture(scope="session")
def chromium() -> str:
    named = os.environ.get("QA_ENGINE_CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        pytest.skip("no Chromium found; install one (apt-get install chromium) or set QA_ENGINE_CHROMIUM to its path")
    if not assets.libraries_present():
        pytest.skip("front-end libraries are not installed; run `make console`")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=ARGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def console(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    settings, store = open_store(tmp_path_factory.mktemp("browser"), lease_s=3600.0, allow_loopback_http=True)
    ids = seed(store, many=55)
    users(store)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(settings, store, lent=lend(settings))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    lead, boss = (store.log_in(name, PASSWORD, "127.0.0.1")[0] for name in ("lead", "boss"))
    yield Console(f"http://127.0.0.1:{port}", store, ids, lead, boss)
    server.should_exit = True
    thread.join(10)
    store.close()


@pytest.fixture
def look(browser: Browser, console: Console) -> Iterator[Callable[..., Page]]:
    """Opens a page as the logged-in lead (or a visitor); its browser may complain of nothing unexpected."""
    contexts, wrong = [], []

    def opened(
        path: str, *, lang: str = "en", width: int = 1440, height: int = 900, scheme: str = "light",
        visitor: bool = False, expected: str = "nothing", session: str | None = None,
    ) -> Page:  # fmt: skip
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        jar = {"qae_language": lang} | ({} if visitor else {"qae_session": session or console.session})
        context.add_cookies([{"name": name, "value": value, "url": console.url} for name, value in jar.items()])
        page = context.new_page()

        def note(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and expected not in said.text:
                wrong.append(said.text)

        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(path if path.startswith("http") else console.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == [], "the browser complained (scripts, policy, or files that are not there)"
