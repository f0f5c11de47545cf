"""The pages of the ways out: administrators add, change, try and switch off; what is secret is never shown again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.console.view.channels import KINDS
from api.lent import Lent
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from qa_engine.storage.alert_channels import ChannelKind, NewChannel
from qa_engine.storage.letters import Try
from tests.browser.seed import PASSWORD, open_store
from tests.unit.console.conftest import PAGE, House, csrf

Enter = Callable[..., TestClient]
URL = "https://oapi.dingtalk.com/robot/send?access_token=T0KEN9f3a"
ROBOT = {"kind": "dingtalk", "name": "值班群", "address": URL, "secret": "s3cret-s3cret", "groups": "duty, lead"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, store = open_store(Path(tmp_path_factory.mktemp("channels")))
    for name, role in (("boss", UserRole.ADMIN), ("lead", UserRole.QA_LEAD)):
        store.create_user(SYSTEM, name, PASSWORD, role)
    lent = Lent(
        send=lambda envelope: None if envelope.name == "值班群" else "answered 93000: <invalid> url",
        post=lambda _letter: Try(status=410, error="answered 410"),
    )
    yield House(create_app(settings, store, lent=lent), store, {})
    store.close()


@pytest.fixture(scope="module")
def enter(house: House) -> Enter:
    sessions = {name: house.store.log_in(name, PASSWORD, "127.0.0.1")[0] for name in ("boss", "lead")}
    return lambda name="boss", lang="zh": TestClient(
        house.app, headers=PAGE, follow_redirects=False,
        cookies={"qae_session": sessions[name], "qae_language": lang},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _empty(house: House) -> None:
    for channel in house.store.channels(SYSTEM):
        house.store.delete_channel(SYSTEM, channel.id)


def post(browser: TestClient, path: str, **form: Any) -> Any:
    return browser.post(path, data={"csrf": csrf(browser.get("/alerts/channels").text), **form})


def made(house: House, name: str = "值班群") -> str:
    channel = NewChannel(name=name, kind=ChannelKind.DINGTALK, address=URL, secret="s3cret-s3cret")
    return f"/alerts/channels/{house.store.create_channel(SYSTEM, channel).id}"


def test_before_the_first_it_says_what_that_means(enter: Enter) -> None:
    assert "还没有通知渠道" in enter().get("/alerts/channels").text
    assert "No channels yet" in enter(lang="en").get("/alerts/channels").text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_form(enter: Enter, kind: str, lang: str) -> None:
    path = "/alerts/webhooks/new" if kind == "webhook" else f"/alerts/channels/new?kind={kind}"
    html = enter(lang=lang).get(path).text
    assert html.count("aria-current") == 2, "one place in the frame, one kind"
    assert ('name="secret"' in html) == (kind in ("feishu", "dingtalk"))


def test_one_is_added_and_never_tells_its_secrets(house: House, enter: Enter) -> None:
    answer = post(enter(), "/alerts/channels", **ROBOT)
    assert answer.status_code == 303
    pages = [enter().get(path).text for path in (answer.headers["location"], "/alerts/channels")]
    assert all("值班群" in html and "9f3a" in html for html in pages)
    assert not any("T0KEN" in html or "s3cret" in html for html in pages)
    [channel] = house.store.channels(SYSTEM)
    assert channel.groups == ("duty", "lead") and channel.signed


@pytest.mark.parametrize(
    ("wrong", "status", "told"),
    [
        ({"address": "http://10.0.0.1/"}, 422, "地址无法使用"),
        ({"groups": "Nobody!"}, 422, "通知组写法有误"),
        ({"name": " "}, 422, "名称无法使用"),
        ({"name": "值班群"}, 409, "名称无法使用"),
    ],
)
def test_what_cannot_be_used_is_told_and_what_was_typed_stays(
    house: House, enter: Enter, wrong: dict[str, str], status: int, told: str
) -> None:
    made(house)
    answer = post(enter(), "/alerts/channels", **{**ROBOT, "name": "另一个群", "team": "T<7>", **wrong})
    assert answer.status_code == status and told in answer.text
    assert 'value="T&lt;7&gt;"' in answer.text and 'aria-invalid="true"' in answer.text
    assert "s3cret" not in answer.text
    assert len(house.store.channels(SYSTEM)) == 1


def test_it_is_changed_and_keeps_what_was_not_typed(house: House, enter: Enter) -> None:
    path = made(house)
    answer = post(enter(), path, name="改名", address="", secret="", groups="duty", least="major", language="en")
    assert answer.status_code == 303
    [channel] = house.store.channels(SYSTEM)
    assert (channel.name, channel.least, channel.signed, channel.address[-4:]) == ("改名", "major", True, "9f3a")
    post(enter(), path, name="改名", groups="duty", drop_secret="true")
    assert not house.store.channels(SYSTEM)[0].signed


@pytest.mark.parametrize(
    ("name", "told"), [("值班群", "对方已接收"), ("别的群", "answered 93000: &lt;invalid&gt; url")]
)
def test_a_trial_shows_the_answer_itself(house: House, enter: Enter, name: str, told: str) -> None:
    path = made(house, name)
    tried = post(enter(), f"{path}/test").headers["location"]
    html = enter().get(tried).text
    found = re.search(r'id="answer">(.*?)</p>', html, re.DOTALL)
    assert found and told in found[1]
    assert html.count("<li class=") == 1 and 'id="answer"' not in enter().get(path).text


def test_it_is_switched_off_on_and_removed(house: House, enter: Enter) -> None:
    path = made(house)
    assert post(enter(), f"{path}/disable").status_code == 303
    assert "boss 停用了这条渠道" in enter().get(path).text
    post(enter(), f"{path}/enable")
    assert "停用了这条渠道" not in enter().get(path).text
    assert post(enter(), f"{path}/remove").headers["location"] == "/alerts/channels"
    assert enter().get(path).status_code == 404


def test_a_webhook_shows_its_secret_once_and_its_trial(house: House, enter: Enter) -> None:
    answer = post(enter(), "/alerts/webhooks", url="https://hooks.example.com/qa", events=["alert.raised"])
    secret = re.search(r"whsec_[\w+/=]+", answer.text)
    assert answer.status_code == 200 and secret
    [webhook] = house.store.webhooks(SYSTEM)
    path = f"/alerts/webhooks/{webhook.id}"
    assert secret[0] not in enter().get(path).text
    assert "answered 410" in post(enter(), f"{path}/test").text
    post(enter(), f"{path}/disable")
    assert "boss 停用了这条渠道" in enter().get(path).text
    assert post(enter(), "/alerts/webhooks", url="https://hooks.example.com/qa").status_code == 422
    assert post(enter(), f"{path}/remove").status_code == 303


PATHS = ["/alerts/channels", "/alerts/channels/new", "/alerts/webhooks/new"]


@pytest.mark.parametrize("path", PATHS)
def test_they_are_for_administrators(house: House, enter: Enter, path: str) -> None:
    assert enter("lead").get(path).status_code == 403
    assert 'href="/alerts/channels"' not in enter("lead").get("/alerts").text
    assert enter("lead").get(made(house)).status_code == 403


@pytest.mark.parametrize("act", ["", "/test", "/disable", "/enable", "/remove"])
def test_nothing_is_done_without_the_form_of_this_session(house: House, enter: Enter, act: str) -> None:
    path = made(house)
    assert enter().post(f"{path}{act}", data={"csrf": "x", "name": "x"}).status_code == 403
    assert [channel.name for channel in house.store.channels(SYSTEM)] == ["值班群"]
