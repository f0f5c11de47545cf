"""What the scorecard pane draws: items in their order, violations first, grouped by what they ask of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_engine.domain import Band, ItemResult, Lang, Outcome, Scorecard

Group = Literal["lost", "person", "kept"]


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: ItemResult
    group: Group


@dataclass(frozen=True, slots=True)
class FatalSeen:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of the filter above the items."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    score: float | None
    band: Band | None
    judged_share: float
    fatal_seen: tuple[FatalSeen, ...]
    items: tuple[ShownItem, ...]
    choices: tuple[Choice, ...]


def card(scorecard: Scorecard, lang: Lang) -> Card:
    """Fatal violations come first; all else stays in the rubric's order."""
    shown = [ShownItem(item, group_of(item)) for item in scorecard.items]
    shown.sort(key=lambda s: not (s.item.fatal and s.item.outcome is Outcome.NOT_MET))
    counts = {kind: sum(s.group == kind for s in shown) for kind in ("lost", "person")}
    return Card(
        score=scorecard.score,
        band=scorecard.band,
        judged_share=scorecard.judged_share,
        fatal_seen=tuple(
            FatalSeen(i.id, i.title.said_in(lang)) for i in scorecard.items if i.fatal and i.outcome is Outcome.NOT_MET
        ),
        items=tuple(shown),
        choices=(Choice("all", len(shown)), Choice("lost", counts["lost"]), Choice("person", counts["person"])),
    )


def group_of(item: ItemResult) -> Group:
    """``lost`` took points away (or is a violation), ``person`` waits for a person, ``kept`` did neither."""
    if item.outcome is Outcome.UNDETERMINED:
        return "person"
    return "lost" if item.outcome in (Outcome.NOT_MET, Outcome.PARTIAL) else "kept"
