"""CSV by column names in Chinese and English."""

from __future__ import annotations

import pytest

from qa_engine.domain import Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest import Chats, read_chats

A, C = Role.AGENT, Role.CUSTOMER


def chats(text: str, encoding: str = "utf-8") -> Chats:
    return read_chats(text.encode(encoding), "chats.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "会话,时间,角色,内容\n1,2026-03-02 10:00:00,客户,在吗\n1,2026-03-02 10:00:12,客服,您好\n",
        "conversation_id,time,role,text\n1,2026-03-02 10:00:00,user,在吗\n1,2026-03-02 10:00:12,agent,您好\n",
        "会话ID\t发送时间\t角色\t消息内容\n1\t10:00:00\t客户\t在吗\n1\t10:00:12\t客服\t您好\n",
        "会话;时间;角色;内容\r\n1;10:00:00;客户;在吗\r\n1;10:00:12;客服;您好\r\n",
        "对话ID,日期,时间,角色,消息\n1,2026-03-02,10:00:00,客户,在吗\n1,2026-03-02,10:00:12,客服,您好\n",
    ],
)
def test_it_reads_columns_in_both_languages(text: str, encoding: str) -> None:
    (chat,) = chats(text, encoding)
    assert chat.external_id == "1"
    assert [(t.role, t.text, t.start) for t in chat.transcript.turns] == [(C, "在吗", 0.0), (A, "您好", 12.0)]


def test_conversations_may_interleave_and_carry_their_facts() -> None:
    found = chats(
        "会话,角色,内容,工号,客户,工单,渠道\n1,客户,在吗,A1,C1,T9,app\n2,客户,退货,A2,C2,,web\n1,客服,您好,A1,C1,T9,app\n2,客服,好的,A2,C2,,web\n"
    )
    assert [(c.external_id, c.agent, c.customer_ref, c.ticket) for c in found] == [
        ("1", "A1", "C1", "T9"),
        ("2", "A2", "C2", None),
    ]
    assert found[0].metadata == {"渠道": "app"} and len(found[1].transcript.turns) == 2


def test_a_bad_row_loses_only_its_conversation() -> None:
    found = chats("会话,时间,角色,内容\n1,昨天,客户,在吗\n2,10:00,客户,退货\n")
    assert [c.external_id for c in found] == ["2"]
    assert str(found.errors[0].where).startswith("chats.csv:2") and "昨天" in found.errors[0].message


def test_quoted_cells_may_hold_lines_and_commas() -> None:
    (chat,) = chats('role,text\nuser,"a, b\nc"\nagent,"say ""hi"""\n')
    assert [t.text for t in chat.transcript.turns] == ["a, b\nc", 'say "hi"']


def test_kinds_and_automatic_messages_are_kept() -> None:
    (chat,) = chats("角色,内容,类型,自动\n客户,[图片],图片,\n客服,欢迎,文本,是\n客服,您好,文本,否\n")
    assert [(t.kind, t.automatic) for t in chat.transcript.turns] == [
        (TurnKind.IMAGE, False),
        (TurnKind.TEXT, True),
        (TurnKind.TEXT, False),
    ]


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "时间,角色\n10:00,客户\n", "role,text\n"])
def test_a_file_without_usable_columns_or_rows_is_refused(text: str) -> None:
    with pytest.raises(BadChat) as error:
        chats(text)
    assert error.value.where and error.value.mend
