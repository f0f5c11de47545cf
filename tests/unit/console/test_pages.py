"""What the pages show of a seeded house, to whom, and that nothing said in it becomes markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.browser.scenes import HOSTILE
from tests.unit.console.conftest import House, csrf

Enter = Callable[..., TestClient]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Strict(HTMLParser):
    """Notes what a strict policy would block, what is not closed, ids used twice and references to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.refs: set[str] = set()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "style" or "style" in told or any(name.startswith("on") for name in told):
            self.wrong.append(f"inline style or handler in <{tag} {told}>")
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.wrong.append("inline script")
        if tag == "img" and "alt" not in told:
            self.wrong.append("picture without words")
        if told.get("id"):
            self.ids.append(told["id"] or "")
        for name in ("aria-labelledby", "aria-controls", "for", "list"):
            if told.get(name):
                self.refs.add(told[name] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


SEEN = ("refund", "clean", "billing", "chat", "xss", "failed", "working")
PAGES = [
    "/interactions",
    "/interactions?q=x",
    "/rubrics",
    "/queue",
    "/rubrics/general-zh",
    *(f"/interactions/{{{n}}}" for n in SEEN),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_formed_and_fit_for_a_strict_policy(
    enter: Enter, house: House, path: str, lang: str
) -> None:
    answer = enter(qae_language=lang).get(path.format(**house.ids))
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = Strict()
    page.feed(answer.text)
    assert page.wrong == [] and page.open == []
    assert len(page.ids) == len(set(page.ids)), "an id is used twice"
    assert page.refs - set(page.ids) == set(), "something points at nothing"
    assert page.tags.count("h1") == 1 and page.tags.count("main") == 1


def test_what_people_say_is_text_and_never_markup(lead: TestClient, house: House) -> None:
    for path in ("/interactions", f"/interactions/{house.ids['xss']}", "/interactions?q=" + HOSTILE):
        html = lead.get(path).text
        assert "<script>document" not in html and "<svg onload" not in html and "<b>bold" not in html
        assert "&lt;script&gt;document.title=" in html
    assert "{{ 7*7 }} ${7*7}" in lead.get(f"/interactions/{house.ids['xss']}").text


def test_the_scripts_data_cannot_end_its_own_element(lead: TestClient, house: House) -> None:
    html = lead.get(f"/interactions/{house.ids['xss']}").text
    blocks = re.findall(r'<script type="application/json" id="replay-data">(.*?)</script>', html, re.S)
    assert len(blocks) == 1 and "<" not in blocks[0]
    assert json.loads(blocks[0])["marks"][0]["quote"].startswith("</script><script>")


def test_the_list_shows_what_a_lead_needs_at_a_glance(lead: TestClient, house: House) -> None:
    html = lead.get("/interactions").text
    row = html[html.index(f'id="row-{house.ids["refund"]}"') :].split("</tr>")[0]
    for told in (
        "C-20261121-8842",
        "A017 林晓",
        "售后一组",
        "华信外包",
        "1:0",
        "不合格",
        "违规承诺",
        "待人工判定",
        "T-20931",
    ):
        assert told in row, told
    working = html[html.index(f'id="row-{house.ids["working"]}"') :].split("</tr>")[0]
    assert "42%" in working and "语音识别" in working
    assert "there is no sound in it" in html


@pytest.mark.parametrize(
    ("query", "names"),
    [("band=pass", {"clean", "xss"}), ("fatal=1", {"refund"}), ("state=failed", {"failed"}), ("q=8842", {"refund"}),
     ("kind=chat&band=coach", {"chat"}), ("review=1", {"refund", "chat"}), ("agent=M.+Alvarez", {"billing"}),
     ("from=2020-01-01&to=2020-01-02", set()), ("flag=customer_at_risk", {"refund"})],
)  # fmt: skip
def test_filters_narrow_the_list(lead: TestClient, house: House, query: str, names: set[str]) -> None:
    html = lead.get(f"/interactions?{query}").text
    shown = set(re.findall(r'id="row-(\w+)"', html))
    assert shown == {house.ids[name] for name in names}


def test_a_filter_that_finds_nothing_says_how_to_go_on(lead: TestClient) -> None:
    html = lead.get("/interactions?q=zzz").text
    assert "没有符合条件的会话" in html and "清除全部" in html


def test_a_place_in_a_list_that_is_gone_leads_to_its_beginning(lead: TestClient) -> None:
    answer = lead.get("/interactions?after=broken&band=pass")
    assert (answer.status_code, answer.headers["location"]) == (303, "/interactions?band=pass")


def test_the_interaction_page_explains_every_point(lead: TestClient, house: House) -> None:
    html = lead.get(f"/interactions/{house.ids['refund']}").text
    item = html[html.index('id="item-dispute_handling"') :].split('</li>\n  <li class="item')[0]
    for told in (
        "纠纷处理",
        "未达标",
        "<b>0</b><small>/8</small>",
        "把责任推给银行",
        "88%",
        "这个不归我们管",
        'data-turn="6"',
    ):
        assert told in item, told
    assert html.count('class="item ') == 19
    assert "请人工复核；未扣分" in html
    assert 'class="unsure"' in html and ">四七二九</u>" in html
    assert re.search(r"静默 1\d(\.\d)? 秒 · 应由客服说话", html)
    assert f'src="/v1/interactions/{house.ids["refund"]}/audio"' in html


def test_a_chat_keeps_recalls_pictures_and_automatic_messages_apart(lead: TestClient, house: House) -> None:
    html = lead.get(f"/interactions/{house.ids['chat']}").text
    assert "撤回了一条消息" in html and "图片" in html and "自动消息" in html and "等待 2 分 54 秒" in html
    assert "<audio" not in html


def test_notices_are_told_in_the_visitors_language(enter: Enter, house: House) -> None:
    page = f"/interactions/{house.ids['billing']}"
    assert "Mono recording: the roles were told" in enter(qae_language="en").get(page).text
    assert "单声道录音" in enter(qae_language="zh").get(page).text


def test_a_failure_tells_what_where_and_how_to_mend_it(lead: TestClient, house: House) -> None:
    html = lead.get(f"/interactions/{house.ids['failed']}").text
    assert "there is no sound in it" in html and "send the recording itself" in html and "重新处理" in html


def test_a_waiting_page_asks_on_and_loads_anew_when_it_is_done(lead: TestClient, house: House) -> None:
    working = lead.get(f"/interactions/{house.ids['working']}/waiting")
    assert "42%" in working.text and "<html" not in working.text
    done = lead.get(f"/interactions/{house.ids['clean']}/waiting")
    assert (done.status_code, done.headers["hx-refresh"]) == (204, "true")


def test_a_supervisor_sees_the_own_team_and_may_not_write(enter: Enter, house: House) -> None:
    reader = enter("reader")
    html = reader.get("/interactions").text
    shown = set(re.findall(r'id="row-(\w+)"', html))
    assert shown == {house.ids[name] for name in ("refund", "clean", "failed", "queued", "working")}
    assert 'id="upload"' not in html
    assert reader.get(f"/interactions/{house.ids['billing']}").status_code == 404
    failed = reader.get(f"/interactions/{house.ids['failed']}").text
    assert "重新处理" not in failed
    answer = reader.post(f"/interactions/{house.ids['failed']}/release", data={"csrf": csrf(html)})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/interactions/nope", "/rubrics/nope", "/nope", "/static/nope.css"])
def test_what_is_not_there_is_a_page_with_a_way_back(lead: TestClient, path: str) -> None:
    answer = lead.get(path)
    assert answer.status_code == 404 and "未找到" in answer.text and 'href="/interactions"' in answer.text


def test_the_rubric_page_shows_items_points_and_thresholds(enter: Enter) -> None:
    html = enter(qae_language="en").get("/rubrics/general-zh").text
    assert html.count('class="card rubric-item') == 19
    for told in ("85 and above", "Improper promise", "rate_high", "260", "improper_promise", "100 points"):
        assert told in html, told


def test_pages_are_not_kept_by_browsers(lead: TestClient) -> None:
    assert lead.get("/interactions").headers["cache-control"] == "no-store"


def test_released_work_is_queued_again(lead: TestClient, house: House) -> None:
    page = f"/interactions/{house.ids['failed']}"
    answer = lead.post(f"{page}/release", data={"csrf": csrf(lead.get(page).text)})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "正在质检" in lead.get(page).text


def test_a_search_shows_where_its_words_were_said(lead: TestClient) -> None:
    page = lead.get("/interactions", params={"q": "您"}).text
    assert 'class="said"' in page and "<mark>您</mark>" in page
    assert "<mark>" not in lead.get("/interactions").text
