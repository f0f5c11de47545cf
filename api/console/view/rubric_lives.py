"""The rubric list by their lives, what may be done with each version, and what differs, marked for the eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from api.console.view.rubrics import newest_rubrics, packs
from qa_engine.domain import MOVES, Life, Principal, Text
from qa_engine.rubric import Rubric
from qa_engine.rubric.examples import Case, cases
from qa_engine.rubric.operator import operators
from qa_engine.rubric.reference import asked, default_of
from qa_engine.storage import KeptRubric, Store
from qa_engine.storage.rubric_rows import RubricVersion

Mark = Literal["added", "removed", "place", "same"]


@dataclass(frozen=True, slots=True)
class Row:
    """One version; ``key`` is what its page is called by, ``life`` None for what comes with the installation."""

    key: str
    version: str
    sha256: str
    life: RubricVersion | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All versions of one rubric, newest first."""

    id: str
    title: Text | None
    rows: tuple[Row, ...]


def shelves(store: Store, who: Principal) -> tuple[Shelf, ...]:
    """Those with a life come first."""
    titles = {rubric.id: rubric.title for rubric in newest_rubrics(store, who)}
    lives = store.rubric_versions(who)
    rows = [(life.rubric_id, Row(life.id, life.version, life.sha256, life)) for life in lives]
    seen = {life.sha256 for life in lives}
    texts: list[KeptRubric | Rubric] = [*store.rubrics(who), *packs()]
    rest = {text.sha256: text for text in texts if text.sha256 not in seen}.values()
    rows += [(text.id, Row(text.sha256, text.version, text.sha256, None)) for text in rest]
    order = {name: n for n, name in enumerate(dict.fromkeys(name for name, _ in rows))}
    sorted_rows = sorted(rows, key=lambda row: order[row[0]])
    grouped = groupby(sorted_rows, key=lambda row: row[0])
    return tuple(Shelf(name, titles.get(name), tuple(row for _, row in these)) for name, these in grouped)


def choices(shown: Sequence[Shelf], but: str) -> list[tuple[str, str]]:
    """Key and name of every version that may be compared with the one of that SHA-256, same rubric or not."""
    return [(row.key, f"{shelf.id} {row.version}") for shelf in shown for row in shelf.rows if row.sha256 != but]


def ways(life: RubricVersion | None) -> list[Life]:
    """Where it may go from here, in the order of a life."""
    return [] if life is None else [state for state in Life if state in MOVES[life.state]]


def next_version(version: str) -> str:
    """A name for the copy: the last number one higher, else a first number behind it."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isascii() and last.isdigit() else f"{version}.1"


@dataclass(frozen=True, slots=True)
class DiffLine:
    mark: Mark
    text: str


def marked(lines: Sequence[str]) -> Iterator[DiffLine]:
    """The lines of a unified diff, without the names of the two files."""
    kinds: dict[str, Mark] = {"+": "added", "-": "removed", "@": "place"}
    for line in lines[2:]:
        mark = kinds.get(line[:1], "same")
        yield DiffLine(mark, line if mark == "place" else line[1:])


@dataclass(frozen=True, slots=True)
class Described:
    """An operator as it describes itself: its fields by name, default and meaning, and examples with near misses."""

    name: str
    told: tuple[str, ...]
    """Every second part is a name or a piece of YAML."""
    shorthand: str | None
    fields: tuple[tuple[str, str, str], ...]
    examples: tuple[tuple[Case, str], ...]
    """Each with its parameters as written."""


def reference() -> tuple[Described, ...]:
    """In alphabetical order."""
    return tuple(
        Described(
            name, tuple(" ".join((operator.__doc__ or "").replace("``", "`").split()).split("`")), operator.shorthand,
            tuple((f, default_of(info), info.description or "") for f, info in operator.model_fields.items()),
            tuple((case, asked(case)) for case in cases().get(name, ())),
        )
        for name, operator in operators().items()
    )  # fmt: skip


def examples(rubric: Rubric) -> dict[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]]:
    """Per item its test dialogues: the outcome, and lines of side and words."""
    return {
        item.id: tuple((trial.expect, tuple(_line(line) for line in trial.dialogue)) for trial in item.tests)
        for item in rubric.items
    }


def _line(line: str) -> tuple[str, str]:
    side, _, words = line.partition(":")
    return {"A": "agent", "C": "customer"}.get(side.strip().upper(), "system"), words.strip()
