"""Finds packs by name or path and reads each text once a process."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from qa_engine.errors import BadRubric
from qa_engine.rubric.reader import Reader
from qa_engine.rubric.source import Source
from qa_engine.rubric.spec import LONGEST_NAME, Rubric
from qa_engine.rubric.written import lines_of, written

PACKS = Path(__file__).parent / "packs"


def list_packs() -> list[str]:
    """Names of the rubrics that come with the engine."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


def load_rubric(name_or_path: str) -> Rubric:
    """The rubric of that name, or of that file. Raises BadRubric with ``file:line`` and the mend."""
    path = PACKS / f"{name_or_path}.yaml" if name_or_path in list_packs() else Path(name_or_path)
    return read_rubric(text_of_file(path), path.name if path.parent == PACKS else str(path))


def text_of_file(path: Path) -> str:
    """Raises BadRubric."""
    if not path.is_file():
        raise BadRubric(
            f"no rubric is called {path}, and no such file is there",
            where=str(path),
            mend=f"give a file, or one of: {', '.join(list_packs())}",
        )
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as e:
        raise BadRubric(f"cannot be read: {e}", where=str(path), mend="save it as UTF-8") from e


@lru_cache(maxsize=64)
def read_rubric(text: str, name: str = "rubric.yaml") -> Rubric:
    """A rubric from its YAML text, as kept in the database; ``name`` is what errors call it. Raises BadRubric."""
    return try_rubric(text, name)


def try_rubric(text: str, name: str = "rubric.yaml") -> Rubric:
    """The same without remembering it: for texts that change while they are written. Raises BadRubric."""
    source = Source(text, name)
    reader = Reader(source)
    pack = reader.pack()
    lines = lines_of(source)
    told = written(source, lines, reader.unused)
    return Rubric(pack, text, hashlib.sha256(text.encode()).hexdigest(), name, lines, told)


def with_version(text: str, version: str) -> str:
    """The same text under another version, the rest of it untouched. Raises BadRubric where it does not name one."""
    line = f"version: {json.dumps(version, ensure_ascii=False)}"
    changed, found = re.subn(r"^version:[^\n#]*?(?=\s*(#|$))", lambda _: line, text, count=1, flags=re.MULTILINE)
    if not found:
        raise BadRubric("it says no version at its top", where="version", mend="write `version:` on a line of its own")
    return changed


def names_of(text: str, name: str = "rubric.yaml") -> tuple[str, str]:
    """The id and version that a text gives itself, whatever else is wrong with it. Raises BadRubric."""
    source = Source(text, name)
    for key in ("id", "version"):
        if not 0 < len(str(source.data.get(key) or "")) <= LONGEST_NAME:
            where = source.where(source.data, key)
            raise BadRubric(
                f"`{key}` must have 1 to {LONGEST_NAME} characters", where=where, mend="write it at the top"
            )
    return str(source.data["id"]), str(source.data["version"])
