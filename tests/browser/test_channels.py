"""An administrator sets up a robot in a real browser, and a trial message reaches a robot that checks its signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from qa_engine.storage import SYSTEM
from tests.browser.conftest import Console

pytestmark = pytest.mark.browser
Look = Callable[..., Page]
SECRET = "SEC-of-the-robot"


@dataclass
class Robot:
    """A DingTalk robot on the loopback: it takes what is signed by SECRET, and says so in its own words if not."""

    port: int = 0
    heard: list[str] = field(default_factory=list)

    def answer(self, path: str, body: bytes) -> bytes:
        asked = parse_qs(urlsplit(path).query)
        told = asked.get("timestamp", [""])[0]
        digest = hmac.new(SECRET.encode(), f"{told}\n{SECRET}".encode(), hashlib.sha256).digest()
        if asked.get("sign", [""])[0] != base64.b64encode(digest).decode():
            return b'{"errcode":310000,"errmsg":"sign not match"}'
        self.heard.append(json.loads(body)["markdown"]["title"])
        return b'{"errcode":0,"errmsg":"ok"}'


@pytest.fixture
def robot() -> Iterator[Robot]:
    made = Robot()

    class Visit(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = made.answer(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _empty(console: Console) -> Iterator[None]:
    yield
    for channel in console.store.channels(SYSTEM):
        console.store.delete_channel(SYSTEM, channel.id)


def test_a_robot_is_added_tried_mended_and_switched_off(look: Look, console: Console, robot: Robot) -> None:
    page = look("/alerts/channels", lang="zh", session=console.boss)
    expect(page.get_by_role("heading", name="还没有通知渠道")).to_be_visible()
    page.get_by_role("link", name="添加渠道").first.click()
    page.get_by_role("link", name="钉钉群机器人").click()
    page.get_by_label("名称").fill("值班群")
    page.get_by_label("地址").fill(f"http://127.0.0.1:{robot.port}/robot/send?access_token=T0KEN9f3a")
    page.get_by_label("加签密钥").fill("a wrong secret")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("heading", name="值班群")).to_be_visible()
    page.get_by_role("button", name="发送测试消息").click()
    expect(page.locator("#answer")).to_contain_text("answered 310000: sign not match")
    page.get_by_label("加签密钥").first.fill(SECRET)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="发送测试消息").click()
    expect(page.locator("#answer")).to_contain_text("对方已接收")
    assert robot.heard == ["质检预警：通道测试"]
    expect(page.locator(".tries li")).to_have_count(2)
    page.get_by_role("button", name="停用").click()
    expect(page.locator("h1 .standing")).to_have_text("已停用")
    page.get_by_role("button", name="启用").click()
    expect(page.locator("h1 .standing")).to_have_text("正常")
    assert "T0KEN" not in page.content() and SECRET not in page.content()
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page).to_have_url(f"{console.url}/alerts/channels")


def test_what_cannot_be_used_is_told_beside_its_field(look: Look, console: Console) -> None:
    page = look("/alerts/channels/new?kind=wecom", session=console.boss, expected="422")
    page.get_by_label("Name", exact=True).fill("outside")
    page.get_by_label("URL").fill("https://10.0.0.1/hook")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#wrong")).to_contain_text("This address cannot be used")
    expect(page.get_by_label("Name", exact=True)).to_have_value("outside")
    assert page.get_by_label("URL").get_attribute("aria-invalid") == "true"


def test_a_webhook_shows_its_secret_once(look: Look, console: Console) -> None:
    page = look("/alerts/webhooks/new", session=console.boss)
    page.get_by_label("URL").fill("https://hooks.example.com/qa")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#secret")).to_contain_text("whsec_")
    [webhook] = console.store.webhooks(SYSTEM)
    page.goto(f"{console.url}/alerts/webhooks/{webhook.id}")
    expect(page.get_by_text("https://hooks.example.com/qa").first).to_be_visible()
    assert "whsec_" not in page.content()
    console.store.delete_webhook(SYSTEM, webhook.id)


@pytest.mark.parametrize(("lang", "width", "scheme"), [("zh", 1440, "light"), ("en", 390, "dark")])
def test_nothing_sticks_out_of_the_window(look: Look, console: Console, lang: str, width: int, scheme: str) -> None:
    page = look("/alerts/channels", lang=lang, width=width, scheme=scheme, session=console.boss)
    for path in ("/alerts/channels", "/alerts/channels/new?kind=feishu", "/alerts/webhooks/new"):
        page.goto(console.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
