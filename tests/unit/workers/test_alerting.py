"""Alerts leave by robots in the form, with the signature and within the pace that their makers ask for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from qa_engine.alerts import Facts, Grade
from qa_engine.errors import BadInput, Conflict, Forbidden
from qa_engine.storage import SYSTEM, Queue, Stage, Store
from qa_engine.storage.alert_channels import Channel, ChannelKind, NewChannel
from qa_engine.storage.alerting import raise_alerts
from tests.unit.alerts.cast import card, item, risk
from tests.unit.storage.cast import LEAD, take_chat
from tests.unit.storage.conftest import Clock, time
from tests.unit.workers.world import Answering, Site, World, ok, small_world
from workers.alerting import SendAlerts, send
from workers.station import Station

__all__ = ["time"]
HOSTS = {
    ChannelKind.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K3Y",
    ChannelKind.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/T0KEN",
    ChannelKind.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=T0KEN",
}
ROBOTS = list(HOSTS)
TAKEN = {
    ChannelKind.WECOM: b'{"errcode":0,"errmsg":"ok"}',
    ChannelKind.FEISHU: b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
    ChannelKind.DINGTALK: b'{"errcode":0,"errmsg":"ok"}',
}


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


def robot(world: World, kind: ChannelKind, answering: Answering | None = None) -> Site:
    return world.site(answering or ok(TAKEN[kind]), urlsplit(HOSTS[kind]).hostname or "")


def channel(store: Store, kind: ChannelKind, **told: Any) -> Channel:
    return store.create_channel(SYSTEM, NewChannel(**{"name": kind, "kind": kind, "address": HOSTS[kind], **told}))


def station(store: Store, world: World) -> Station:
    outside = world.outside()
    stages = {Stage.DELIVER: SendAlerts(lambda _: outside)}
    return Station(store, lambda: pytest.fail("no models are wanted"), stages=stages)


def work_all(at: Station) -> int:
    done = 0
    while at.work_next(Queue.DELIVER):
        done += 1
    return done


def known(store: Store, n: int = 0, **told: Any) -> Facts:
    told = {"team": "T1", "agent": f"A{n}", "customer_ref": f"K{n}", "external_id": str(n), **told}
    row = store.interaction(SYSTEM, take_chat(store, **told).interaction.id)
    return Facts(interaction=row.interaction, received_at=row.received_at)


def raised(store: Store, facts: Facts) -> str:
    with store.db.write() as connection:
        [alert_id] = raise_alerts(connection, facts)
    return alert_id


def redline(store: Store, n: int = 0, **told: Any) -> str:
    return raised(store, replace(known(store, n, **told), card=card(75.0, item())))


def threat(store: Store, n: int = 0) -> str:
    """A major one."""
    return raised(store, replace(known(store, n), risk=risk(alarm=False)))


def bodies(site: Site) -> Sequence[dict[str, Any]]:
    return [json.loads(visit.body) for visit in site.seen]


def text_of(body: dict[str, Any]) -> str:
    """What people read of it, whatever the robot."""
    return json.dumps(body, ensure_ascii=False)


def test_wecom_gets_markdown_of_at_most_4096_bytes(store: Store, world: World) -> None:
    site = robot(world, ChannelKind.WECOM)
    channel(store, ChannelKind.WECOM, quotes=True)
    redline(store)
    work_all(station(store, world))
    [visit] = site.seen
    assert (visit.command, visit.path) == ("POST", "/cgi-bin/webhook/send?key=K3Y")
    assert visit.headers["content-type"].startswith("application/json")
    body = json.loads(visit.body)
    assert body["msgtype"] == "markdown" and set(body) == {"msgtype", "markdown"}
    content = body["markdown"]["content"]
    assert content.startswith('### <font color="warning">【严重】触碰红线</font>')
    assert "把您的身份证号念一下" in content and "0:12 客服" in content and "A0" in content
    assert len(content.encode()) <= 4096


def test_feishu_gets_a_card_signed_in_the_body(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.FEISHU)
    channel(store, ChannelKind.FEISHU, secret="s3cret", language="en")
    threat(store)
    work_all(station(store, world))
    [body] = bodies(site)
    assert body["timestamp"] == str(int(time.moment.timestamp()))
    key = f"{body['timestamp']}\ns3cret".encode()
    assert body["sign"] == base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
    assert body["msg_type"] == "interactive"
    head = body["card"]["header"]
    assert head["template"] == "red" and head["title"]["tag"] == "plain_text"
    assert head["title"]["content"] == "[Major] Customer threatens to complain or to leave"
    [words] = [part for part in body["card"]["elements"] if part["tag"] == "div"]
    assert words["text"]["tag"] == "lark_md" and "Risk 80%" in words["text"]["content"]
    assert len(site.seen[0].body) <= 20 * 1024


def test_dingtalk_gets_markdown_signed_in_the_query(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.DINGTALK)
    channel(store, ChannelKind.DINGTALK, secret="SECs3cret")
    redline(store)
    work_all(station(store, world))
    [visit] = site.seen
    asked = parse_qs(urlsplit(visit.path).query)
    stamp = asked["timestamp"][0]
    assert asked["access_token"] == ["T0KEN"] and int(stamp) == int(time.moment.timestamp() * 1000)
    digest = hmac.new(b"SECs3cret", f"{stamp}\nSECs3cret".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(digest).decode()]
    body = json.loads(visit.body)
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"] == "【严重】触碰红线" and "触碰红线" in body["markdown"]["text"]


@pytest.mark.parametrize("kind", ROBOTS)
def test_words_of_the_conversation_leave_only_where_that_is_allowed_and_never_numbers(
    store: Store, world: World, kind: ChannelKind
) -> None:
    site = robot(world, kind)
    channel(store, kind)
    redline(store, agent="13812345678")
    work_all(station(store, world))
    assert "身份证号念一下" not in text_of(bodies(site)[0])
    assert "13812345678" not in text_of(bodies(site)[0])


@pytest.mark.parametrize("kind", ROBOTS)
def test_what_is_said_cannot_pose_as_markup(store: Store, world: World, kind: ChannelKind) -> None:
    site = robot(world, kind)
    channel(store, kind)
    redline(store, agent="[点我](https://evil.example)<at user_id=all></at>")
    work_all(station(store, world))
    told = text_of(bodies(site)[0])
    assert "[点我]" not in told and "<at" not in told


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_burst_stays_within_the_pace_and_nothing_of_it_is_lost(
    store: Store, world: World, time: Clock, kind: ChannelKind
) -> None:
    most = {ChannelKind.WECOM: 20, ChannelKind.DINGTALK: 20, ChannelKind.FEISHU: 100}[kind]
    at_once = {ChannelKind.FEISHU: 5}.get(kind, most)
    site, moments = robot(world, kind), []
    site.server.RequestHandlerClass.answering = staticmethod(  # type: ignore[attr-defined]
        lambda visit: (moments.append(time.moment), visit.say(200, TAKEN[kind]))[0]
    )
    channel(store, kind)
    made = {redline(store, n) for n in range(30)}
    at = station(store, world)
    assert work_all(at) <= at_once + 1
    for _ in range(20):
        time.forward(4)
        work_all(at)
    sent = {event.alert.id for event in store.alert_events(LEAD, 0) if event.kind == "sent"}
    assert sent == made
    for moment in moments:
        assert sum(1 for at in moments if timedelta(0) <= at - moment < timedelta(seconds=60)) <= most
        assert sum(1 for at in moments if timedelta(0) <= at - moment < timedelta(seconds=1)) <= at_once
    assert any("条预警" in text_of(body) for body in bodies(site))


def test_the_gravest_goes_first_and_alone(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.WECOM)
    channel(store, ChannelKind.WECOM)
    for n in range(24):
        redline(store, n)
    threat(store, 99)
    work_all(station(store, world))
    first, second = (body["markdown"]["content"] for body in bodies(site)[:2])
    assert "【重大】客户威胁投诉或离开" in first and "条预警" not in first
    assert "24 条预警：严重 24" in second and "另有 12 条" in second


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        (ChannelKind.WECOM, 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}'),
        (ChannelKind.DINGTALK, 200, b'{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'),
        (ChannelKind.FEISHU, 200, b'{"code":11232,"msg":"frequency limited psm"}'),
        (ChannelKind.FEISHU, 429, b""),
        (ChannelKind.WECOM, 500, b""),
        (ChannelKind.WECOM, 200, b"<html>"),
        (ChannelKind.WECOM, 200, b'{"errcode":-1,"errmsg":"system busy"}'),
    ],
)
def test_what_may_pass_is_tried_again_later_and_arrives_once(
    store: Store, world: World, time: Clock, kind: ChannelKind, status: int, answer: bytes
) -> None:
    site = robot(
        world, kind, lambda visit: visit.say(*((200, TAKEN[kind]) if len(site.seen) > 3 else (status, answer)))
    )
    made = channel(store, kind)
    redline(store)
    at = station(store, world)
    work_all(at)
    resting = store.channel(SYSTEM, made.id)
    assert (resting.tries, resting.disabled_at) == (1, None) and resting.error and resting.rest_until
    assert work_all(at) == 0
    for _ in range(20):
        time.forward(60)
        work_all(at)
    assert len(site.seen) == 4
    arrived = store.channel(SYSTEM, made.id)
    assert (arrived.tries, arrived.error) == (0, None) and arrived.sent_at is not None


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        (ChannelKind.WECOM, 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'),
        (ChannelKind.DINGTALK, 200, b'{"errcode":310000,"errmsg":"sign not match"}'),
        (ChannelKind.DINGTALK, 200, b'{"errcode":300001,"errmsg":"token is not exist"}'),
        (ChannelKind.FEISHU, 200, b'{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}'),
        (ChannelKind.FEISHU, 400, b'{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}'),
        (ChannelKind.WECOM, 404, b""),
        (ChannelKind.WECOM, 403, b""),
    ],
)
def test_a_channel_that_is_set_up_wrongly_is_disabled_with_the_reason(
    store: Store, world: World, kind: ChannelKind, status: int, answer: bytes
) -> None:
    site = robot(world, kind, lambda visit: visit.say(status, answer))
    made = channel(store, kind)
    for n in range(3):
        redline(store, n)
    work_all(station(store, world))
    stopped = store.channel(SYSTEM, made.id)
    assert stopped.disabled_at is not None and "answered" in (stopped.disabled_why or "")
    assert len(site.seen) == 1
    redline(store, 7)
    assert work_all(station(store, world)) == 0
    assert store.enable_channel(SYSTEM, made.id).disabled_at is None
    redline(store, 8)
    assert work_all(station(store, world)) == 1


def test_a_robot_that_is_away_for_hours_gets_what_waited_put_together(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.WECOM, lambda visit: visit.say(503))
    channel(store, ChannelKind.WECOM)
    at = station(store, world)
    made = set()
    for n in range(20):
        made.add(redline(store, n))
        work_all(at)
        time.forward(240)
    assert len(site.seen) < 8  # it was left alone, longer and longer
    site.server.RequestHandlerClass.answering = staticmethod(ok(TAKEN[ChannelKind.WECOM]))  # type: ignore[attr-defined]
    time.forward(3600)
    work_all(at)
    assert {event.alert.id for event in store.alert_events(LEAD, 0) if event.kind == "sent"} == made


def test_it_never_goes_to_an_inside_address_whatever_the_name_says_later(store: Store, world: World) -> None:
    site = robot(world, ChannelKind.WECOM)
    made = channel(store, ChannelKind.WECOM)
    world.names["qyapi.weixin.qq.com"] = [["10.0.0.7"]]
    redline(store)
    work_all(station(store, world))
    assert site.seen == [] and world.dialed == []
    assert "private" in (store.channel(SYSTEM, made.id).disabled_why or "")


def test_a_killed_worker_loses_nothing(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.WECOM)
    channel(store, ChannelKind.WECOM)
    redline(store)
    lease = store.jobs.claim_next(Queue.DELIVER, "dies")
    assert lease is not None and store.envelope(lease.params["channel"]) is not None
    redline(store, 1)  # while it is at work no second job is made
    assert store.jobs.claim_next(Queue.DELIVER, "other") is None
    time.forward(60)
    work_all(station(store, world))
    assert {event.kind for event in store.alert_events(LEAD, 0)} == {"raised", "sent"}
    assert len({event.alert.id for event in store.alert_events(LEAD, 0) if event.kind == "sent"}) == 2
    assert len(site.seen) == 2


def test_many_writers_and_workers_send_each_alert_once(store: Store, world: World) -> None:
    site = robot(world, ChannelKind.FEISHU)
    channel(store, ChannelKind.FEISHU)
    facts = [replace(known(store, n), card=card(75.0, item())) for n in range(24)]

    def write(one: Facts) -> None:
        with store.db.write() as connection:
            raise_alerts(connection, one)

    def work(_n: int) -> None:
        at = station(store, world)
        for _ in range(40):
            at.work_next(Queue.DELIVER)

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(write, one) for one in facts] + [pool.submit(work, n) for n in range(2)]
        for one in done:
            one.result()
    import time as clock

    until = clock.monotonic() + 10
    while clock.monotonic() < until:
        work_all(station(store, world))
        sent = [event.alert.id for event in store.alert_events(LEAD, 0) if event.kind == "sent"]
        if len(sent) == 24:
            break
        clock.sleep(0.1)
    assert len(sent) == len(set(sent)) == 24
    assert len(site.seen) <= 24


def test_each_channel_gets_what_it_is_for(store: Store, world: World, time: Clock) -> None:
    site = robot(world, ChannelKind.WECOM)
    channel(store, ChannelKind.WECOM, name="all")
    channel(store, ChannelKind.WECOM, name="major", least=Grade.MAJOR)
    channel(store, ChannelKind.WECOM, name="east", team="T2")
    channel(store, ChannelKind.WECOM, name="lead", groups=("lead",))
    redline(store, 1)
    at = station(store, world)
    work_all(at)
    assert len(site.seen) == 1
    threat(store, 2)
    redline(store, 3, team="T2")
    work_all(at)
    assert len(site.seen) == 1 + 2 + 2
    time.forward(1800)
    store.escalate_alerts()
    work_all(at)
    assert "升级" in text_of(bodies(site)[-1])


def test_at_night_only_what_is_grave_leaves(store: Store, world: World, time: Clock) -> None:
    time.moment = time.moment.replace(hour=15)  # 23:00 in Shanghai
    site = robot(world, ChannelKind.WECOM)
    channel(store, ChannelKind.WECOM)
    for n in range(2):
        raised(store, replace(known(store, n), card=card(60.0, flags=("customer_at_risk",))))
    at = station(store, world)
    work_all(at)
    assert site.seen == []
    redline(store, 5)
    work_all(at)
    assert len(site.seen) == 1
    time.forward(9 * 3600 - 1)
    work_all(at)
    assert len(site.seen) == 1
    time.forward(2)
    work_all(at)
    assert len(site.seen) == 3


def test_a_channel_is_tried_out_before_it_is_needed(store: Store, world: World) -> None:
    site = robot(world, ChannelKind.FEISHU)
    made = channel(store, ChannelKind.FEISHU)
    answer = send(store.trial_envelope(SYSTEM, made.id), store.settings, world.outside())
    assert answer.error is None and "通道测试" in text_of(bodies(site)[0])


def test_secrets_are_never_shown(store: Store) -> None:
    made = channel(store, ChannelKind.DINGTALK, secret="SECs3cret")
    assert made.signed and made.address == "https://oapi.dingtalk.com/…0KEN"
    assert "SECs3cret" not in repr(store.channels(SYSTEM)) and "access_token" not in repr(store.channels(SYSTEM))
    assert "T0KEN" not in repr(store.audit_log(SYSTEM))


@pytest.mark.parametrize(
    "told",
    [
        {"kind": ChannelKind.WECOM, "address": "http://qyapi.weixin.qq.com/x"},
        {"kind": ChannelKind.WECOM, "address": "https://127.0.0.1/x"},
        {"kind": ChannelKind.WECOM, "address": HOSTS[ChannelKind.WECOM], "secret": "x"},
        {"kind": ChannelKind.EMAIL, "address": "no mailbox"},
        {"kind": ChannelKind.EMAIL, "address": "a@b.example,c@d.example\nBcc: e@f.example"},
        {"kind": ChannelKind.EMAIL, "address": ",".join(f"a{n}@b.example" for n in range(21))},
        {"kind": ChannelKind.WECOM, "address": HOSTS[ChannelKind.WECOM], "groups": ("Not a group",)},
    ],
)
def test_a_channel_that_cannot_work_is_not_made(store: Store, told: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        store.create_channel(SYSTEM, NewChannel(name="x", **told))


def test_channels_are_for_administrators_and_have_names_of_their_own(store: Store) -> None:
    made = channel(store, ChannelKind.WECOM)
    with pytest.raises(Conflict):
        channel(store, ChannelKind.WECOM)
    for act in (lambda: store.channels(LEAD), lambda: store.delete_channel(LEAD, made.id)):
        with pytest.raises(Forbidden):
            act()
    redline(store)
    store.delete_channel(SYSTEM, made.id)
    assert store.channels(SYSTEM) == []
