"""Broken bytes give a recording or an error that says so, and never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_engine.audio.decode import decode
from qa_engine.domain import SAMPLE_RATE
from qa_engine.errors import BadAudio
from tests.unit.audio.sounds import LIMITS, encode, gsm_frames, voice
from tests.unit.audio.test_decode import decoded

SOUND = voice(1)[None]
FILES = [
    encode(SOUND, SAMPLE_RATE, "wav", "pcm_s16le"),
    encode(SOUND, SAMPLE_RATE, "wav", "adpcm_ms"),
    encode(SOUND, SAMPLE_RATE, "mp3", "libmp3lame"),
    encode(SOUND, SAMPLE_RATE, "mp4", "aac"),
    encode(SOUND, SAMPLE_RATE, "adts", "aac"),
    encode(SOUND, SAMPLE_RATE, "ogg", "libopus"),
    encode(SOUND, SAMPLE_RATE, "flac", "flac"),
    encode(SOUND, SAMPLE_RATE, "webm", "libopus"),
    encode(voice(1, 8000)[None], 8000, "amr", "libopencore_amrnb"),
    gsm_frames(50),
]
FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), FLIPS, st.floats(0, 1), st.booleans())
def test_mutated_files_never_break_the_caller(
    data: bytes, flips: list[tuple[float, int]], keep: float, at_the_head: bool
) -> None:
    broken = bytearray(data[: round(len(data) * (1 - keep / 4))])
    for place, value in flips:
        broken[int(place * (min(200, len(broken)) if at_the_head else len(broken)))] = value
    try:
        recording = decoded(bytes(broken), "broken.gsm")
    except BadAudio as error:
        assert error.where == "broken.gsm"
        assert error.mend
    else:
        assert recording.channels in (1, 2)
        assert 0 < recording.duration_s <= LIMITS.max_seconds
        assert recording.speaker_channels


@pytest.mark.shared
def test_real_recordings_decode_whole(corpus: Path) -> None:
    folders = ("calls_en_two_channel_aws", "calls_en_phone_callytics", "telephony_noise_rir_holdmusic")
    paths = [p for folder in folders for p in sorted((corpus / folder).iterdir())]
    paths = [p for p in paths if p.suffix in (".wav", ".flac", ".mp3", ".ogg")]
    assert len(paths) > 10
    for path in paths:
        with path.open("rb") as stream:
            recording = decode(stream, path.name, LIMITS)
        found = {notice.code for notice in recording.notices}
        assert not found & {"truncated", "damaged"}, path.name
        assert ("dual_mono" in found) == (path.name == "example_en_stereo44k.mp3"), path.name
