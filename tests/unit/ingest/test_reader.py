"""Any bytes: records, or a BadChat that says where and how to mend it; never anything else."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.errors import BadChat
from qa_engine.ingest import ChatRecord, Limits, read_chats, stream_chats
from qa_engine.ingest.registry import FORMATS

SMALL = Limits(max_bytes=1_000_000, max_messages=50, max_text=500)
KEYS = [
    "messages",
    "role",
    "text",
    "time",
    "seconds",
    "msgid",
    "action",
    "msgtype",
    "from",
    "tolist",
    "roomid",
    "msgtime",
    "revoke",
    "pre_msgid",
    "mixed",
    "item",
    "content",
    "type",
    "conversation_parts",
    "source",
    "author",
    "body",
    "created_at",
    "convo_id",
    "original",
    "delexed",
    "scenario",
    "SpeechSegments",
    "ConversationAnalytics",
    "SpeakerLabels",
    "WordConfidence",
    "StartTime",
    "[SPEAKER 1]",
    "用户",
    "id",
    "metadata",
    "meta",
    "kind",
    "started_at",
    "agent",
    "language",
    "chatdata",
    "switch",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "agent",
            "客户",
            "text",
            "send",
            "conversation_part",
            "conversation",
            "10:00",
            "2026-03-02",
            "revoke",
            "mixed",
            "call",
            "ChatRecordText",
        ]
    )
)
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
HEADS = st.sampled_from(
    [
        {"messages": [{"role": "agent", "text": "a"}]},
        {"msgid": "1", "action": "send"},
        {"type": "conversation_part"},
        {"SpeechSegments": []},
        {"type": "conversation", "conversation_parts": {}},
        {"convo_id": 1, "original": []},
        {"content": [{"用户": "a"}]},
        {"chatdata": []},
    ]
)


def tame(data: bytes) -> list[ChatRecord]:
    """Reads both ways; anything but records and BadChat fails the test."""
    try:
        records = list(read_chats(data, "f", SMALL))
    except BadChat as error:
        assert error.message and error.where
        records = []
    for found in stream_chats(io.BytesIO(data), "f", SMALL):
        assert isinstance(found, ChatRecord | BadChat)
    for record in records:
        json.dumps(dict(record.metadata), allow_nan=False).encode()
        assert record.transcript.turns and record.content_sha256
        assert [t.index for t in record.transcript.turns] == list(range(len(record.transcript.turns)))
        starts = [t.start for t in record.transcript.turns if t.start is not None]
        assert starts == sorted(starts) and all(s >= 0 for s in starts)
        assert record.started_at is None or record.started_at.utcoffset() is not None
    return records


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    tame(data)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="客服户：: []()10:2-/时间,，\t\n|=-{}\"'agentcusromer会话\ufeff\x00", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    tame(text.encode())


@settings(max_examples=150, deadline=None)
@given(HEADS, st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6), st.lists(TREES, max_size=3), st.booleans())
def test_any_json_is_read_or_refused(
    head: dict[str, Any], more: dict[str, Any], others: list[Any], lines: bool
) -> None:
    values = [{**head, **more}, {**more, **head}, *others]
    text = "\n".join(json.dumps(v) for v in values) if lines else json.dumps(values)
    tame(text.encode())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=20)), max_size=8))
def test_any_csv_is_read_or_refused(rows: list[tuple[str, str, str]]) -> None:
    tame(("time,role,text\n" + "\n".join(",".join(r) for r in rows)).encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n\n",
        b"\xef\xbb\xbf",
        b"\x00" * 100,
        b"PK\x03\x04" + bytes(range(256)) * 4,
        b"{}",
        b"[]",
        b"[{}]",
        b"null",
        b'{"messages": 3}',
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"1" * 5000,
        b'{"id":' + b"9" * 5000 + b"}",
        b"\xff\xfe\x00",
        b"\xff\xfea",
        b'role,text\n"' + b"x" * 200_000,
        b"\xff" * 50,
        b'{"messages":[{"role":"agent","text":"a"}]} trailing',
    ],
)
def test_bombs_and_rubbish_are_refused_with_a_place(data: bytes) -> None:
    with pytest.raises(BadChat) as error:
        read_chats(data, "f", SMALL)
    assert error.value.where


def test_a_stream_of_lines_gives_each_conversation_with_its_line() -> None:
    line = json.dumps({"messages": [{"role": "agent", "text": "a"}]})
    found = list(stream_chats(io.BytesIO(f"{line}\n\n{{bad\n{line}\n".encode()), "f.jsonl"))
    assert [type(f) for f in found] == [ChatRecord, BadChat, ChatRecord]
    assert [f.where for f in found] == ["f.jsonl:1", "f.jsonl:3", "f.jsonl:4"]


class Lines(io.BytesIO):
    """A file that may only be read line by line."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("read as a whole")


def test_a_stream_whose_first_line_is_torn_is_a_stream_all_the_same() -> None:
    line = json.dumps({"messages": [{"role": "user", "text": "在吗"}]})
    found = list(stream_chats(Lines(f"{{torn\n{line}\n{line}\n".encode()), "f.jsonl"))
    assert [getattr(one, "where", None) for one in found] == ["f.jsonl:1", "f.jsonl:2", "f.jsonl:3"]
    assert isinstance(found[0], BadChat) and isinstance(found[2], ChatRecord)


def test_a_stream_stops_at_an_endless_line() -> None:
    line = json.dumps({"messages": [{"role": "agent", "text": "a"}]})
    found = list(
        stream_chats(io.BytesIO(f"{line}\n{line}\n{'x' * 2000}".encode()), "f.jsonl", Limits(max_line_bytes=1000))
    )
    assert [type(f) for f in found] == [ChatRecord, ChatRecord, BadChat] and "longer" in str(found[-1])


def test_a_stream_reads_what_is_not_lines_as_a_whole() -> None:
    text = json.dumps([{"messages": [{"role": "agent", "text": "a"}]}], indent=2)
    assert len(list(stream_chats(io.BytesIO(text.encode()), "f.json"))) == 1
    assert len(list(stream_chats(io.BytesIO("客户：在吗\n客服：您好".encode()), "f.txt"))) == 1


def test_every_format_has_its_own_name_and_its_page() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[3] / "docs" / "chat-formats.md").read_text()
    names = [f.NAME for f in FORMATS]
    assert len(set(names)) == len(names) and all(f"`{name}`" in page for name in names)
