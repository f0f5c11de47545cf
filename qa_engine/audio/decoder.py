"""The decoding process: turns one allowed container into 16 kHz PCM, counting every cap, and reports what it met.

Run by ``decode`` as ``python -m qa_engine.audio.decoder JOB REPORT`` with the recording on standard input, a file for
interleaved int16 on standard output and one for the JSON report on descriptor REPORT. It imports nothing but libav.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from qa_engine.audio import sandbox

RATE = 16_000
CODECS = frozenset(
    {
        "pcm_u8",
        "pcm_s16le",
        "pcm_s24le",
        "pcm_s32le",
        "pcm_f32le",
        "pcm_f64le",
        "pcm_alaw",
        "pcm_mulaw",
        "gsm",
        "gsm_ms",
        "adpcm_ms",
        "adpcm_ima_wav",
        "adpcm_g726",
        "mp3",
        "mp3float",
        "aac",
        "opus",
        "libopus",
        "vorbis",
        "flac",
        "alac",
        "amrnb",
        "amrwb",
        "libopencore_amrnb",
        "libopencore_amrwb",
    }
)
_BATCH = 1 << 20
_CUT_S = 0.25
"""A file holding this much less than its header states was cut off."""


class Refused(Exception):
    """The recording breaks a cap or the allow-list; ``reason`` is a word that the parent turns into sentences."""

    def __init__(self, reason: str, **facts: int | float | str) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


@dataclass(frozen=True, slots=True)
class Job:
    """What the parent asks for; the caps are those of ``Limits``."""

    demuxer: str
    length_told: bool
    length_kept: bool
    open_end: bool
    stated_s: float
    max_seconds: float
    max_channels: int
    min_rate: int
    max_rate: int
    address_space: int
    cpu_seconds: int


@dataclass(slots=True)
class Report:
    """What came of it. ``refused`` is empty for a recording that was decoded as far as it goes."""

    refused: str = ""
    facts: dict[str, int | float | str] = field(default_factory=dict)
    codec: str = ""
    rate: int = 0
    channels: int = 0
    samples: int = 0
    stated_s: float = 0.0
    cut: bool = False
    damaged: int = 0
    tracks: int = 0


class Source:
    """The recording as libav may see it: bytes at a place, without a name and without moving a shared offset."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0
        self._size = os.fstat(descriptor).st_size

    def read(self, count: int) -> bytes:
        data = os.pread(self._descriptor, count, self._at)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at


class Sink:
    """Frames in, 16 kHz interleaved int16 out, counted; the first frame's channels are kept, never mixed."""

    def __init__(self, job: Job, report: Report, descriptor: int) -> None:
        self._job, self._report, self._descriptor = job, report, descriptor
        self._shape: tuple[str, str, int] | None = None
        self._layout: Any = None
        self._resampler: Any = None
        self._waiting = bytearray()

    def take(self, frame: Any) -> None:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._adapt(frame)
            self._shape = shape
        frame.pts = None
        self._keep(self._resampler.resample(frame))

    def finish(self) -> None:
        if self._resampler is not None:
            self._keep(self._resampler.resample(None))
        self._spill()

    def _adapt(self, frame: Any) -> None:
        _check(self._job, frame.layout.nb_channels, frame.sample_rate)
        if self._resampler is None:
            self._layout = frame.layout
            self._report.channels, self._report.rate = frame.layout.nb_channels, frame.sample_rate
        else:
            self._keep(self._resampler.resample(None))
        self._resampler = _av().AudioResampler(format="s16", layout=self._layout, rate=RATE)

    def _keep(self, frames: list[Any]) -> None:
        for frame in frames:
            self._waiting += memoryview(frame.planes[0])[: frame.samples * self._report.channels * 2]
            self._report.samples += frame.samples
        if self._report.samples > self._job.max_seconds * RATE:
            raise Refused("too_long", seconds=self._report.samples / RATE)
        if len(self._waiting) >= _BATCH:
            self._spill()

    def _spill(self) -> None:
        rest = memoryview(self._waiting)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        rest.release()
        self._waiting = bytearray()


