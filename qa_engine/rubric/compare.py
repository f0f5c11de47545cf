"""Tells two rubrics apart: items, points, rules, words and thresholds that came, went or changed, and the text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any

from qa_engine.domain import Text
from qa_engine.rubric.forms import form
from qa_engine.rubric.spec import Bilingual, Item, Rubric

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as people read it; None where it was not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An item in both rubrics. ``rules`` tells that some rung asks something else, be it by a word of a vocabulary."""

    id: str
    title: Text
    fields: tuple[FieldChange, ...]
    rules: bool


@dataclass(frozen=True, slots=True)
class WordChange:
    """A vocabulary with the entries that came and went."""

    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is another in the second rubric. ``fields`` are those of the pack as a whole."""

    fields: tuple[FieldChange, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[ItemChange, ...]
    words: tuple[WordChange, ...]
    thresholds: tuple[FieldChange, ...]
    facts: tuple[FieldChange, ...]
    text: tuple[str, ...]
    """Lines of a unified diff."""


def compare(before: Rubric, after: Rubric) -> Comparison:
    """From ``before`` to ``after``; equal texts give nothing."""
    old, new = ({item.id: item for item in rubric.items} for rubric in (before, after))
    both = [(old[name], new[name]) for name in old if name in new]
    return Comparison(
        fields=tuple(_fields(before.pack, after.pack, _OF_PACK)),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(change for pair in both if (change := _item(*pair))),
        words=tuple(_words(before.pack.words, after.pack.words)),
        thresholds=tuple(_numbers(before.pack.thresholds, after.pack.thresholds)),
        facts=tuple(_facts(before, after)),
        text=tuple(_diff(before, after)),
    )


def _item(old: Item, new: Item) -> ItemChange | None:
    fields = (*_fields(old, new, _OF_ITEM), *_ladder(old, new))
    rules = _rules(old) != _rules(new)
    return ItemChange(new.id, new.title.text, fields, rules) if fields or rules else None


def _rules(item: Item) -> tuple[Hashable, ...]:
    return tuple((rung.outcome, form(rung.when)) for rung in item.ladder)


def _ladder(old: Item, new: Item) -> Iterator[FieldChange]:
    """Rungs by what they say to people; the conditions behind them are told by ``rules``."""
    was, now = ([*(_rung(rung) for rung in item.ladder), _rung(item.otherwise)] for item in (old, new))
    for tag, a, b, c, d in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for n in range(max(b - a, d - c)):
            before = was[a + n] if a + n < b else None
            after = now[c + n] if c + n < d else None
            yield FieldChange("ladder", before, after)


def _rung(rung: Any) -> str:
    return f"{rung.outcome}: {rung.because.zh} / {rung.because.en}"


def _fields(old: object, new: object, shown: Mapping[str, Callable[[Any], object]]) -> Iterator[FieldChange]:
    for name, read in shown.items():
        before, after = _plain(read(old)), _plain(read(new))
        if before != after:
            yield FieldChange(name, before, after)


def _plain(value: object) -> str | None:
    match value:
        case None:
            return None
        case Bilingual():
            return f"{value.zh} / {value.en}"
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(str(_plain(part)) for part in value)
        case _:
            return str(value)


def _words(old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]) -> Iterator[WordChange]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, ()), new.get(name, ())
        added = tuple(entry for entry in after if entry not in before)
        removed = tuple(entry for entry in before if entry not in after)
        if added or removed or (name in old) != (name in new):
            yield WordChange(name, added, removed)


def _numbers(old: Mapping[str, float], new: Mapping[str, float]) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*old, *new]):
        before, after = _plain(old.get(name)), _plain(new.get(name))
        if before != after:
            yield FieldChange(name, before, after)


def _facts(before: Rubric, after: Rubric) -> Iterator[FieldChange]:
    old, new = before.pack.facts, after.pack.facts
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new or form(old[name]) != form(new[name]):
            yield FieldChange(name, name if name in old else None, name if name in new else None)


def _diff(before: Rubric, after: Rubric) -> Iterator[str]:
    old, new = before.text.splitlines(), after.text.splitlines()
    names = (f"{before.id} {before.version}", f"{after.id} {after.version}")
    yield from unified_diff(old, new, fromfile=names[0], tofile=names[1], lineterm="", n=CONTEXT)


_OF_PACK: Mapping[str, Callable[[Any], object]] = {
    "id": lambda pack: pack.id,
    "title": lambda pack: pack.title,
    "languages": lambda pack: pack.languages,
    "pass": lambda pack: pack.scoring.bands.passed,
    "coach": lambda pack: pack.scoring.bands.coach,
    "partial": lambda pack: pack.scoring.partial,
    "min_confidence": lambda pack: pack.scoring.min_confidence,
    "sections": lambda pack: tuple(section.id for section in pack.sections),
    "flags": lambda pack: tuple(flag.code for flag in pack.flags),
}
_NOT_SHOWN = frozenset({"id", "ladder", "otherwise", "tests", "opinion"})
_OF_ITEM: Mapping[str, Callable[[Any], object]] = {
    name: (lambda item, name=name: getattr(item, name)) for name in Item.model_fields if name not in _NOT_SHOWN
} | {
    "tests": lambda item: len(item.tests),
    "opinion": lambda item: item.opinion and item.opinion.question,
}
