"""Intercom conversations: HTML to words, robots and notes apart."""

from __future__ import annotations

import json

import pytest

from qa_engine.domain import Role, TurnKind
from qa_engine.ingest import read_chats
from qa_engine.ingest.formats.intercom import plain

WHOLE = {
    "type": "conversation",
    "id": "9",
    "created_at": 1700000000,
    "admin_assignee_id": 5,
    "source": {"author": {"type": "user", "id": "u1", "name": "Jane"}, "body": "<p>My order &amp; refund?</p>"},
    "conversation_parts": {
        "type": "conversation_part.list",
        "conversation_parts": [
            {
                "type": "conversation_part",
                "part_type": "comment",
                "created_at": 1700000005,
                "body": "<p>Welcome</p>",
                "author": {"type": "bot", "id": "b"},
            },
            {
                "type": "conversation_part",
                "part_type": "note",
                "created_at": 1700000010,
                "body": "<p>VIP</p>",
                "author": {"type": "admin", "id": "5"},
            },
            {
                "type": "conversation_part",
                "part_type": "comment",
                "created_at": 1700000020,
                "body": "<p>Hello<br>Jane</p>",
                "author": {"type": "admin", "id": "5"},
                "attachments": [{"name": "label.pdf"}],
            },
            {
                "type": "conversation_part",
                "part_type": "close",
                "created_at": 1700000030,
                "body": None,
                "author": {"type": "admin", "id": "5"},
            },
        ],
    },
}


def test_a_whole_conversation_keeps_order_roles_notes_and_files() -> None:
    (chat,) = read_chats(json.dumps(WHOLE).encode(), "c.json")
    assert [(t.role, t.kind, t.text, t.start) for t in chat.transcript.turns] == [
        (Role.CUSTOMER, TurnKind.TEXT, "My order & refund?", 0.0),
        (Role.AGENT, TurnKind.TEXT, "Welcome", 5.0),
        (Role.AGENT, TurnKind.EVENT, "[note] VIP", 10.0),
        (Role.AGENT, TurnKind.TEXT, "Hello\nJane", 20.0),
        (Role.AGENT, TurnKind.FILE, "[file] label.pdf", 20.0),
        (Role.AGENT, TurnKind.EVENT, "[close]", 30.0),
    ]
    assert (
        chat.transcript.turns[1].automatic
        and chat.agent == "5"
        and chat.customer_ref == "u1"
        and chat.external_id == "9"
    )
    assert [t.text for t in chat.transcript.of(Role.AGENT)] == ["Hello\nJane"]


def test_odd_html_does_no_harm() -> None:
    assert plain("<p>a<b>b</p><!bad>&lt;i&gt;") == "ab\n<i>"
    assert plain("<![CDATA[x") is not None


@pytest.mark.parametrize("parts", [True, 7, "words", {"conversation_parts": True}])
def test_parts_that_are_no_list_are_no_messages(parts: object) -> None:
    odd = {"type": "conversation", "conversation_parts": parts}
    found = read_chats(json.dumps([WHOLE, odd]).encode(), "x.json")
    assert len(found) == 1 and [error.where for error in found.errors] == ["x.json[1]"]
