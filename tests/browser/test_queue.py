"""A lead watches the queue: it stays fresh by itself, what has stopped goes on by one press, and it fits a phone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qa_engine.domain import Kind
from qa_engine.storage import SYSTEM, Failure, Incoming, InteractionRow
from tests.browser.conftest import Console
from tests.browser.seed import claim

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
CRASH = Failure(code="crashed", message="RuntimeError: no words came back", mend="see the worker's log")


def call(console: Console, name: str) -> InteractionRow:
    sha256, size = console.store.blobs.put(io.BytesIO(name.encode()))
    incoming = Incoming(kind=Kind.CALL, source=name, content_sha256=sha256, size=size, media_type="audio/wav")
    return console.store.accept(SYSTEM, incoming).interaction


def test_what_stops_appears_by_itself_and_goes_on_by_one_press(look: Look, console: Console) -> None:
    row = call(console, "stops.wav")
    page = look("/queue")
    lease = claim(console.store, row)
    console.store.jobs.renew(lease, "recognise", 0.61)
    expect(page.locator(".work")).to_contain_text("61%", timeout=10_000)
    console.store.jobs.fail(lease, CRASH, retry=False)
    stopped = page.locator(f"#job-{lease.job_id}")
    expect(stopped).to_contain_text("no words came back", timeout=10_000)
    stopped.get_by_role("button", name="Release").click()
    expect(page.get_by_role("status").filter(has_text="Back in the queue: 1")).to_be_visible()
    expect(page.locator(f"#job-{lease.job_id}")).to_have_count(0)
    assert console.store.interaction(SYSTEM, row.id).state == "queued"


def test_it_is_walked_by_keyboard_and_keeps_the_place_while_it_refreshes(look: Look, console: Console) -> None:
    page = look("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.textContent")
    with page.expect_response(re.compile("/queue$")):
        pass
    page.wait_for_timeout(300)
    assert focused and page.evaluate("document.activeElement.textContent") == focused
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/interactions/\w+$"))


def test_the_menu_leads_there(look: Look) -> None:
    page = look("/interactions", lang="zh")
    page.get_by_role("link", name="队列").click()
    expect(page.locator("h1")).to_have_text("队列")
    expect(page.locator(".queue-card")).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_it_fits_the_screen(look: Look, width: int, scheme: str) -> None:
    page = look("/queue", width=width, height=844, scheme=scheme)
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button')].filter(e => e.offsetParent
        && !(e.textContent.trim() || e.title || e.getAttribute('aria-label'))).map(e => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
