"""Shows why a scorecard made in bulk decided so: reasons and evidence by the interpreter, from the dossier."""

from __future__ import annotations

from dataclasses import replace

from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, ItemResult, Scorecard, Text
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.scorecard import judge


def render(card: Scorecard, dossier: Dossier, rubric: Rubric, instruments: Instruments | None = None) -> Scorecard:
    """The same card with reasons and evidence. What was decided stays, also where it would be decided otherwise now.

    Then the item's reason says so: its words were heard anew since, or a model that it needs is not at hand.
    """
    tools = replace(instruments or Instruments(), judge=None, opinions=None)
    now = {item.id: item for item in judge(dossier, rubric, tools).items}
    return replace(card, items=tuple(_shown(item, now.get(item.id)) for item in card.items))


def unexplained(card: Scorecard) -> Scorecard:
    """The card where its dossier or rubric cannot be read any more."""
    why = Text(
        "当时的对话或规则已无法读取，只保留了结论。",
        "the dialogue or its rubric cannot be read any more: only the verdict is kept",
    )
    return replace(card, items=tuple(replace(item, reason=why) for item in card.items))


def _shown(kept: ItemResult, now: ItemResult | None) -> ItemResult:
    if now is not None and now.outcome is kept.outcome:
        return replace(kept, reason=now.reason, evidence=now.evidence)
    would = now.outcome.value if now is not None else "-"
    why = Text(
        f"评分时判为 {kept.outcome.value}，并以此为准；按现在的材料会判为 {would}。",
        f"judged {kept.outcome.value} then, and that stands; by what is at hand now it would be {would}",
    )
    return replace(kept, reason=why)
