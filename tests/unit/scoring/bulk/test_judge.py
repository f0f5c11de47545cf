"""Bulk judging gives what the interpreter gives, case by case."""

from __future__ import annotations

from dataclasses import replace

from qa_engine.domain import Dossier, Scorecard, Text
from qa_engine.rubric.library import load_rubric
from qa_engine.scoring import judge
from qa_engine.scoring.bulk import Batch, BulkJudge
from qa_engine.scoring.rehearse import dossier_of

RUBRIC = load_rubric("general-zh")


def trials() -> list[Dossier]:
    return [dossier_of(t, "zh", "") for item in RUBRIC.items for t in item.tests][::8]


def compact(card: Scorecard) -> Scorecard:
    """The card without what only people read."""
    return replace(card, items=tuple(replace(i, reason=Text("", ""), evidence=()) for i in card.items))


def test_it_judges_each_dossier_as_the_interpreter_does() -> None:
    dossiers = trials()
    verdicts = BulkJudge(RUBRIC).judge(Batch.of(dossiers))
    for i, dossier in enumerate(dossiers):
        assert verdicts.card(i) == compact(judge(dossier, RUBRIC))


def test_a_packed_batch_judges_the_same() -> None:
    batch = Batch.of(trials()[:5])
    again = Batch.unpack(batch.pack())
    assert again.ids == batch.ids
    one, other = (BulkJudge(RUBRIC).judge(b) for b in (batch, again))
    assert [one.card(i) for i in range(5)] == [other.card(i) for i in range(5)]
