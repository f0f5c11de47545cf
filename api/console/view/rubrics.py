"""What rubrics call their items and flags, and the rubric page's own order of things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from qa_engine.domain import Lang, Principal
from qa_engine.errors import BadRubric
from qa_engine.rubric import Item, Rubric, list_packs, load_rubric, read_rubric
from qa_engine.storage import KeptRubric, Store

MOST = 40
"""Rubrics whose titles the pages know at once: fewer than are kept read in memory."""
log = structlog.get_logger("console")


def newest_rubrics(store: Store, who: Principal) -> list[Rubric]:
    """The newest readable text of each rubric, and the packs that come with the engine where nothing newer is kept."""
    found = [rubric for kept in store.newest_rubrics(who)[:MOST] if (rubric := read(kept))]
    seen = {rubric.id for rubric in found}
    return found + [pack for pack in packs() if pack.id not in seen]


def packs() -> list[Rubric]:
    """Those that can be read: a broken file must not close the console."""
    readable = []
    for name in list_packs():
        try:
            readable.append(load_rubric(name))
        except BadRubric as error:
            log.warning("rubric_unreadable", rubric=name, error=str(error))
    return readable


def read(kept: KeptRubric) -> Rubric | None:
    """The rubric again; None when a newer engine wrote it in words that this one does not know."""
    try:
        return read_rubric(kept.yaml, f"{kept.id}.yaml")
    except BadRubric:
        return None


def titles(store: Store, who: Principal, lang: Lang) -> dict[str, str]:
    """Item ids and flag codes to words; the newest rubric has the last word."""
    named: dict[str, str] = {}
    for rubric in reversed(newest_rubrics(store, who)):
        named |= {item.id: item.title.text.said_in(lang) for item in rubric.items}
        named |= {flag.code: flag.title.text.said_in(lang) for flag in rubric.pack.flags}
    return named


def normal_rate(rubric: Rubric | None) -> tuple[float, float] | None:
    """The rubric's normal speech rate (Hanzi a minute, low and high), where it names one."""
    found = rubric.pack.thresholds if rubric else {}
    low, high = (next((found[n] for n in names if n in found), None) for names in NORMAL_RATE)
    return (low, high) if low is not None and high is not None and low < high else None


NORMAL_RATE: tuple[Sequence[str], Sequence[str]] = (("rate_low",), ("rate_high",))
"""The names that packs give to the bounds."""


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one section with their points; fatal ones have a group of their own."""

    title: str | None
    items: tuple[Item, ...]

    @property
    def points(self) -> float:
        return sum(item.points for item in self.items)


def groups(rubric: Rubric, lang: Lang) -> tuple[Group, ...]:
    """Scored items by section in the pack's order, then those without one, then the fatal ones (title None)."""
    scored = [item for item in rubric.items if not item.fatal]
    named = [
        Group(s.title.text.said_in(lang), tuple(i for i in scored if i.section == s.id)) for s in rubric.pack.sections
    ]
    known = {s.id for s in rubric.pack.sections}
    rest = Group("", tuple(i for i in scored if i.section not in known))
    fatal = Group(None, tuple(i for i in rubric.items if i.fatal))
    return tuple(g for g in (*named, rest, fatal) if g.items)
