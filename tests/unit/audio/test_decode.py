"""Every accepted format becomes 16 kHz PCM; everything else becomes one clear error."""

from __future__ import annotations

import gzip
import io
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa_engine.audio import decode as room
from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.domain import SAMPLE_RATE, Recording
from qa_engine.errors import BadAudio
from qa_engine.settings import Settings
from tests.unit.audio.sounds import LIMITS, encode, gsm_frames, gsm_in_wav, video, voice, wav_header

FORMATS = [
    # file name, muxer, encoder, rate, channels, container, codec
    ("call.wav", "wav", "pcm_s16le", 8000, 2, "wav", "pcm_s16le"),
    ("call.wav", "wav", "pcm_s24le", 96000, 2, "wav", "pcm_s24le"),
    ("call.wav", "wav", "pcm_f32le", 44100, 1, "wav", "pcm_f32le"),
    ("call.wav", "wav", "pcm_alaw", 8000, 2, "wav", "pcm_alaw"),
    ("call.wav", "wav", "pcm_mulaw", 8000, 1, "wav", "pcm_mulaw"),
    ("call.wav", "wav", "adpcm_ms", 8000, 1, "wav", "adpcm_ms"),
    ("call.mp3", "mp3", "libmp3lame", 44100, 2, "mp3", "mp3"),
    ("call.m4a", "mp4", "aac", 16000, 2, "m4a", "aac"),
    ("call.m4a", "mp4", "alac", 48000, 2, "m4a", "alac"),
    ("call.aac", "adts", "aac", 16000, 2, "aac", "aac"),
    ("call.opus", "ogg", "libopus", 48000, 2, "ogg", "opus"),
    ("call.webm", "webm", "libopus", 48000, 2, "webm", "opus"),
    ("call.flac", "flac", "flac", 8000, 2, "flac", "flac"),
    ("call.amr", "amr", "libopencore_amrnb", 8000, 1, "amr", "amr_nb"),
]


def decoded(data: bytes, name: str = "call.wav", limits: Limits = LIMITS) -> Recording:
    return decode(io.BytesIO(data), name, limits)


