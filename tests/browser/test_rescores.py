"""A lead tries a rubric on the archive: begins a run, sees the difference come by itself, and opens what changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qa_engine.pipeline import Tools
from qa_engine.rubric import read_rubric
from qa_engine.storage import Queue
from tests.browser.conftest import Console
from tests.unit.rubric.small import small
from tests.unit.storage.cast import take_chat
from tests.unit.workers.test_stages import Ear, NoMusic
from workers.station import Station

pytestmark = pytest.mark.browser
Look = Callable[..., Page]


def test_the_difference_comes_by_itself_and_leads_to_what_changed(look: Look, console: Console) -> None:
    store, station = console.store, Station(console.store, lambda: Tools(Ear(), NoMusic()))
    for words in ("您好", "什么事"):
        job = take_chat(store, "在吗", words, agent="rescored").interaction.job
        assert job is not None and station.work(job.id)
    store.keep_rubric(read_rubric(small()))
    page = look("/rescores")
    page.get_by_label("Rubric").select_option(label="small 1")
    page.get_by_label("Agent").fill("rescored")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("#run")).to_contain_text("Nothing to compare yet")
    while station.work_next(Queue.ARCHIVE):
        pass
    expect(page.locator(".matrix").first).to_be_visible(timeout=10_000)
    expect(page.locator(".run-head")).to_contain_text("done")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.locator(".examples a.open").first.click()
    expect(page).to_have_url(re.compile(r"/interactions/\w+$"))


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_the_screen(look: Look, console: Console, width: int) -> None:
    page = look("/rescores", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
