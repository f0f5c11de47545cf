"""Collects from the text of a pack what its parts no longer tell: lines, entries written twice, uses of thresholds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from qa_engine.rubric.source import Located, Source
from qa_engine.rubric.spec import Written

NAMED = ("words", "facts", "thresholds")
BROAD = "any_"
"""Vocabularies of such a name are meant to match whatever is said."""


def lines_of(source: Source) -> Mapping[str, str]:
    """``file:line`` of items, their rungs and tests, of everything with a name, and as ``pack.KEY`` of the top keys."""
    found = {f"pack.{key}": source.where(source.data, key) for key in source.data}
    for item in source.data.get("items", []):
        found[str(item.get("id"))] = source.where(item)
        for part in ("ladder", "tests"):
            rows = item.get(part) or []
            found |= {f"{item.get('id')}.{part}.{n}": source.where(rows, n) for n in range(len(rows))}
    for section in NAMED:
        names = source.data.get(section) or {}
        found |= {f"{section}.{name}": source.where(names, name) for name in names}
    return found


def written(source: Source, lines: Mapping[str, str], unused: list[str]) -> Written:
    words: Mapping[str, list[Any]] = source.data.get("words") or {}
    return Written(
        unused={name: lines[name] for name in unused},
        entries=_entries(source, words),
        doubled=tuple(_doubled(source, words)),
        thresholds=_thresholds(source),
    )


def folded(entry: str) -> str:
    """One spelling for what is compared as equal: half width, lower case."""
    return unicodedata.normalize("NFKC", entry).casefold().strip()


def _entries(source: Source, words: Mapping[str, list[Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _texts({k: v for k, v in source.data.items() if k in ("facts", "flags")}):
        if _is_pattern(entry):
            found.setdefault(str(entry), source.where(entry))
    for item in source.data.get("items", []):
        for entry in _texts(item.get("ladder")):
            if _is_pattern(entry):
                found.setdefault(str(entry), source.where(entry))
    for entry in _texts({name: entries for name, entries in words.items() if not name.startswith(BROAD)}):
        if not entry.startswith("$"):
            found.setdefault(str(entry), source.where(entry))
    return found


def _doubled(source: Source, words: Mapping[str, list[Any]]) -> Iterator[tuple[str, str, str]]:
    for name, entries in words.items():
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            spelled = folded(str(entry))
            if spelled in seen:
                yield str(entry), name, source.where(entries, index)
            seen.add(spelled)


def _thresholds(source: Source) -> dict[str, frozenset[str]]:
    names = set(source.data.get("thresholds") or {})
    users = {**(source.data.get("facts") or {}), **{i.get("id"): i.get("ladder") for i in source.data.get("items", [])}}
    used: dict[str, set[str]] = {}
    for user, body in users.items():
        for text in _texts(body):
            if text[:1] == "$" and text[1:] in names:
                used.setdefault(text[1:], set()).add(str(user))
    return {name: frozenset(by) for name, by in used.items()}


def _texts(value: Any) -> Iterator[Located]:
    if isinstance(value, Located):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _is_pattern(entry: str) -> bool:
    return len(entry) > 2 and entry[0] == entry[-1] == "/"
