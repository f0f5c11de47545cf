"""Sound or chat, by bytes and name."""

from __future__ import annotations

import pytest

from qa_engine.ingest import what_is


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a", "audio"),
        (b"ID3\x04", "a.bin", "audio"),
        (b"\xff\xfb\x90\x00", "a", "audio"),
        (b"OggS\x00", "a", "audio"),
        (b"fLaC", "a.txt", "audio"),
        (b"#!AMR\n", "a", "audio"),
        (b"\x00\x00\x00\x20ftypM4A ", "a", "audio"),
        (b"\x1aE\xdf\xa3", "a", "audio"),
        (b"hello", "a.wav", "audio"),
        (b"\xd5\xd5\xd5\xd5", "a.gsm", "audio"),
        (b"\x80\x00\x12\x00", "mystery", "audio"),
        (b"", "a.mp3", "audio"),
        (b'{"messages": []}', "a.json", "chat"),
        ("客户：在吗".encode(), "chat", "chat"),
        ("客户".encode("gb18030"), "a.txt", "chat"),
        ("客户".encode("utf-16"), "a", "chat"),
        (b"time,role,text", "a.csv", "chat"),
        (b"", "a.json", "chat"),
        (b"\xef\xbb\xbf{}", "x", "chat"),
    ],
)
def test_it_tells_sound_from_chat(head: bytes, name: str, kind: str) -> None:
    assert what_is(head, name) == kind