def _av() -> Any:
    import av  # noqa: PLC0415 - the limits stand before libav is loaded

    return av


def _check(job: Job, channels: int, rate: int) -> None:
    if channels > job.max_channels:
        raise Refused("channels", channels=channels)
    if rate and not job.min_rate <= rate <= job.max_rate:
        raise Refused("rate", rate=rate)


def _stream(container: Any, job: Job, report: Report) -> Any:
    """The first audio stream, refused where its header alone breaks a cap."""
    streams = container.streams.audio
    report.tracks = len(streams)
    if not streams:
        raise Refused("no_audio", video=len(container.streams.video))
    stream = streams[0]
    context = stream.codec_context
    if context is None or context.codec.name not in CODECS:
        raise Refused("codec", codec=context.codec.canonical_name if context else "unknown")
    report.codec = context.codec.canonical_name
    _check(job, context.layout.nb_channels, context.sample_rate)
    report.stated_s = job.stated_s or _stated(container, stream)
    if job.length_told and report.stated_s > job.max_seconds:
        raise Refused("too_long", seconds=report.stated_s)
    return stream


def _stated(container: Any, stream: Any) -> float:
    """Seconds of sound as the header or the last page has it, 0 where nothing says so."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1e6


def _frames(container: Any, stream: Any, job: Job, report: Report) -> Iterator[Any]:
    """All frames that can be had; what cannot is counted in ``damaged``, a last broken packet means a cut."""
    av = _av()
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            report.damaged, report.cut = report.damaged + 1, True
            return
        if packet is None:
            return
        if packet.size:
            report.cut = packet.is_corrupt and not job.open_end
        try:
            yield from packet.decode()
        except av.FFmpegError as error:
            if isinstance(error, MemoryError):
                raise
            report.damaged, report.cut = report.damaged + 1, True


def run(job: Job, source: Source, output: int, report: Report) -> None:
    """Decode ``source`` into the descriptor ``output``, telling ``report``. Raises Refused."""
    av = _av()
    options = {
        "codec_whitelist": ",".join(sorted(CODECS)),
        "format_whitelist": job.demuxer,
        "protocol_whitelist": "none",
    }
    try:
        container = av.open(source, "r", format=job.demuxer, options=options, metadata_errors="replace")
    except av.FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        raise Refused("unreadable", detail=str(error.strerror)) from None
    with container:
        stream = _stream(container, job, report)
        sink = Sink(job, report, output)
        for frame in _frames(container, stream, job, report):
            sink.take(frame)
        sink.finish()
    if job.length_kept and report.stated_s - report.samples / RATE > _CUT_S:
        report.cut = True


def _load_all(job: Job) -> None:
    """Decode four samples of our own, so that libav and Python have opened every file they need."""
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 44, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", 8
    )
    with tempfile.TemporaryFile() as tiny, tempfile.TemporaryFile() as nowhere:
        tiny.write(header + bytes(8))
        tiny.flush()
        run(replace(job, demuxer="wav", stated_s=0.0), Source(tiny.fileno()), nowhere.fileno(), Report())


def main(argument: str, descriptor: int) -> None:
    job = Job(**json.loads(argument))
    sandbox.confine(job.address_space, job.cpu_seconds, int(job.max_seconds + 60) * RATE * 2 * job.max_channels)
    report = Report()
    try:
        _av().logging.set_level(None)
        _load_all(job)
        sandbox.close_doors()
        run(job, Source(0), 1, report)
    except Refused as refusal:
        report.refused, report.facts = refusal.reason, refusal.facts
    except MemoryError:
        report.refused = "memory"
    except OSError as error:
        report.refused, report.facts = "system", {"detail": str(error.strerror)}
    except Exception as error:  # one bad file must never look like a good one
        report.refused, report.facts = "crashed", {"detail": type(error).__name__}
    os.write(descriptor, json.dumps(asdict(report)).encode())
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
