"""A container is told by its bytes; near misses are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.audio.sniff import ogg_ends, sniff
from qa_engine.domain import SAMPLE_RATE
from qa_engine.errors import BadAudio
from tests.unit.audio.sounds import encode, gsm_frames, voice, wav_header

SOUND = voice(1)[None]
ID3 = b"ID3\x04\x00\x00\x00\x01\x00\x00" + bytes(128)
MP3 = encode(SOUND, SAMPLE_RATE, "mp3", "libmp3lame")
ADTS = encode(SOUND, SAMPLE_RATE, "adts", "aac")
OGG = encode(SOUND, SAMPLE_RATE, "ogg", "libopus")


@pytest.mark.parametrize(
    ("head", "name", "container"),
    [
        (wav_header(100) + bytes(100), "anything.mp3", "wav"),
        (MP3, "call.wav", "mp3"),
        (ID3 + MP3[MP3.index(b"\xff") :], "call", "mp3"),
        (bytes(100) + MP3[MP3.index(b"\xff") :], "call.mp3", "mp3"),
        (ADTS, "call.mp3", "aac"),
        (OGG, "call.amr", "ogg"),
        (encode(SOUND, SAMPLE_RATE, "flac", "flac"), "call", "flac"),
        (encode(SOUND, SAMPLE_RATE, "webm", "libopus"), "call", "webm"),
        (encode(SOUND, SAMPLE_RATE, "mp4", "aac"), "call", "m4a"),
        (b"#!AMR\n" + bytes(32), "call", "amr"),
        (b"#!AMR-WB\n" + bytes(32), "call", "amr"),
        (gsm_frames(20), "CALL.GSM", "gsm"),
    ],
)
def test_it_knows_a_container_by_its_bytes(head: bytes, name: str, container: str) -> None:
    assert sniff(head, name).container == container


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(100), "film.avi"),
        (b"\x1a\x45\xdf\xa3" + bytes(60), "call.webm"),
        (b"#!AMR" + bytes(100), "call.amr"),
        (b"FORM\x00\x00\x00\x00AIFF" + bytes(100), "call.aiff"),
        (gsm_frames(20), "call.wav"),
        (gsm_frames(5) + bytes(33), "call.gsm"),
        (b"\x00\x00\x01\xba" + bytes(100), "film.mpg"),
        (b"G" + bytes(187) + b"G" + bytes(187), "film.ts"),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel" + bytes(100), "call.wma"),
    ],
)
def test_it_refuses_near_misses(head: bytes, name: str) -> None:
    with pytest.raises(BadAudio, match="no known audio format"):
        sniff(head, name)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (wav_header(32000), 2.0),
        (wav_header(32000, channels=2, rate=16000, bits=8, tag=7), 1.0),
        (wav_header(0), 0.0),
        (wav_header(0xFFFFFFFF), 0.0),
        (wav_header(0x7FFFFFFF), 0.0),
    ],
)
def test_it_reads_the_length_a_wav_states(header: bytes, seconds: float) -> None:
    found = sniff(header, "call.wav")
    assert found.stated_s == seconds
    assert found.open_end is (seconds == 0)


def test_it_sees_whether_an_ogg_stream_was_ended() -> None:
    assert ogg_ends(OGG)
    assert not ogg_ends(OGG[:-1])
    assert not ogg_ends(OGG[: OGG.rindex(b"OggS")])
    assert not ogg_ends(b"")


@given(st.binary(max_size=300), st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf1"]))
def test_it_answers_or_refuses_whatever_comes(rest: bytes, magic: bytes) -> None:
    try:
        assert sniff(magic + rest, "call.gsm").demuxer
    except BadAudio as error:
        assert error.mend
    ogg_ends(magic + rest)
