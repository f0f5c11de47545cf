"""Which files under the given paths are interactions, and which are sidecars that describe a recording beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_engine.errors import BadInput
from qa_engine.ingest.sniff import AUDIO_NAMES, CHAT_NAMES

DOCUMENTS = frozenset({"readme", "license", "licence", "notice", "source", "copying", "changelog"})
"""Text files that describe a folder; named on the command line they are read all the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take in, with what its sidecar tells."""

    path: Path
    told: dict[str, Any] = field(default_factory=dict)


def gather(paths: Sequence[Path]) -> Iterator[Source]:
    """Files as given, folders searched in order of names; a sidecar travels with its recording.

    Raises BadInput for a path that is not there or a sidecar that is not a JSON object.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path)
        elif path.is_file():
            yield Source(path, _sidecar(path))
        else:
            raise BadInput("no such file or folder", where=str(path), mend="check the path")


def _in_folder(folder: Path) -> Iterator[Source]:
    found = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    files = sorted(p for p in found if p.stem.lower() not in DOCUMENTS)
    recordings = {p.with_suffix("") for p in files if p.suffix.lower() in AUDIO_NAMES}
    for path in files:
        suffix = path.suffix.lower()
        if suffix in AUDIO_NAMES:
            yield Source(path, _sidecar(path))
        elif suffix in CHAT_NAMES and not (suffix == ".json" and path.with_suffix("") in recordings):
            yield Source(path)


def _sidecar(recording: Path) -> dict[str, Any]:
    sidecar = recording.with_suffix(".json")
    if recording.suffix.lower() not in AUDIO_NAMES or not sidecar.is_file():
        return {}
    try:
        told = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput(f"the sidecar is not JSON: {error}", where=str(sidecar)) from None
    if not isinstance(told, dict):
        raise BadInput("the sidecar is not a JSON object", where=str(sidecar), mend='write {"agent": "A017", ...}')
    return told
