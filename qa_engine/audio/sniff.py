"""Which container a file really is, told from its first bytes, never from its name; what is not listed is refused."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from qa_engine.errors import BadAudio

HEAD = 1 << 16
"""Bytes from the start of a file that sniffing may look at."""

MEDIA_TYPES = {
    "wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg",
    "flac": "audio/flac", "amr": "audio/amr", "gsm": "audio/gsm", "webm": "audio/webm",
}  # fmt: skip
"""By the container that was sniffed; what the sender claims is not believed."""

FORMATS = "wav, mp3, m4a/aac, ogg, opus, flac, amr, gsm or webm"
_GSM_FRAME = 33
_PCM_TAGS = (1, 3, 6, 7)
_CONTROLS = bytes({*range(32)} - {*b"\t\n\f\r\x1b"})
_MP3_KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``container`` is what people call it, ``demuxer`` what libav calls it.

    ``length_told``: the header states how long the sound is, so that a longer one is refused before decoding;
    ``length_kept``: and a file that holds less than stated was cut off; ``stated_s`` is that length in seconds where
    we read it ourselves. ``open_end``: the writer left the end open, a broken last packet means nothing.
    """

    container: str
    demuxer: str
    length_told: bool = True
    length_kept: bool = True
    open_end: bool = False
    stated_s: float = 0.0


def sniff(head: bytes, name: str) -> Sniffed:
    """The container by its magic bytes. Raises BadAudio for everything that is not in the list.

    ``name`` is only used for words and to admit raw GSM, which has no magic (but a sign in every frame).
    """
    if not head:
        raise BadAudio("the file is empty", where=name, mend="export or upload the recording again")
    found = _by_magic(head) or _by_frames(head, name)
    if found:
        return found
    if _is_text(head):
        raise BadAudio("the file holds text, not sound", where=name, mend=f"send the recording itself: {FORMATS}")
    raise BadAudio("the file is in no known audio format", where=name, mend=f"convert it to {FORMATS}")


def _by_magic(head: bytes) -> Sniffed | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return _wav(head)
    if head[:4] == b"fLaC":
        return Sniffed("flac", "flac")
    if head[:4] == b"OggS":
        return Sniffed("ogg", "ogg", length_kept=False)
    if head[:4] == b"\x1a\x45\xdf\xa3" and (b"webm" in head[:64] or b"matroska" in head[:64]):
        return Sniffed("webm", "matroska")
    if head[4:8] == b"ftyp":
        return Sniffed("m4a", "mov")
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return Sniffed("amr", "amr", length_told=False, length_kept=False)
    return None


def _by_frames(head: bytes, name: str) -> Sniffed | None:
    body = _after_id3(head)
    if _adts_frames(head, body):
        return Sniffed("aac", "aac", length_told=False, length_kept=False)
    if (0 < body <= len(head) - 4 and head[body] == 0xFF) or body > len(head) or _mp3_frames(head, body):
        told = b"Xing" in head[body : body + 512] or b"Info" in head[body : body + 512]
        return Sniffed("mp3", "mp3", length_told=told, length_kept=told)
    if name.lower().endswith(".gsm") and _gsm_frames(head):
        return Sniffed("gsm", "gsm", length_kept=False)
    return None


def _wav(head: bytes) -> Sniffed:
    """Length from the chunks; streaming recorders leave 0 or a giant size where they did not know it."""
    at, bytes_a_second = 12, 0
    while at + 8 <= len(head):
        size = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"fmt " and at + 24 <= len(head):
            tag, channels, rate, average, _, bits = struct.unpack_from("<HHIIHH", head, at + 8)
            bytes_a_second = rate * channels * bits // 8 if tag in _PCM_TAGS else average
        if head[at : at + 4] == b"data":
            if head[:4] == b"RIFF" and not 0 < size < 0x7FFF0000:
                return Sniffed("wav", "wav", length_told=False, length_kept=False, open_end=True)
            known = head[:4] == b"RIFF" and bytes_a_second
            return Sniffed("wav", "wav", stated_s=size / bytes_a_second if known else 0.0)
        at += 8 + size + size % 2
    return Sniffed("wav", "wav")


def _after_id3(head: bytes) -> int:
    """Where the sound begins: behind ID3v2 tags, whose size is four times seven bits."""
    at = 0
    while head[at : at + 3] == b"ID3" and len(head) >= at + 10:
        a, b, c, d = head[at + 6 : at + 10]
        at += 10 + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | (d & 127))
    return at


def _mp3_frame(head: bytes, at: int) -> int:
    """Length of the MPEG audio frame at ``at``, 0 where there is none."""
    if at + 4 > len(head) or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[at + 1] >> 3 & 3, 4 - (head[at + 1] >> 1 & 3)
    kbps, rate, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or kbps in (0, 15) or rate == 3:
        return 0
    table = _MP3_KBPS[(1 if version == 3 else 2, layer if version == 3 else min(layer, 2))]
    bits, hertz = table[kbps - 1] * 1000, _MP3_RATES[version][rate]
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * bits // hertz + padding


def _mp3_frames(head: bytes, start: int) -> bool:
    """Two MPEG frames in a row within the first KiB (some recorders write a few bytes of their own before)."""
    for at in range(start, min(start + 1024, len(head))):
        length = _mp3_frame(head, at)
        if length and (_mp3_frame(head, at + length) or (at == start and at + length >= len(head))):
            return True
    return False


def _adts_frames(head: bytes, at: int) -> bool:
    """Two ADTS headers in a row (or one that reaches the end of a tiny file)."""
    for _ in range(2):
        if at + 7 > len(head) or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
            return False
        length = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
        if length < 7:
            return False
        at += length
        if at >= len(head):
            return True
    return True


def _gsm_frames(head: bytes) -> bool:
    """Every 33-byte GSM 06.10 frame begins with the half byte D."""
    marks = head[: 100 * _GSM_FRAME : _GSM_FRAME]
    return len(head) >= _GSM_FRAME and all(mark >> 4 == 0xD for mark in marks)


def _is_text(head: bytes) -> bool:
    """Text in whatever encoding has no control characters; UTF-16 says so itself."""
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or not any(byte in _CONTROLS for byte in head[:4096])


def ogg_ends(tail: bytes) -> bool:
    """Whether the last Ogg page in the file's last bytes is whole and marked as the last."""
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return False
    sizes = tail[at + 27 : at + 27 + tail[at + 26]]
    whole = len(sizes) == tail[at + 26] and at + 27 + len(sizes) + sum(sizes) <= len(tail)
    return whole and bool(tail[at + 5] & 4)
