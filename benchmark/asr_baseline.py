"""Decides how our hearing stands beside a plain faster-whisper loop: same weights, same files, same scoring, one run.

    python -m benchmark.asr_baseline --manifest ../shared/data/asr_zh_read_speech/manifest.jsonl

Each file is heard by all contenders before the next one, in alternating order (ABBA), so that a busy machine is
shared fairly; loading is told apart. ``--telephone`` passes every file through 8 kHz and G.711 first (simulated).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faster_whisper import WhisperModel

from models.asr import WhisperTranscriber
from models.pins import WHISPER_BASE
from models.weights import ready
from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.domain import Interaction, Kind, Recording, Role, Transcript, Turn
from qa_engine.evaluation.asr import Report, Sample, Skipped, measure, read_manifest
from qa_engine.evaluation.telephone import through_g711
from qa_engine.settings import Settings

Hear = Callable[[Recording], Transcript]
COLUMNS = ("cer", "substitutions", "deletions", "insertions", "reference_chars", "rtf", "files")


def plain(model: WhisperModel, language: str, **options: Any) -> Hear:
    """What a first script does: one call of faster-whisper a channel."""

    def hear(recording: Recording) -> Transcript:
        segments, _ = model.transcribe(recording.channel(0), language=language, **options)
        text = "".join(segment.text for segment in segments)
        turn = Turn(index=0, role=Role.UNKNOWN, text=text)
        return Transcript(turns=(turn,), language=language, duration_s=recording.duration_s)

    return hear


def ours(settings: Settings, language: str) -> Hear:
    transcriber = WhisperTranscriber(settings)
    call = Interaction(id="bench", kind=Kind.CALL, source="bench", content_sha256="", language=language)
    transcriber.warm()
    return lambda recording: transcriber.transcribe(recording, call, [], lambda stage, fraction: None)


def compare(manifest: Path, contenders: dict[str, Hear], settings: Settings, on_line: bool) -> dict[str, Report]:
    """Every contender's report over the manifest."""
    scores: dict[str, list[Any]] = {name: [] for name in contenders}
    skipped = []
    for number, line in enumerate(read_manifest(manifest)):
        if isinstance(line, Skipped):
            skipped.append(line)
            continue
        with line.file.open("rb") as stream:
            recording = decode(stream, line.file.name, Limits.of(settings))
        recording = through_g711(recording) if on_line else recording
        names = list(contenders) if number % 2 else list(reversed(contenders))
        for name in names:
            scores[name].append(_score(line, recording, contenders[name]))
    return {name: Report(tuple(found), tuple(skipped)) for name, found in scores.items()}


def _score(line: Sample, recording: Recording, hear: Hear) -> Any:
    return measure(line, lambda _: hear(recording))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--language", default="zh")
    parser.add_argument("--home", type=Path, default=Path("var"))
    parser.add_argument("--telephone", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    settings = Settings(home=args.home)
    folder = str(ready(WHISPER_BASE, args.home))
    began = time.perf_counter()
    shipped = WhisperModel(folder, device="cpu", compute_type="default")
    tuned = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=2)
    contenders = {
        "plain loop, as shipped (beam 5)": plain(shipped, args.language),
        "plain loop, tuned (int8, VAD)": plain(tuned, args.language, vad_filter=True),
        "qa-engine": ours(settings, args.language),
    }
    loaded = time.perf_counter() - began
    reports = compare(args.manifest, contenders, settings, args.telephone)
    figures = {name: {key: report.as_json()[key] for key in COLUMNS} for name, report in reports.items()}
    if args.json:
        print(json.dumps({"load_s": round(loaded, 2), "contenders": figures}, ensure_ascii=False, indent=2))
        return
    for name, row in figures.items():
        print(f"{name:34s}", "  ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
