"""Decides how far recognised text is from reference text: character errors by kind, per file and in all.

The character error rate is (substitutions + deletions + insertions) / reference characters, after both sides have
been brought to one spelling (``normalise``). Times are wall clock; rtf is seconds of work per second of sound.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import opencc
from rapidfuzz.distance import Levenshtein

from qa_engine.domain import Transcript
from qa_engine.errors import BadInput
from qa_engine.evaluation.lines import numbered
from qa_engine.evaluation.numbers import fold_numbers

_NOT_SAID = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording with the words that were said in it."""

    file: Path
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line of the manifest that could not be measured, and why."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScore:
    """One file's errors; ``audio_s`` and ``work_s`` in seconds."""

    file: str
    reference: str
    heard: str
    reference_chars: int
    substitutions: int
    deletions: int
    insertions: int
    audio_s: float
    work_s: float

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, slots=True)
class Report:
    """All files measured, and what was left out."""

    scores: tuple[FileScore, ...]
    skipped: tuple[Skipped, ...] = ()

    def total(self, name: str) -> float:
        return float(sum(getattr(score, name) for score in self.scores))

    @property
    def cer(self) -> float | None:
        """None when no reference character was measured: nothing is known, which is not zero."""
        chars = self.total("reference_chars")
        return self.total("errors") / chars if chars else None

    @property
    def rtf(self) -> float | None:
        audio = self.total("audio_s")
        return self.total("work_s") / audio if audio else None

    def as_json(self) -> dict[str, Any]:
        """The figures of `evaluate asr --json`."""
        counts = {name: int(self.total(name)) for name in ("substitutions", "deletions", "insertions")}
        return {
            "cer": _rounded(self.cer),
            **counts,
            "reference_chars": int(self.total("reference_chars")),
            "rtf": _rounded(self.rtf),
            "audio_s": round(self.total("audio_s"), 3),
            "files": len(self.scores),
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "per_file": [asdict(score) for score in self.scores],
        }


def evaluate(
    manifest: Path,
    transcribe: Callable[[Path], Transcript],
    *,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Measure every line of a manifest. ``told`` hears (files done, files in all).

    Raises BadSetting for the manifest, BadInput for a line. A file that cannot be read is skipped with its reason; a
    recogniser that fails for any other cause is not hidden.
    """
    lines = list(read_manifest(manifest))
    scores, skipped = [], []
    for done, line in enumerate(lines):
        if isinstance(line, Sample):
            try:
                scores.append(measure(line, transcribe))
            except BadInput as error:
                skipped.append(Skipped(str(line.file), line.line, str(error)))
        else:
            skipped.append(line)
        told(done + 1, len(lines))
    return Report(tuple(scores), tuple(skipped))


def read_manifest(manifest: Path) -> Iterator[Sample | Skipped]:
    """Lines ``{"file": relative to the manifest, "text": ...}``; those without text or file come back as Skipped."""
    for number, raw in numbered(manifest):
        yield _sample(manifest, number, raw)


def count_errors(reference: str, heard: str) -> tuple[int, int, int]:
    """(substitutions, deletions, insertions) of a cheapest alignment of two normalised texts."""
    kinds = [op.tag for op in Levenshtein.editops(reference, heard)]
    return kinds.count("replace"), kinds.count("delete"), kinds.count("insert")


def normalise(text: str) -> str:
    """NFKC, Simplified, case-folded, numbers in figures; punctuation and space left out."""
    plain: str = _simplifier().convert(unicodedata.normalize("NFKC", text)).casefold()
    return _NOT_SAID.sub("", fold_numbers(plain))


def said(transcript: Transcript) -> str:
    """All words of a transcript in order."""
    return " ".join(turn.text for turn in transcript.turns)


def _sample(manifest: Path, number: int, raw: str) -> Sample | Skipped:
    where = f"{manifest}:{number}"
    try:
        line = json.loads(raw)
    except json.JSONDecodeError as error:
        raise BadInput(f"not a JSON object: {error}", where=where, mend="one JSON object a line") from error
    if not isinstance(line, dict) or not isinstance(line.get("file"), str):
        raise BadInput(
            "no field `file` with the name of a recording", where=where, mend='write {"file": .., "text": ..}'
        )
    text, file = line.get("text"), manifest.parent / line["file"]
    if not isinstance(text, str) or not normalise(text):
        return Skipped(line["file"], number, "no reference text")
    if not file.is_file():
        return Skipped(line["file"], number, "no such file")
    return Sample(file, text, number)


def measure(sample: Sample, transcribe: Callable[[Path], Transcript]) -> FileScore:
    """One file heard and scored."""
    began = time.perf_counter()
    transcript = transcribe(sample.file)
    work_s = time.perf_counter() - began
    reference, heard = normalise(sample.text), normalise(said(transcript))
    substitutions, deletions, insertions = count_errors(reference, heard)
    return FileScore(
        file=sample.file.name,
        reference=sample.text,
        heard=said(transcript),
        reference_chars=len(reference),
        substitutions=substitutions,
        deletions=deletions,
        insertions=insertions,
        audio_s=transcript.duration_s or 0.0,
        work_s=work_s,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    return opencc.OpenCC("tw2s")
