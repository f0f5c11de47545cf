"""A supervisor at the board: what happens appears by itself, is taken on by keyboard, and leads to the second."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from qa_engine.alerts import Facts
from qa_engine.domain import Evidence, ItemResult, Outcome, Role, Text
from qa_engine.risk.domain import Cause, Reason, Risk
from qa_engine.storage import SYSTEM
from qa_engine.storage.alerting import raise_alerts
from tests.browser.conftest import Console

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
SAID = Evidence(turn=1, start=4.0, end=6.0, quote="再不处理我就去投诉", role=Role.CUSTOMER)


def alarm(console: Console, name: str, *, major: bool = False) -> str:
    """A fatal item in that interaction, or a threat, which is major."""
    who = replace(SYSTEM, tenant="default")
    row, kept = console.store.interaction(who, console.ids[name]), console.store.scorecard(who, console.ids[name])
    assert kept is not None
    item = ItemResult(
        id="data_disclosure", title=Text("泄露信息", "Data disclosure"), outcome=Outcome.NOT_MET, points=None, max=0,
        confidence=0.9, reason=Text("念出了完整证件号。", "Read out a whole id number."), evidence=(SAID,), fatal=True,
    )  # fmt: skip
    reason = Reason(
        code=Cause.COMPLAINT, message=Text("客户威胁投诉", "The customer threatens to complain"), weight=1.0,
        evidence=(SAID,),
    )  # fmt: skip
    risk = Risk(probability=0.83, alarm=False, reasons=(reason,), after=1, version="test")
    card = replace(kept.scorecard, fatal=("data_disclosure",), items=(item,), band=None, flags=())
    facts = Facts(interaction=replace(row.interaction, started_at=None), received_at=row.received_at)
    facts = replace(facts, risk=risk) if major else replace(facts, card=card)
    with console.store.db.write() as connection:
        found = raise_alerts(connection, facts)
    return found[0]


def test_what_happens_appears_by_itself_and_is_seen_to_by_keyboard(look: Look, console: Console) -> None:
    page = look("/alerts", lang="zh")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    first = alarm(console, "refund")
    card = page.locator(f"#alert-{first}")
    expect(card).to_contain_text("触碰红线", timeout=5000)
    expect(card.locator(".due time")).to_have_text(re.compile(r"^(29|30):\d\d$"))
    expect(page.locator("#nav-alerts .badge")).to_have_text(re.compile(r"^\d+$"))
    page.locator(f"#alert-{first} a.open").focus()
    page.keyboard.press("a")
    expect(card).to_have_class(re.compile("is-acknowledged"))
    card.locator("a.open").focus()
    page.keyboard.press("r")
    page.get_by_label("误报").check()
    page.get_by_label("备注").fill("客户已核实身份")
    page.locator("#resolve-form .primary").click()
    expect(page.locator(f"#alert-{first}")).to_have_count(0)
    page.goto(f"{console.url}/alerts/{first}")
    expect(page.locator(".story li")).to_have_count(3)
    expect(page.locator(".story")).to_contain_text("客户已核实身份")


def test_j_and_k_walk_along_the_cards_and_the_quote_leads_to_its_second(look: Look, console: Console) -> None:
    alert = alarm(console, "refund", major=True)
    page = look("/alerts")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.closest('.alert-card').id")
    assert focused == f"alert-{alert}"
    page.locator(f"#alert-{alert} .listen").first.click()
    expect(page).to_have_url(re.compile(r"#turn-1,at=4$"))
    expect(page.locator("#now")).to_have_text("0:04")
    expect(page.locator("#turn-1")).to_have_class(re.compile("shown"))


def test_it_tells_that_the_connection_is_lost_and_comes_back(look: Look, console: Console) -> None:
    page = look("/alerts", expected="Failed to load resource")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.context.set_offline(False)
    expect(page.locator("#live")).to_have_attribute("data-state", "on", timeout=10_000)


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_the_window(look: Look, console: Console, width: int) -> None:
    page = look("/alerts", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_crisis_is_listened_to_handed_over_and_counted(look: Look, console: Console) -> None:
    page = look("/alerts/crisis")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    alert = alarm(console, "billing", major=True)
    card = page.locator(f"#alert-{alert}")
    expect(card.locator("header .due time")).to_have_text(re.compile(r"^(9|10):\d\d$"), timeout=5000)
    expect(card.locator(".rungs time").first).to_have_text(re.compile(r"^(9|10):\d\d$"))
    field = card.get_by_label("Assignee")
    field.fill("王")
    alarm(console, "chat", major=True)
    page.wait_for_timeout(600)
    expect(field).to_have_value("王")
    field.fill("王芳")
    page.keyboard.press("Enter")
    expect(card.locator(".assignee")).to_have_text("王芳")
    card.locator("a.open").focus()
    page.keyboard.press("a")
    expect(card).to_have_class(re.compile("is-acknowledged"))
    expect(page.locator("#figures td").nth(4)).to_contain_text("s")
    card.locator(".listen.first").click()
    expect(page).to_have_url(re.compile(r"#turn-1,at=4$"))


@pytest.mark.parametrize(("lang", "width", "scheme"), [("zh", 390, "dark"), ("en", 1440, "light")])
def test_the_crisis_fits_the_window(look: Look, lang: str, width: int, scheme: str) -> None:
    page = look("/alerts/crisis", lang=lang, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
