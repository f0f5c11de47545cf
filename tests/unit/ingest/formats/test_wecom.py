"""WeCom archive: who is inside, what was taken back, where a conversation ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qa_engine.domain import Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest import Chats, Limits, read_chats

CUSTOMER = "wmGAgeDQAAvQeaTqWwkMTxGMkvI7OOuQ"
OTHER = "woJ7ijBwAAmqwojT8r_DaNMbr_NAvaag"


def text(n: int, sender: str, to: list[str], words: str, at: int = 0, room: str = "") -> dict[str, Any]:
    body = {"msgtype": "text", "text": {"content": words}, "msgtime": 1_700_000_000_000 + at * 1000}
    return {"msgid": f"m{n}", "action": "send", "from": sender, "tolist": to, "roomid": room, **body}


def recall(n: int, before: int, at: int) -> dict[str, Any]:
    body = {"msgtype": "revoke", "revoke": {"pre_msgid": f"m{before}"}, "msgtime": 1_700_000_000_000 + at * 1000}
    return {"msgid": f"m{n}", "action": "recall", "from": "li", "tolist": [CUSTOMER], "roomid": "", **body}


def read(*messages: dict[str, Any], limits: Limits | None = None) -> Chats:
    return read_chats("\n".join(json.dumps(m) for m in messages).encode(), "wecom.jsonl", limits)


def test_a_pair_is_one_conversation_in_order_of_time_with_roles() -> None:
    (chat,) = read(text(2, "li", [CUSTOMER], "您好", 9), text(1, CUSTOMER, ["li"], "在吗", 0))
    assert [(t.role, t.text, t.start) for t in chat.transcript.turns] == [
        (Role.CUSTOMER, "在吗", 0.0),
        (Role.AGENT, "您好", 9.0),
    ]
    assert (chat.agent, chat.customer_ref) == ("li", CUSTOMER) and chat.transcript.role_confidence == 1.0


def test_rooms_and_pairs_are_kept_apart() -> None:
    found = read(
        text(1, CUSTOMER, ["li"], "a"),
        text(2, CUSTOMER, ["li", OTHER], "b", 1, "wrROOM"),
        text(3, OTHER, ["li"], "c", 2),
    )
    assert len(found) == 3 and sum(str(c.external_id).startswith("wrROOM@") for c in found) == 1


def test_a_short_name_that_begins_with_wo_is_an_employee() -> None:
    (chat,) = read(text(1, "wolf", [CUSTOMER], "您好"))
    assert chat.transcript.turns[0].role is Role.AGENT


def test_a_recalled_message_is_kept_and_marked() -> None:
    (chat,) = read(
        text(1, CUSTOMER, ["li"], "在吗"),
        text(2, "li", [CUSTOMER], "你烦不烦", 5),
        recall(3, 2, 8),
        text(4, "li", [CUSTOMER], "您好", 9),
    )
    assert [(t.kind, t.text) for t in chat.transcript.turns[1:]] == [
        (TurnKind.RECALLED, "你烦不烦"),
        (TurnKind.EVENT, "[撤回一条消息]"),
        (TurnKind.TEXT, "您好"),
    ]
    assert not chat.transcript.turns[1].judged and not chat.notices


def test_a_recall_whose_message_is_elsewhere_is_told() -> None:
    (chat,) = read(text(1, CUSTOMER, ["li"], "在吗"), recall(3, 77, 8))
    assert "recalled_missing" in {n.code for n in chat.notices}


def test_quoted_words_are_not_the_senders() -> None:
    quoted = '这是一条引用/回复消息：\n"张三：\n你们是骗子"\n------\n我马上为您处理'
    (chat,) = read(text(1, CUSTOMER, ["li"], "x"), text(2, "li", [CUSTOMER], quoted, 1))
    assert [t.text for t in chat.transcript.of(Role.AGENT)] == ["我马上为您处理"]
    assert "骗子" in chat.transcript.turns[1].text


@pytest.mark.parametrize(("gap_s", "count"), [(3600, 1), (23 * 3600, 1), (25 * 3600, 2)])
def test_a_day_of_quiet_ends_a_conversation(gap_s: int, count: int) -> None:
    assert len(read(text(1, CUSTOMER, ["li"], "a"), text(2, "li", [CUSTOMER], "b", gap_s))) == count


def test_the_same_message_twice_counts_once() -> None:
    (chat,) = read(text(1, CUSTOMER, ["li"], "a"), text(1, CUSTOMER, ["li"], "a"))
    assert len(chat.transcript.turns) == 1


def test_an_encrypted_archive_says_how_to_go_on() -> None:
    with pytest.raises(BadChat, match="encrypted") as error:
        read_chats(b'{"errcode":0,"chatdata":[{"seq":1,"msgid":"a","encrypt_chat_msg":"x"}]}', "w.json")
    assert "decrypt" in str(error.value.mend)


@pytest.mark.parametrize("body", ["x", 1, None, [], {"content": None}, '{"content":"在"}', "{bad"])
def test_odd_bodies_do_no_harm(body: Any) -> None:
    message = {**text(1, CUSTOMER, ["li"], ""), "text": body}
    assert len(read(message)[0].transcript.turns) == 1
