"""Whether a file given on the command line or uploaded is sound or a chat, from its first bytes and its name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

AUDIO_NAMES = {
    ".wav", ".wave", ".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".flac", ".amr", ".awb", ".gsm", ".webm",
    ".mka", ".wma", ".aif", ".aiff", ".au", ".snd", ".caf", ".3gp", ".vox", ".ulaw", ".alaw", ".pcm", ".raw",
}  # fmt: skip
CHAT_NAMES = {".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".log", ".chat"}
_MAGIC = (
    b"ID3", b"OggS", b"fLaC", b"#!AMR", b"caff", b"FORM", b".snd", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11",
)  # fmt: skip
HEAD_BYTES = 4096


def what_is(head: bytes, name: str) -> Literal["audio", "chat"]:
    """By the bytes where they are sure, else by the name: text called .wav is audio, so that its error is clear."""
    head = head[:HEAD_BYTES]
    suffix = PurePath(name).suffix.lower()
    if _sounds(head):
        return "audio"
    if suffix in AUDIO_NAMES:
        return "audio"
    if suffix in CHAT_NAMES or _reads(head):
        return "chat"
    return "audio"


def _sounds(head: bytes) -> bool:
    if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
        return True
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return True
    # An MPEG or ADTS frame header; FF FE is also UTF-16's mark, but no MPEG frame has that byte with layer 0b11 free.
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] not in (0xFE, 0xFF)


def _reads(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    odd = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return b"\x00" not in head and odd * 50 <= len(head)
