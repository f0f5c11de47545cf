"""A lead edits a rubric in a real browser: findings beside the text, a preview on a chat, saved by Ctrl+S, moved on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qa_engine.domain import Life
from qa_engine.storage import SYSTEM
from tests.browser.conftest import Console
from tests.unit.rubric.small import small

pytestmark = pytest.mark.browser
Look = Callable[..., Page]


@pytest.fixture
def draft(console: Console) -> str:
    return console.store.draft_rubric(SYSTEM, small("0.9", name="browser"), "begun by a test").id


def type_at_end(page: Page, line: str, text: str) -> None:
    page.locator(".CodeMirror-line", has_text=line).first.click()
    page.keyboard.press("End")
    page.keyboard.type(text)


def test_findings_follow_the_typing_and_lead_to_their_line(look: Look, draft: str) -> None:
    page = look(f"/rubrics/{draft}/edit")
    expect(page.locator("#no-findings")).to_be_visible()
    expect(page.locator("#save")).to_be_disabled()
    type_at_end(page, "points: 100", "0")
    expect(page.locator("#findings .error")).to_contain_text("less than or equal to 100")
    expect(page.locator("#findings .error b")).to_have_text("line 14")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(page.locator("#findings .error")).to_contain_text("sum to 10, not 100")
    page.locator(".finding").click()
    assert page.evaluate("document.activeElement.closest('.CodeMirror') !== null")
    assert page.locator(".mark.error").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.CodeMirror') !== null"), "the keyboard is not caught"


def test_a_draft_is_saved_by_key_and_not_over_anothers_change(look: Look, console: Console, draft: str) -> None:
    page = look(f"/rubrics/{draft}/edit", expected="412")
    type_at_end(page, "title: {zh: 小", " # mine")
    expect(page.locator("#saved")).to_have_text("unsaved changes")
    expect(page.locator("#try")).to_be_disabled()
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("saved")
    kept = console.store.rubric_text(SYSTEM, draft)
    assert "# mine" in kept.yaml
    console.store.redraft_rubric(SYSTEM, draft, kept.yaml + "# theirs\n", kept.sha256)
    type_at_end(page, "# mine", " again")
    page.keyboard.press("Control+s")
    expect(page.locator("#refused")).to_contain_text("changed by system meanwhile")
    assert "# theirs" in console.store.rubric_text(SYSTEM, draft).yaml
    left = []
    page.on("dialog", lambda dialog: (left.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Rubrics", exact=True).click()
    expect(page).to_have_url(re.compile("/rubrics$"))
    assert left == ["beforeunload"]


def test_the_preview_follows_the_text(look: Look, console: Console, draft: str) -> None:
    page = look(f"/rubrics/{draft}/edit")
    page.locator("#interaction").fill(console.ids["chat"])
    page.keyboard.press("Enter")
    expect(page.locator("#preview tr.changed").first).to_be_visible()
    expect(page.locator("#preview .verdicts")).to_contain_text("general-zh")
    expect(page.locator("#preview .verdicts > div").nth(1)).to_contain_text("Flagged")
    type_at_end(page, "hello: [", "")
    page.keyboard.press("Backspace")
    page.keyboard.type(", '/./']")
    expect(page.locator("#preview .verdicts > div").nth(1)).to_contain_text("Pass", timeout=15_000)
    expect(page.locator("#findings .warning")).to_contain_text("matches nearly everything")


def test_it_is_moved_on_with_a_reason_and_compared(look: Look, console: Console, draft: str) -> None:
    page = look(f"/rubrics/{draft}/edit")
    page.locator("#try").click()
    page.get_by_label("Why").fill("to be tried")
    page.get_by_role("dialog").get_by_role("button", name="Begin the trial").click()
    expect(page.locator("h1 .life")).to_have_text("Trial")
    expect(page.locator(".history li").last).to_contain_text("to be tried")
    assert console.store.rubric_version(SYSTEM, draft).state is Life.TRIAL
    page.locator("#compare-before").select_option(label="general-zh 1.2.0")
    page.get_by_role("button", name="Compare with").click()
    expect(page.locator(".compared h2").first).to_be_visible()
    console.store.move_rubric(SYSTEM, draft, Life.RETIRED, "the test is over")


@pytest.mark.parametrize(("lang", "width", "scheme"), [("zh", 1440, "light"), ("en", 390, "dark")])
def test_nothing_sticks_out_of_the_window(look: Look, draft: str, lang: str, width: int, scheme: str) -> None:
    paths = (f"/rubrics/{draft}/edit", f"/rubrics/{draft}", "/rubrics", "/rubrics/operators",
             f"/rubrics/compare?before=general-zh&after={draft}")  # fmt: skip
    page = look(paths[0], lang=lang, width=width, scheme=scheme)
    for path in paths:
        page.goto(page.url.split("/rubrics")[0] + path)
        page.wait_for_load_state("networkidle")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, path
