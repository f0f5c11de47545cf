"""Labelled texts from the files that people have: JSON lines, CSV, TSV with a header, and rows of text and indices."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.emotion.labels import LABELS, common_label
from qa_engine.errors import BadInput, BadSetting

LABEL_FIELDS = ("label", "emotion")
GROUP_FIELDS = ("group", "dialogue_id", "session")
_MEND = 'write {"text": "...", "label": "anger"} a line, or CSV/TSV with the columns text and label (or emotion)'


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text and its labels (several where a set allows it). Texts of one ``group`` stay on one side of a split."""

    text: str
    labels: tuple[str, ...]
    group: str


def read_labelled(path: Path) -> list[Labelled]:
    """All rows with text and label. Raises BadSetting for the file, BadInput that names the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the data file cannot be read: {error}", where=str(path), mend=_MEND) from None
    rows = _json_rows(lines) if path.suffix in (".jsonl", ".json") else _table_rows(path, lines)
    return [found for number, row in rows if (found := _labelled(f"{path.name}:{number}", row))]


def _labelled(where: str, row: Mapping[str, object]) -> Labelled | None:
    text = str(row.get("text") or "").strip()
    told = next((row[name] for name in LABEL_FIELDS if row.get(name)), None)
    if not text or not told:
        return None
    try:
        labels = tuple(dict.fromkeys(common_label(name) for name in str(told).split("|")))
    except BadSetting as error:
        raise BadInput(str(error), where=where, mend="labels are: " + ", ".join(LABELS)) from None
    group = next((str(row[name]) for name in GROUP_FIELDS if row.get(name)), text)
    return Labelled(text, labels, group)


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadInput(f"not a JSON line: {error}", where=f"line {number}", mend=_MEND) from None
            yield number, row


def _table_rows(path: Path, lines: list[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    tabs = path.suffix == ".tsv"
    apart = "\t" if tabs else ","
    rows = csv.reader(lines, delimiter=apart, quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL)
    head = lines[0].lower().split(apart) if lines else []
    if "text" in head:
        next(rows)
        yield from ((number, dict(zip(head, row, strict=False))) for number, row in enumerate(rows, 2))
        return
    names = _index_names(path)
    for number, (text, indices, *_rest) in enumerate(rows, 1):
        yield number, {"text": text, "label": "|".join(names[int(index)] for index in indices.split(","))}


def _index_names(path: Path) -> list[str]:
    """The names behind label indices stand beside the rows, in ``*labels.txt``, one a line."""
    beside = sorted(path.parent.glob(f"{path.stem.split('_')[0]}*labels.txt"))
    if not beside:
        raise BadSetting("no header, and no list of labels beside the file", where=str(path), mend=_MEND)
    return beside[0].read_text(encoding="utf-8").split()
