"""A lead's day in a real browser: log in, find, listen, jump to evidence, upload; in both languages and on a phone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qa_engine.domain import Kind
from qa_engine.storage import SYSTEM, Failure, Incoming
from tests.browser.conftest import Console
from tests.browser.scenes import CLEAN
from tests.browser.seed import PASSWORD, claim, speak, transcript_of
from tests.browser.sound import recording, wav

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
TRUNCATED = Failure(code="bad_audio", message="the file is truncated", where="live.wav", mend="send it again")


def until(page: Page, what: str, seconds: float = 10.0) -> None:
    """Waits for a condition without asking the page to eval, which its policy forbids."""
    for _ in range(round(seconds * 10)):
        if page.evaluate(what):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {what}")


def test_a_lead_logs_in_and_comes_back_to_the_page_asked_for(look: Look, console: Console) -> None:
    page = look(console.at("clean"), visitor=True)
    expect(page).to_have_url(re.compile("/login"))
    page.keyboard.type("lead")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(console.at("clean"))
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))


def test_the_language_switches_in_place(look: Look) -> None:
    page = look("/interactions?band=pass")
    expect(page.locator("h1")).to_have_text("Interactions")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("会话")
    expect(page).to_have_url(re.compile("band=pass"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Interactions")


def test_a_press_on_the_curve_of_emotion_goes_to_that_moment(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    box = page.locator(".mood .curve").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    until(page, "Math.abs(document.getElementById('audio').currentTime - 32) < 3")
    rose = page.locator(".turning.rose.customer").first
    rose.click()
    expect(page.locator(f"#turn-{rose.get_attribute('data-turn')}")).to_have_class(re.compile("shown"))
    page.locator("#closer").click()
    assert page.locator(".mood .curve").get_attribute("viewBox") != "0 0 1000 100"


def test_a_reason_of_the_risk_leads_to_its_words(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    page.locator("#risk .quote").click()
    expect(page.locator("#turn-9")).to_have_class(re.compile("shown"))
    expect(page.locator("#turn-9 .feeling")).to_have_text(re.compile("Agitated|激动", re.IGNORECASE))


def test_an_open_chat_shows_new_messages_by_itself(look: Look, console: Console) -> None:
    page = look(console.at("open"))
    expect(page.locator(".turn")).to_have_count(3)
    speak(console.store, console.ids["open"], "agent", "马上为您安排")
    expect(page.locator(".turn")).to_have_count(4)


def test_the_list_is_walked_by_keyboard_and_walked_on_from_inside(look: Look, console: Console) -> None:
    page = look("/interactions?q=2026")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.evaluate("document.activeElement.id")
    assert focused == page.locator("#rows a.open").first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(focused.removeprefix("open-")))
    expect(page.locator("#walk-at")).to_have_text(re.compile(r"1/\d"))
    page.keyboard.press("j")
    expect(page.locator("#walk-at")).to_have_text(re.compile(r"2/\d"))
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile(r"/interactions\?q=2026"))
    page.keyboard.press("/")
    page.keyboard.type("8842")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_choice_filters_at_once_and_its_chip_takes_it_back(look: Look) -> None:
    page = look("/interactions")
    page.locator("select[name=band]").select_option("flagged")
    expect(page).to_have_url(re.compile(r"/interactions\?band=flagged$"))
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Result: Flagged").click()
    expect(page).to_have_url(re.compile("/interactions$"))


def test_older_pages_are_turned_to_without_a_gap(look: Look) -> None:
    page = look("/interactions")
    first = page.locator("#rows a.open").evaluate_all("all => all.map(a => a.id)")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newest", exact=True)).to_be_visible()
    second = page.locator("#rows a.open").evaluate_all("all => all.map(a => a.id)")
    assert len(first) == 50 and len(second) >= 10 and not set(first) & set(second)


def test_evidence_jumps_to_its_second_and_its_words(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    page.locator("#item-improper_promise .quote").click()
    turn = page.locator("#turn-8")
    expect(turn).to_have_class(re.compile("shown"))
    expect(turn).to_be_in_viewport()
    assert page.evaluate("document.getElementById('audio').currentTime") == pytest.approx(44, abs=2.5)
    marked = page.evaluate("[...CSS.highlights.get('evidence')].map(range => range.toString())")
    assert marked == ["我保证您今天一定到账，百分百没问题"]
    page.keyboard.press("]")
    expect(page.locator("#marks button.here")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollTop") == 0, "the page itself stays where it is"


def test_the_call_plays_and_the_words_follow(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    until(page, "document.getElementById('audio').readyState >= 2")
    page.locator("#turn-6 button.at").click()
    until(page, "document.getElementById('audio').currentTime > 36.5")
    expect(page.locator("#turn-6")).to_have_class(re.compile("playing"))
    page.keyboard.press(" ")
    until(page, "document.getElementById('audio').paused")
    before = page.evaluate("document.getElementById('audio').currentTime")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.getElementById('audio').currentTime") == pytest.approx(before - 5, abs=0.6)
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.getElementById('audio').playbackRate") == 1.25
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == page.locator("#now").inner_text()


@pytest.mark.parametrize("name", ["refund", "billing"])
def test_both_lanes_are_drawn_in_their_speakers_colour(look: Look, console: Console, name: str) -> None:
    page = look(console.at(name))
    page.wait_for_timeout(300)
    inked = page.evaluate(
        """() => { const c = document.getElementById('lanes'), p = c.getContext('2d');
        const ruler = 16 * c.height / c.clientHeight, half = (c.height - ruler) / 2;
        const d = p.getImageData(0, 0, c.width, c.height).data, line = c.width * 4;
        const seen = (y, h) => { let cool = 0, warm = 0;
          for (let i = Math.round(y) * line; i < Math.round(y + h) * line; i += 4)
            if (d[i + 3] > 60 && Math.abs(d[i] - d[i + 2]) > 40)
            d[i] > d[i + 2] ? warm++ : cool++;
          return [cool, warm]; };
        return [seen(ruler, half - 6), seen(ruler + half + 6, half - 6)]; }"""
    )
    (agent_cool, agent_warm), (customer_cool, customer_warm) = inked
    assert agent_cool > 1000 and agent_cool > 20 * agent_warm
    assert customer_warm > 1000 and customer_warm > 20 * customer_cool


def test_zooming_in_spreads_the_marks_and_out_brings_them_back(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    page.wait_for_timeout(300)
    seen = "[...document.querySelectorAll('#marks button:not([hidden])')].length"
    everything = page.evaluate(seen)
    for _ in range(4):
        page.keyboard.press("+")
    assert page.evaluate(seen) < everything
    for _ in range(4):
        page.keyboard.press("-")
    assert page.evaluate(seen) == everything


def test_the_scorecard_shows_only_what_waits_for_a_person(look: Look, console: Console) -> None:
    page = look(console.at("refund"))
    page.get_by_text("For a person 2").click()
    expect(page.locator(".item:visible")).to_have_count(2)
    page.locator("#turn-6 a.mark").first.click()
    expect(page.locator("#item-dispute_handling")).to_be_in_viewport()


def test_what_was_said_never_runs(look: Look, console: Console) -> None:
    for address in (console.at("xss"), "/interactions", "/interactions?q=<script>document.title='owned'</script>"):
        page = look(address)
        page.wait_for_timeout(200)
        assert "owned" not in page.title().replace("document.title='owned'", "")
        assert page.locator("main img, main svg[onload], main script:not([type])").count() == 0


def test_a_running_row_moves_by_itself_until_it_is_done(look: Look, console: Console) -> None:
    sound = wav(recording(transcript_of(CLEAN).turns, 36.0))
    sha256, size = console.store.blobs.put(io.BytesIO(sound))
    incoming = Incoming(kind=Kind.CALL, source="live.wav", content_sha256=sha256, size=size, media_type="audio/wav")
    row = console.store.accept(SYSTEM, incoming).interaction
    page = look("/interactions?q=live.wav")
    cell = page.locator(f"#row-{row.id} .score-cell")
    expect(cell).to_contain_text("Queued")
    stuck = page.locator(".tile.stuck b")
    before = int(stuck.inner_text())
    page.locator("#rows a.open").focus()
    lease = claim(console.store, row)
    console.store.jobs.renew(lease, "transcribe", 0.37)
    expect(cell).to_contain_text("37%", timeout=8000)
    assert page.evaluate("document.activeElement.id") == f"open-{row.id}", "the focus outlives the refresh"
    waiting = look(f"/interactions/{row.id}")
    expect(waiting.locator("#waiting")).to_contain_text("37%")
    console.store.jobs.fail(lease, TRUNCATED, retry=False)
    expect(waiting.get_by_role("alert").filter(has_text="truncated")).to_be_visible(timeout=8000)
    expect(cell).to_contain_text("Failed", timeout=8000)
    expect(stuck).to_have_text(str(before + 1))


def test_a_session_that_ends_leads_to_the_login_and_not_to_an_empty_list(look: Look, console: Console) -> None:
    session = console.store.log_in("lead", PASSWORD, "127.0.0.1")[0]
    page = look("/interactions?band=pass", session=session, expected="401")
    console.store.log_out(session)
    page.evaluate("htmx.trigger('#poll', 'refresh')")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Finteractions%3Fband%3Dpass"))


def test_files_are_dropped_and_land_in_the_list(look: Look, console: Console) -> None:
    page = look("/interactions")
    sound = wav(recording(transcript_of(CLEAN).turns[:2], 9.0))
    chat = b'{"messages":[{"role":"customer","text":"hello"},{"role":"agent","text":"hi, how may I help you?"}]}'
    page.keyboard.press("u")
    page.locator("#upload-files").set_input_files(
        [
            {"name": "dropped.wav", "mimeType": "audio/wav", "buffer": sound},
            {"name": "dropped.json", "mimeType": "application/json", "buffer": chat},
        ]
    )
    page.locator("#upload-form [name=team]").fill("售后一组")
    page.locator("#upload-go").click()
    expect(page.locator("#upload-list .ok")).to_have_count(2, timeout=15000)
    expect(page.locator("#rows")).to_contain_text("dropped.wav", timeout=8000)
    row = next(r for r in console.store.interactions(SYSTEM).rows if r.interaction.source == "dropped.wav")
    assert row.interaction.team == "售后一组"


def test_a_refused_file_says_why_and_what_to_do(look: Look) -> None:
    page = look("/interactions", expected="422")
    page.get_by_role("button", name="Upload").first.click()
    empty = {"name": "empty.wav", "mimeType": "audio/wav", "buffer": b""}
    with page.expect_response("**/v1/interactions"):
        page.locator("#upload-files").set_input_files([empty])
        page.locator("#upload-go").click()
    expect(page.locator("#upload-list .problem")).to_contain_text("the file is empty")


PAGES = ("login", "interactions", "refund", "chat", "failed", "working", "rubrics", "rubrics/general-zh")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_is_wider_than_its_screen(look: Look, console: Console, name: str, width: int) -> None:
    path = console.at(name) if name in console.ids else f"/{name}"
    page = look(path, width=width, height=844, visitor=name == "login")
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_panes_are_tabs_and_evidence_leads_to_the_words(look: Look, console: Console) -> None:
    page = look(console.at("refund"), width=390, height=844)
    expect(page.locator("#scorecard")).to_be_hidden()
    page.get_by_role("button", name="Scorecard").click()
    expect(page.locator("#scorecard")).to_be_visible()
    page.locator("#item-improper_promise .quote").click()
    expect(page.locator("#turn-8")).to_be_in_viewport()


@pytest.mark.parametrize("name", ["login", "interactions", "refund", "rubrics"])
def test_everything_that_can_be_pressed_has_a_name(look: Look, console: Console, name: str) -> None:
    path = console.at(name) if name in console.ids else f"/{name}"
    page = look(path, visitor=name == "login")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select')].filter(e =>
        e.offsetParent && !(e.textContent.trim() || e.title || e.getAttribute('aria-label') || e.labels?.length))
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def test_it_is_dark_where_the_visitor_wants_it_dark(look: Look) -> None:
    page = look("/interactions", scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(231, 236, 240)"


def test_the_summary_tile_is_a_filter(look: Look, console: Console) -> None:
    page = look("/interactions")
    page.locator(".tile.flagged").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.locator(".tile.flagged")).to_have_attribute("aria-current", "true")
