"""Plain text lines in the shapes that people paste and systems export."""

from __future__ import annotations

import pytest

from qa_engine.domain import Role
from qa_engine.errors import BadChat
from qa_engine.ingest import ChatRecord, Chats, read_chats

A, C = Role.AGENT, Role.CUSTOMER


def chats(text: str) -> Chats:
    return read_chats(text.encode(), "chat.txt")


def only(text: str) -> ChatRecord:
    (chat,) = chats(text)
    return chat


@pytest.mark.parametrize(
    "text",
    [
        "[10:00:00] 客户: 在吗\n[10:00:12] 客服: 您好",
        "[2026-03-02 10:00:00] 客户：在吗\n[2026-03-02 10:00:12] 客服：您好",
        "2026-03-02 10:00:00 客户: 在吗\n2026-03-02 10:00:12 客服: 您好",
        "10:00:00 客户：在吗\n10:00:12 客服：您好",
        "【10:00:00】客户：在吗\n【10:00:12】客服：您好",
        "10:00:00\t客户\t在吗\n10:00:12\t客服\t您好",
        "10:00:00 | 客户 | 在吗\n10:00:12 | 客服 | 您好",
        "10:00:00 [客户] 在吗\n10:00:12 [客服] 您好",
        "客户 (10:00:00): 在吗\n客服 (10:00:12): 您好",
        "客户 2026-03-02 10:00:00\n在吗\n\n客服 2026-03-02 10:00:12\n您好",
        "2026-03-02 10:00:00 客户\n在吗\n2026-03-02 10:00:12 客服\n您好\n",
        "客户 下午3:00:00\n在吗\n客服 下午3:00:12\n您好",
        "\ufeff[10:00:00] 客户: 在吗\r\n[10:00:12] 客服: 您好\r\n",
        "[10:00:00] user: 在吗\n[10:00:12] Agent Li: 您好",
    ],
)
def test_it_reads_timed_lines(text: str) -> None:
    turns = only(text).transcript.turns
    assert [(t.role, t.text, t.start) for t in turns] == [(C, "在吗", 0.0), (A, "您好", 12.0)]


@pytest.mark.parametrize(
    "text",
    [
        "客户：在吗\n客服：您好",
        "用户: 在吗\n坐席: 您好",
        "**客户**: 在吗\n**客服**: 您好",
        "[客户]: 在吗\n[客服]: 您好",
    ],
)
def test_it_reads_lines_without_times(text: str) -> None:
    turns = only(text).transcript.turns
    assert [(t.role, t.text, t.start) for t in turns] == [(C, "在吗", None), (A, "您好", None)]


def test_a_message_goes_on_over_lines_that_only_look_like_labels() -> None:
    text = "[10:00] 客服: 请核对\n姓名：张三\n地址：北京路1号\n[10:01] 客户: 对的\nhttp://a.example/x"
    turns = only(text).transcript.turns
    assert [t.text for t in turns] == ["请核对\n姓名：张三\n地址：北京路1号", "对的\nhttp://a.example/x"]


def test_a_chat_past_midnight_goes_on() -> None:
    turns = only("[23:59:50] 客户: 在吗\n[00:00:10] 客服: 您好").transcript.turns
    assert [t.start for t in turns] == [0.0, 20.0]


@pytest.mark.parametrize(
    ("times", "starts"),
    [
        (("00:03", "00:09", "12:30"), [0.0, 6.0, 747.0]),
        (("58:10", "59:10", "61:00"), [0.0, 60.0, 170.0]),
        (("10:15", "10:16", "10:30"), [0.0, 60.0, 900.0]),
        (("00:00:03", "00:00:09", "00:12:30"), [0.0, 6.0, 747.0]),
    ],
)
def test_a_transcript_that_begins_at_zero_counts_minutes_and_seconds(
    times: tuple[str, ...], starts: list[float]
) -> None:
    text = "\n".join(f"[{at}] 客户: 在吗" for at in times)
    assert [t.start for t in only(text).transcript.turns] == starts


def test_naive_times_are_in_the_installations_time_zone() -> None:
    began = only("[2026-03-02 10:00:00] 客户: 在吗").started_at
    assert began is not None and began.isoformat() == "2026-03-02T02:00:00+00:00"


def test_mixed_times_leave_the_others_in_place_and_say_so() -> None:
    chat = only("[10:00:00] 客户: 在吗\n客服: 您好\n[10:00:30] 客户: 退货")
    assert [(t.text, t.start) for t in chat.transcript.turns] == [("在吗", 0.0), ("您好", None), ("退货", 30.0)]
    assert {n.code for n in chat.notices} == {"times_missing"}


def test_rules_and_headers_part_conversations() -> None:
    found = chats("会话ID: a1\n客户：在吗\n客服：您好\n----------\n会话ID: a2\n客户：退货\n客服：好的")
    assert [c.external_id for c in found] == ["a1", "a2"]
    assert [len(c.transcript.turns) for c in found] == [2, 2]


def test_a_rule_inside_a_message_parts_nothing() -> None:
    assert len(chats("客户：引用\n------\n他说的\n客服：您好")) == 1


def test_robots_are_automatic() -> None:
    turns = only("机器人：欢迎\n客户：转人工\n客服：您好").transcript.turns
    assert [t.automatic for t in turns] == [True, False, False] and not turns[0].judged


@pytest.mark.parametrize(
    "text", ["只是一段话，没有说话的人。", "第一行\n第二行", "{ broken", "[1, 2", "今天10:00开会，请准时参加。"]
)
def test_prose_is_refused_with_a_mend(text: str) -> None:
    with pytest.raises(BadChat) as error:
        chats(text)
    assert error.value.where and error.value.mend


def test_gb18030_is_read() -> None:
    (chat,) = read_chats("客户：在吗\n客服：您好㐂".encode("gb18030"), "chat.txt")
    assert chat.transcript.turns[1].text == "您好㐂" and chat.language == "zh"


def test_it_takes_no_prose_with_colons_for_a_chat() -> None:
    with pytest.raises(BadChat, match="agent or customer"):
        read_chats(b"WHAT: notes on some files\nLICENCE: see the folder\nCARE: not a chat\n", "notes.txt")
