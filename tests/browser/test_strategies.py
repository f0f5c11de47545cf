"""An administrator edits strategies in a real browser: faults at their lines, a dry look, saved over what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from qa_engine.alerts.reading import shipped
from qa_engine.storage import SYSTEM
from tests.browser.conftest import Console

pytestmark = pytest.mark.browser
Look = Callable[..., Page]


@pytest.fixture(autouse=True)
def _as_shipped(console: Console) -> Iterator[None]:
    console.store.keep_strategies(SYSTEM, shipped().text)
    yield
    console.store.keep_strategies(SYSTEM, shipped().text)


def type_after(page: Page, line: str, text: str) -> None:
    page.locator(".CodeMirror-line", has_text=line).first.click()
    page.keyboard.press("End")
    page.keyboard.type(text)


def test_a_row_leads_to_its_line_and_a_fault_is_told_there(look: Look, console: Console) -> None:
    page = look("/alerts/strategies", session=console.boss)
    page.get_by_role("link", name="Fatal item", exact=True).click()
    expect(page.locator(".CodeMirror-line", has_text="id: redline")).to_be_visible()
    type_after(page, "id: redline", "-X")
    expect(page.locator("#findings .error")).to_contain_text("lower case letters")
    line = shipped().text[: shipped().text.index("id: redline")].count("\n") + 1
    expect(page.locator("#findings .error b")).to_have_text(f"line {line}")
    assert page.locator(".mark.error").count() == 1
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(page.locator("#findings .error")).to_have_count(0)
    expect(page.locator("#findings .warning").first).to_contain_text("no channel reaches the group")
    expect(page.locator("#save")).to_be_disabled()


def test_a_dry_look_tells_what_would_have_fired(look: Look, console: Console) -> None:
    page = look("/alerts/strategies/edit", lang="zh", session=console.boss)
    expect(page.locator("#tally")).to_contain_text("错误 0")
    page.keyboard.press("Control+Enter")
    redline = page.locator(".dry li", has_text="redline").first
    expect(redline).to_contain_text("触发 1 条", timeout=15_000)
    redline.locator("summary").click()
    expect(redline.locator("a").first).to_have_attribute("href", f"/interactions/{console.ids['refund']}")


def test_it_is_saved_by_key_and_not_over_anothers_change(look: Look, console: Console) -> None:
    page = look("/alerts/strategies/edit", session=console.boss, expected="412")
    type_after(page, "version: 1", " # mine")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("saved")
    kept = console.store.alert_strategies(SYSTEM)
    assert "# mine" in kept.text
    console.store.keep_strategies(SYSTEM, kept.text + "# theirs\n")
    type_after(page, "# mine", " again")
    page.keyboard.press("Control+s")
    expect(page.locator("#refused")).to_contain_text("changed meanwhile")
    assert "# theirs" in console.store.alert_strategies(SYSTEM).text
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{console.url}/alerts/strategies")
    expect(page.locator(".tries li").first).to_contain_text("Active")
    page.locator(".tries li").nth(1).locator("a").click()
    expect(page.locator(".diff .added")).to_contain_text("# theirs")
    page.get_by_role("link", name="Bring into the editor").click()
    expect(page.locator("#saved")).to_have_text("unsaved changes")
    page.once("dialog", lambda dialog: dialog.accept())


def test_without_an_administrator_it_is_only_read(look: Look) -> None:
    page = look("/alerts/strategies")
    expect(page.get_by_role("heading", name="Strategies")).to_be_visible()
    expect(page.get_by_role("link", name="Edit strategies")).to_have_count(0)


@pytest.mark.parametrize(("lang", "width", "scheme"), [("zh", 1440, "light"), ("en", 390, "dark")])
def test_nothing_sticks_out_of_the_window(look: Look, console: Console, lang: str, width: int, scheme: str) -> None:
    page = look("/alerts/strategies", lang=lang, width=width, scheme=scheme, session=console.boss)
    for path in ("/alerts/strategies", "/alerts/strategies/edit"):
        page.goto(console.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
