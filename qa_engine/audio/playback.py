"""What a browser is given to play: the recording itself where every browser can, else AAC in an m4a that seeks exactly.

AAC with its index at the front is played by all current browsers and seeks to the sample; Ogg Opus is younger than many
a Safari, and MP3 seeks by guess in long files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from qa_engine.domain.recording import SAMPLE_RATE, Recording

PLAYBACK_TYPE = "audio/mp4"
"""Media type of what ``encode_playback`` returns."""

MEDIA_TYPES = {
    ("wav", "pcm_s16le"): "audio/wav",
    ("wav", "pcm_u8"): "audio/wav",
    ("mp3", "mp3"): "audio/mpeg",
    ("m4a", "aac"): "audio/mp4",
    ("flac", "flac"): "audio/flac",
}
"""Media types of the (container, codec) pairs, as in ``Recording``, that all current browsers play and seek."""

_BITS_PER_CHANNEL = 32_000
_STEP = 10 * SAMPLE_RATE


def playable(container: str, codec: str) -> bool:
    """Whether the file can go to the browser as it came."""
    return (container, codec) in MEDIA_TYPES


def encode_playback(recording: Recording) -> bytes:
    """The recording as m4a, channels kept, 32 kbit/s a channel; about 0.25 MB a minute and channel."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "playback.m4a"
        with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as container:
            layout = "stereo" if recording.channels == 2 else "mono"
            stream = container.add_stream("aac", rate=SAMPLE_RATE, layout=layout, options={"aac_coder": "fast"})
            stream.bit_rate = _BITS_PER_CHANNEL * recording.channels
            for frame in _frames(recording, layout):
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _frames(recording: Recording, layout: str) -> Iterator[av.AudioFrame]:
    for start in range(0, recording.pcm.shape[1], _STEP):
        part = np.ascontiguousarray(recording.pcm[:, start : start + _STEP].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout=layout)
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        yield frame
