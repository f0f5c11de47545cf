"""What browsers cannot play is encoded for them, in step with the original."""

from __future__ import annotations

import numpy as np
import pytest

from qa_engine.audio.playback import encode_playback, playable
from qa_engine.domain import SAMPLE_RATE, Recording
from tests.unit.audio.sounds import voice
from tests.unit.audio.test_decode import decoded, likeness


@pytest.mark.parametrize(
    ("container", "codec", "plays"),
    [
        ("wav", "pcm_s16le", True),
        ("wav", "pcm_alaw", False),
        ("wav", "gsm_ms", False),
        ("mp3", "mp3", True),
        ("m4a", "aac", True),
        ("m4a", "alac", False),
        ("flac", "flac", True),
        ("ogg", "opus", False),
        ("amr", "amr_nb", False),
        ("gsm", "gsm", False),
    ],
)
def test_it_knows_what_every_browser_plays(container: str, codec: str, plays: bool) -> None:
    assert playable(container, codec) is plays


@pytest.mark.parametrize("channels", [1, 2])
def test_it_encodes_both_channels_in_step(channels: int) -> None:
    pcm = np.stack([voice(25, seed=seed) for seed in range(channels)])
    data = encode_playback(Recording(pcm=pcm, source_rate=8000, codec="gsm", container="gsm"))
    assert data.index(b"moov") < data.index(b"mdat"), "the index comes first, so that a browser can seek at once"
    assert len(data) < 6000 * 25 * channels
    back = decoded(data)
    assert (back.channels, back.codec) == (channels, "aac")
    assert back.duration_s == pytest.approx(25, abs=0.1)
    for index in range(channels):
        late = slice(20 * SAMPLE_RATE, 24 * SAMPLE_RATE)
        a, b = pcm[index, late].astype(float), back.pcm[index, late].astype(float)
        assert np.corrcoef(a, b)[0, 1] > 0.9, "20 s into the call a word is where it was"
        assert likeness(pcm[index], back.pcm[index]) > 0.9
