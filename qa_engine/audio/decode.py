"""A recording as it was sent -> PCM that every later stage can trust; all decoding happens in a process of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from qa_engine.audio.assurance import assure
from qa_engine.audio.decoder import Job, Report
from qa_engine.audio.limits import Limits
from qa_engine.audio.sniff import HEAD, Sniffed, ogg_ends, sniff
from qa_engine.audio.words import losses, refusal
from qa_engine.domain.recording import SAMPLE_RATE, Recording

MAPPED_SECONDS = 1800
"""Longer recordings stay on disk and are mapped, so that memory does not follow their length."""

_ROOT = str(Path(__file__).resolve().parents[2])
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")
_REPORT_BYTES = 1 << 16
_CHUNK = 1 << 20


def decode(stream: BinaryIO, name: str, limits: Limits) -> Recording:
    """The whole recording at 16 kHz with its notices, read from its first byte on.

    ``name`` is for messages only and never opened. Raises BadAudio (where=name) for what is empty, of an unknown
    format, damaged beyond hearing or above a cap; what was cut off is kept as far as it goes, with a notice.
    """
    with _as_file(stream, name, limits) as source:
        found = sniff(os.pread(source.fileno(), HEAD, 0), name)
        with tempfile.TemporaryFile() as sound:
            report = _decode_apart(source, sound, found, limits)
            pcm = _pcm(sound, report)
        if found.container == "ogg":
            size = os.fstat(source.fileno()).st_size
            report.cut |= not ogg_ends(os.pread(source.fileno(), HEAD, max(0, size - HEAD)))
    if report.refused:
        raise refusal(report, name, limits)
    assured = assure(pcm)
    return Recording(
        pcm=pcm,
        source_rate=report.rate,
        codec=report.codec,
        container=found.container,
        notices=losses(report) + assured.notices,
        speaker_channels=assured.speaker_channels,
    )


@contextmanager
def _as_file(stream: BinaryIO, name: str, limits: Limits) -> Iterator[IO[bytes]]:
    """The stream as a true file: itself where it is one, else a counted, nameless copy."""
    if _is_plain_file(stream):
        stream.flush()
        if os.fstat(stream.fileno()).st_size > limits.max_bytes:
            raise refusal(Report(refused="too_big"), name, limits)
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        if stream.seekable():
            stream.seek(0)
        while chunk := stream.read(_CHUNK):
            copy.write(chunk)
            if copy.tell() > limits.max_bytes:
                raise refusal(Report(refused="too_big"), name, limits)
        copy.flush()
        yield copy


def _is_plain_file(stream: BinaryIO) -> bool:
    """Wrappers such as GzipFile also have a ``fileno``, but of other bytes."""
    raw = getattr(stream, "raw", stream)
    return isinstance(raw, io.FileIO) and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


def _decode_apart(source: IO[bytes], sound: IO[bytes], found: Sniffed, limits: Limits) -> Report:
    """Run the decoding process to its end, or end it; whatever happens to it becomes a report."""
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(  # noqa: S603 - our own module, no user's string among the arguments
            _command(_job(found, limits), told.fileno()),
            stdin=source,
            stdout=sound,
            stderr=subprocess.DEVNULL,
            pass_fds=(told.fileno(),),
            cwd="/",
            env=_environment(),
            start_new_session=True,
        ) as process:
            try:
                code = process.wait(timeout=2 * limits.work_seconds)
            except BaseException as error:
                process.kill()
                if isinstance(error, subprocess.TimeoutExpired):
                    return Report(refused="time")
                raise
        return _report(os.pread(told.fileno(), _REPORT_BYTES, 0), code)


def _job(found: Sniffed, limits: Limits) -> Job:
    return Job(
        demuxer=found.demuxer,
        length_told=found.length_told,
        length_kept=found.length_kept,
        open_end=found.open_end,
        stated_s=found.stated_s,
        max_seconds=limits.max_seconds,
        max_channels=limits.max_channels,
        min_rate=limits.min_rate,
        max_rate=limits.max_rate,
        address_space=limits.address_space,
        cpu_seconds=limits.work_seconds,
    )


def _command(job: Job, report: int) -> list[str]:
    return [sys.executable, "-P", "-m", "qa_engine.audio.decoder", json.dumps(asdict(job)), str(report)]


def _environment() -> dict[str, str]:
    """Nothing of ours that is secret goes to the process that reads strangers' bytes."""
    kept = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    paths = [_ROOT, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}


_reports: TypeAdapter[Report] = TypeAdapter(Report)


def _report(told: bytes, code: int) -> Report:
    """What the process reported; a dead process or an unreadable report is a refusal."""
    if code:
        return Report(refused="time" if code == -signal.SIGXCPU else "crashed")
    try:
        return _reports.validate_json(told)
    except ValidationError:
        return Report(refused="crashed")


def _pcm(sound: IO[bytes], report: Report) -> npt.NDArray[np.int16]:
    """(channels, samples): in memory, or mapped where it is long. Nothing decoded is a refusal."""
    channels = max(1, report.channels)
    samples = os.fstat(sound.fileno()).st_size // (2 * channels)
    if not report.refused and not samples:
        report.refused = "nothing"
    if report.refused:
        return np.zeros((channels, 0), np.int16)
    if samples > MAPPED_SECONDS * SAMPLE_RATE:
        mapped: np.memmap[Any, np.dtype[np.int16]] = np.memmap(sound, np.int16, "r", shape=(samples, channels))
        return mapped.T
    sound.seek(0)
    return np.ascontiguousarray(np.fromfile(sound, np.int16, samples * channels).reshape(samples, channels).T)
