"""Finds packs by name or path and reads each text once a process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_engine.errors import BadRubric
from qa_engine.rubric.reader import Reader
from qa_engine.rubric.source import Source
from qa_engine.rubric.spec import Rubric

PACKS = Path(__file__).parent / "packs"


def list_packs() -> list[str]:
    """Names of the rubrics that come with the engine."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


def load_rubric(name_or_path: str) -> Rubric:
    """The rubric of that name, or of that file. Raises BadRubric with ``file:line`` and the mend."""
    path = PACKS / f"{name_or_path}.yaml" if name_or_path in list_packs() else Path(name_or_path)
    if not path.is_file():
        raise BadRubric(
            f"no rubric is called {name_or_path}, and no such file is there",
            where=name_or_path,
            mend=f"give a file, or one of: {', '.join(list_packs())}",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as e:
        raise BadRubric(f"cannot be read: {e}", where=str(path), mend="save it as UTF-8") from e
    return read_rubric(text, path.name if path.parent == PACKS else str(path))


@lru_cache(maxsize=64)
def read_rubric(text: str, name: str = "rubric.yaml") -> Rubric:
    """A rubric from its YAML text, as kept in the database; ``name`` is what errors call it. Raises BadRubric."""
    source = Source(text, name)
    reader = Reader(source)
    pack = reader.pack()
    lines = {f"unused.{name}": "" for name in reader.unused}
    lines |= _lines(source)
    return Rubric(pack, text, hashlib.sha256(text.encode()).hexdigest(), name, lines)


def _lines(source: Source) -> Mapping[str, str]:
    found: dict[str, str] = {}
    items: Any = source.data.get("items", [])
    for item in items:
        found[str(item.get("id"))] = source.where(item)
    for section in ("words", "facts", "thresholds"):
        for name in source.data.get(section) or {}:
            found[f"{section}.{name}"] = source.where(source.data[section], name)
    return found