def codes(recording: Recording) -> set[str]:
    return {notice.code for notice in recording.notices}


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Greatest correlation at any shift, 0..1."""
    size = 2 * max(len(a), len(b))
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(cross.max() / np.sqrt(np.square(a.astype(float)).sum() * np.square(b.astype(float)).sum()))


@pytest.mark.parametrize(("name", "muxer", "encoder", "rate", "channels", "container", "codec"), FORMATS)
def test_it_decodes_what_is_accepted(
    name: str, muxer: str, encoder: str, rate: int, channels: int, container: str, codec: str
) -> None:
    sent = np.stack([voice(4, rate, seed) for seed in range(channels)])
    recording = decoded(encode(sent, rate, muxer, encoder), name)
    assert (recording.container, recording.codec, recording.channels) == (container, codec, channels)
    assert recording.source_rate == rate
    assert recording.pcm.dtype == np.int16
    assert recording.duration_s == pytest.approx(4, abs=0.15)
    assert not recording.notices
    assert recording.speaker_channels == tuple(range(channels))
    alike = 0.4 if codec == "amr_nb" else 0.85  # AMR keeps the sound of a voice, not its wave
    for index in range(channels):
        assert likeness(voice(4, seed=index), recording.pcm[index]) > alike


@pytest.mark.parametrize(
    ("name", "data", "codec", "seconds"),
    [
        ("a call.gsm", gsm_frames(100), "gsm", 2),
        ("call.wav", gsm_in_wav(50), "gsm_ms", 2),
        ("call.awb", b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * 100, "amr_wb", 2),
        ("call.mp4", video(with_sound=True), "aac", 2),
    ],
)
def test_it_decodes_what_it_cannot_encode(name: str, data: bytes, codec: str, seconds: float) -> None:
    recording = decoded(data, name)
    assert recording.codec == codec
    assert recording.duration_s == pytest.approx(seconds, abs=0.15)
    assert "truncated" not in codes(recording)


@pytest.mark.parametrize(
    "name", ["concat:/etc/passwd|x.mp3", "http://127.0.0.1/x.m3u8", "-i x.wav", "通话 1\n.wav", ""]
)
def test_it_never_opens_the_name(name: str) -> None:
    data = encode(voice(1)[None], SAMPLE_RATE, "wav", "pcm_s16le")
    assert decoded(data, name).duration_s == 1


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.wav", b"", "is empty"),
        ("text.wav", b"Dear customer,\nthis is not a call.\n" * 50, "holds text"),
        ("text.wav", ("您好, 这不是录音。" * 100).encode("gb18030"), "holds text"),
        ("list.mp3", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "holds text"),
        ("list.mp3", b"ffconcat version 1.0\nfile '/etc/passwd'\n", "holds text"),
        ("image.wav", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no known audio format"),
        ("zeros.mp3", bytes(5000), "no known audio format"),
        ("noise.gsm", bytes(range(256)) * 20, "no known audio format"),
        ("header.wav", wav_header(0), "holds no sound"),
        ("six.wav", wav_header(96000, channels=6) + bytes(96000), "6 channels"),
        ("six.opus", encode(np.stack([voice(1, 48000)] * 6), 48000, "ogg", "libopus"), "6 channels"),
        ("nine.wav", wav_header(8000 * 3600 * 9, bits=8, tag=7) + bytes(8000), "9.0 h of sound"),
        ("film.mp4", video(with_sound=False), "no sound track"),
        ("slow.wav", wav_header(20000, rate=1) + bytes(20000), "impossible sampling rate of 1 Hz"),
        ("fast.wav", wav_header(20000, rate=4_000_000) + bytes(20000), "impossible sampling rate"),
        ("g729.wav", wav_header(2000, tag=0x83) + bytes(2000), "g729"),
        ("odd.wav", wav_header(2000, tag=0x1234) + bytes(2000), "unknown"),
        ("ac3.m4a", encode(np.stack([voice(1, 48000)] * 2), 48000, "mp4", "ac3"), "ac3"),
        ("cut.m4a", encode(voice(2)[None], SAMPLE_RATE, "mp4", "aac")[:5000], "before any sound"),
    ],
)
def test_it_refuses_with_a_place_and_a_remedy(name: str, data: bytes, told: str) -> None:
    with pytest.raises(BadAudio, match=told) as caught:
        decoded(data, name)
    assert caught.value.where == name
    assert caught.value.mend


@pytest.mark.parametrize(
    ("muxer", "encoder"),
    [
        ("wav", "pcm_s16le"),
        ("mp3", "libmp3lame"),
        ("adts", "aac"),
        ("ogg", "libopus"),
        ("flac", "flac"),
        ("webm", "libopus"),
    ],
)
def test_it_keeps_what_was_not_cut_off(muxer: str, encoder: str) -> None:
    data = encode(voice(6)[None], SAMPLE_RATE, muxer, encoder)
    recording = decoded(data[: len(data) // 2], "cut")
    assert 1.5 < recording.duration_s < 4.5
    assert "truncated" in codes(recording)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_it_does_not_call_an_open_ended_wav_cut_off(size: int) -> None:
    recording = decoded(wav_header(size) + voice(2, 8000).tobytes())
    assert recording.duration_s == 2
    assert not recording.notices


@pytest.mark.parametrize(
    ("muxer", "encoder", "drop"),
    [("mp3", "libmp3lame", 300), ("adts", "aac", 0), ("ogg", "libopus", 0), ("wav", "pcm_s16le", 0)],
)
def test_it_counts_the_sound_whatever_the_header_says(muxer: str, encoder: str, drop: int) -> None:
    data = encode(voice(4)[None], SAMPLE_RATE, muxer, encoder)[drop:]
    if muxer == "wav":
        data = wav_header(0xFFFFFFFF, rate=SAMPLE_RATE) + data[44:]
    with pytest.raises(BadAudio, match="more than the 3 s allowed"):
        decoded(data, "long", Limits(max_seconds=3, max_bytes=1 << 30))


def test_it_refuses_a_nine_hour_file_without_reading_it() -> None:
    with tempfile.TemporaryFile() as sparse:
        sparse.write(wav_header(8000 * 3600 * 9, bits=8, tag=7))
        sparse.truncate(44 + 8000 * 3600 * 9)
        with pytest.raises(BadAudio, match=r"9\.0 h of sound, more than the 4\.0 h allowed"):
            decode(sparse, "nine.wav", Limits.of(Settings()))


@pytest.mark.parametrize("real_file", [True, False])
def test_it_refuses_a_file_above_the_size(real_file: bool, tmp_path: Path) -> None:
    data, small = wav_header(4000) + bytes(4000), Limits(max_seconds=60, max_bytes=1000)
    (tmp_path / "big.wav").write_bytes(data)
    with (tmp_path / "big.wav").open("rb") as stream, pytest.raises(BadAudio, match="larger than"):
        decode(stream if real_file else io.BytesIO(data), "big.wav", small)


def test_it_reads_through_wrappers_and_from_the_first_byte(tmp_path: Path) -> None:
    data = encode(voice(1)[None], SAMPLE_RATE, "flac", "flac")
    packed = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data)))
    assert decode(packed, "packed", LIMITS).duration_s == 1
    (tmp_path / "call.flac").write_bytes(data)
    with (tmp_path / "call.flac").open("rb") as stream:
        stream.read(100)
        assert decode(stream, "call.flac", LIMITS).duration_s == 1
        assert stream.tell() == 100


def test_it_maps_long_recordings_instead_of_holding_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = np.stack([voice(4, seed=0), voice(4, seed=1)])
    data = encode(sent, SAMPLE_RATE, "flac", "flac")
    held = decoded(data)
    monkeypatch.setattr(room, "MAPPED_SECONDS", 2)
    mapped = decoded(data)
    assert isinstance(mapped.pcm.base, np.memmap) or isinstance(mapped.pcm, np.memmap)
    assert not mapped.pcm.flags.writeable
    assert np.array_equal(mapped.pcm, held.pcm)
    assert np.array_equal(mapped.channel(1, 1.0, 2.0), sent[1, 16000:32000] / np.float32(32768))


def test_resampling_keeps_speech_and_folds_nothing_back() -> None:
    t = np.arange(48000 * 2) / 48000
    level = {}
    for hertz in (1000, 3400, 7000, 9500, 13000):
        tone = (16000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)
        out = decoded(encode(tone[None], 48000, "wav", "pcm_s16le")).pcm[0, 4000:-4000]
        level[hertz] = 20 * np.log10((out.astype(float).std() + 1e-9) / tone.std())
    assert all(abs(level[hertz]) < 0.5 for hertz in (1000, 3400, 7000))
    assert all(level[hertz] < -50 for hertz in (9500, 13000))


def test_a_second_track_is_told_and_left_out() -> None:
    recording = decoded(two_tracks(), "two.m4a")
    assert recording.channels == 1
    assert "extra_tracks" in codes(recording)


def two_tracks() -> bytes:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        streams = [output.add_stream("aac", rate=SAMPLE_RATE, layout="mono") for _ in range(2)]
        for seed, stream in enumerate(streams):
            frame = av.AudioFrame.from_ndarray(voice(2, seed=seed).reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, 0
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    return target.getvalue()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})", "broke down"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})", "took too long"),
        ("import time; time.sleep(60)", "took too long"),
        ("print('no report')", "broke down"),
        ("raise SystemExit(3)", "broke down"),
    ],
)
def test_a_decoder_that_dies_is_an_error_and_nothing_more(
    program: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_command", lambda job, report: [sys.executable, "-S", "-c", program])
    with pytest.raises(BadAudio, match=told):
        decoded(wav_header(4) + bytes(4), limits=replace(LIMITS, max_seconds=50, grace_seconds=0))


def test_it_refuses_what_wants_too_much_memory() -> None:
    with pytest.raises(BadAudio, match=r"broke down|memory"):
        decoded(wav_header(4) + bytes(4), limits=replace(LIMITS, address_space=60 << 20))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux lists them")
def test_it_leaves_no_file_open_behind() -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    data = wav_header(4000) + bytes(4000)
    decoded(data)
    before = opened()
    decoded(data)
    with pytest.raises(BadAudio):
        decoded(b"nothing")
    assert opened() == before
