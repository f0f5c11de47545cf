"""Our own JSON: documented, lenient where it costs nothing, exact about what is wrong and where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qa_engine.domain import Kind, Role, TurnKind
from qa_engine.errors import BadChat
from qa_engine.ingest import ChatIn, Limits, read_chats
from qa_engine.ingest.formats.own import record

SAID = [{"role": "customer", "text": "在吗", "seconds": 0}, {"role": "agent", "text": "您好", "seconds": 12.5}]


def read(body: Any, limits: Limits | None = None) -> Any:
    return read_chats(json.dumps(body).encode(), "chats.json", limits)


def test_it_reads_all_documented_fields() -> None:
    (chat,) = read(
        {
            "id": "c1",
            "started_at": "2026-03-02T10:00:00+08:00",
            "language": "zh-CN",
            "agent": "A1",
            "team": "t",
            "vendor": "v",
            "customer": "C1",
            "ticket": "T1",
            "direction": "inbound",
            "metadata": {"industry": "bank"},
            "queue": "loans",
            "messages": [
                *SAID,
                {"role": "客服", "text": "[图片]", "kind": "image", "speaker": "小王", "automatic": True},
            ],
        }
    )
    assert (chat.external_id, chat.agent, chat.team, chat.vendor, chat.customer_ref, chat.ticket) == (
        "c1",
        "A1",
        "t",
        "v",
        "C1",
        "T1",
    )
    assert chat.language == chat.transcript.language == "zh" and chat.metadata == {"industry": "bank", "queue": "loans"}
    assert chat.started_at.isoformat() == "2026-03-02T02:00:00+00:00" and chat.direction == "inbound"
    assert [(t.role, t.start) for t in chat.transcript.turns[:2]] == [(Role.CUSTOMER, 0.0), (Role.AGENT, 12.5)]
    last = chat.transcript.turns[2]
    assert (last.kind, last.automatic, last.speaker) == (TurnKind.IMAGE, True, "小王")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"messages": SAID}, {"messages": SAID}]),
        json.dumps({"messages": SAID}) + "\n\n" + json.dumps({"messages": SAID}) + "\n",
        json.dumps({"conversations": [{"messages": SAID}, {"messages": SAID}]}, indent=1),
        json.dumps(
            [{"turns": [{"role": "user", "content": "a"}]}, {"messages": [{"role": "assistant", "content": "b"}]}]
        ),
    ],
)
def test_it_reads_lists_wrappers_and_one_object_a_line(text: str) -> None:
    assert len(read_chats(text.encode(), "x.jsonl")) == 2


def test_the_simple_labelled_shape_is_enough() -> None:
    (chat,) = read({"messages": [{"role": "customer", "text": "a"}], "meta": {"id": 7, "agent": "A1", "label": 3}})
    assert (chat.external_id, chat.agent) == ("7", "A1") and chat.metadata["label"] == 3


def test_a_written_call_is_speech() -> None:
    (chat,) = read({"kind": "call", "messages": SAID})
    assert chat.kind is Kind.CALL and {t.kind for t in chat.transcript.turns} == {TurnKind.SPEECH}


def test_dated_messages_are_put_in_order_and_counted_from_the_first() -> None:
    (chat,) = read(
        {
            "messages": [
                {"role": "agent", "text": "b", "time": "2026-03-02 10:00:30"},
                {"role": "customer", "text": "a", "time": 1772416800},
            ]
        }
    )
    assert [(t.text, t.start) for t in chat.transcript.turns] == [("a", 0.0), ("b", 30.0)]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "pilot", "text": "a"}]}, "messages[0].role"),
        ({"messages": [{"text": "a"}]}, "messages[0].role"),
        ({"messages": [{"role": "agent", "text": ["a"]}]}, "messages[0]"),
        ({"messages": [{"role": "agent", "text": "a", "time": "soon"}]}, "messages[0].time"),
        ({"messages": [{"role": "agent", "text": "a", "seconds": -1}]}, "messages[0].seconds"),
        ({"messages": [{"role": "agent", "text": "a"}], "started_at": "soon"}, "started_at"),
        ({"messages": ["a"]}, "messages[0]"),
        ({"messages": [{"role": "agent", "text": "a"}], "kind": "fax"}, "kind"),
        ({"messages": [{"role": "agent", "text": "a"}], "direction": "sideways"}, "direction"),
    ],
)
def test_errors_name_the_field_and_the_mend(body: Any, where: str) -> None:
    with pytest.raises(BadChat) as error:
        read(body)
    assert where in str(error.value.where) and error.value.mend


def test_a_bad_conversation_does_not_lose_the_others() -> None:
    lines = [
        json.dumps({"id": "a", "messages": SAID}),
        "{broken",
        json.dumps({"id": "b", "messages": []}),
        json.dumps({"id": "c", "messages": SAID}),
    ]
    found = read_chats("\n".join(lines).encode(), "x.jsonl")
    assert [c.external_id for c in found] == ["a", "c"]
    assert [str(e.where).split(": ")[0] for e in found.errors] == ["x.jsonl:2", "x.jsonl:3"]


def test_caps_hold() -> None:
    with pytest.raises(BadChat, match="at most 3"):
        read({"messages": [{"role": "agent", "text": "a"}] * 4}, Limits(max_messages=3))
    with pytest.raises(BadChat, match="larger"):
        read({"messages": SAID}, Limits(max_bytes=20))
    with pytest.raises(BadChat, match="characters"):
        read({"messages": [{"role": "agent", "text": "a" * 200}]}, Limits(max_text=100))
    with pytest.raises(BadChat, match="deep"):
        read_chats(b'{"messages":' + b"[" * 100_000, "x.json")
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    with pytest.raises(BadChat, match="deep"):
        read({"messages": SAID, "metadata": {"a": deep}})


def test_what_a_database_cannot_hold_is_replaced() -> None:
    metadata = r'{"k\u0000": "\ud800", "n": 1e999, "big": 123456789012345678901234567890}'
    messages = r'[{"role": "agent", "text": "x\u0000\ud800y"}]'
    text = rf'{{"id": "a\u0000b", "metadata": {metadata}, "messages": {messages}}}'
    (chat,) = read_chats(text.encode(), "x.json")
    kept = json.dumps(
        [chat.external_id, dict(chat.metadata), chat.transcript.turns[0].text], allow_nan=False, ensure_ascii=False
    )
    assert "\x00" not in kept and kept.encode("utf-8")


def test_duplicate_keys_are_harmless() -> None:
    (chat,) = read_chats(b'{"id":"a","id":"b","messages":[{"role":"agent","text":"x","text":"y"}]}', "x.json")
    assert chat.external_id == "b" and chat.transcript.turns[0].text == "y"


def test_the_api_reads_the_same_model() -> None:
    chat = ChatIn.model_validate({"messages": SAID, "agent": {"id": 17, "name": "小王"}})
    assert record(chat, "body", Limits()).agent == "17"
    for example in ChatIn.model_config["json_schema_extra"]["examples"]:  # type: ignore[index, call-overload]
        assert record(ChatIn.model_validate(example), "body", Limits()).transcript.turns


def test_the_same_words_have_the_same_hash_wherever_they_came_from() -> None:
    (one,) = read({"messages": SAID})
    two = read([{"messages": SAID}, {"messages": SAID[:1]}])
    assert one.content_sha256 == two[0].content_sha256 != two[1].content_sha256
