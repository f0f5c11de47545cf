"""Bulk judging gives what the interpreter gives, case by case."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from models.acts import load as acts
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Interaction, Kind, Scorecard, Text
from qa_engine.rubric.library import list_packs, load_rubric
from qa_engine.scoring import judge
from qa_engine.scoring.bulk import Batch, BulkJudge
from qa_engine.scoring.rehearse import dossier_of
from qa_engine.signals import measure
from workers.seeding.dialogues import compose, values_of


def trials(name: str) -> list[Dossier]:
    """Every fourth test dialogue of a pack: the sharpest there are, for they were written to tell rules apart."""
    rubric = load_rubric(name)
    return [dossier_of(t, rubric.languages[0], "") for item in rubric.items for t in item.tests][::4]


def seeded(count: int, language: str) -> list[Dossier]:
    rng = Random(7)
    found = []
    for n in range(count):
        dialogue = compose(rng, rng.choice(list(Kind)), language, rng.random())
        transcript = dialogue.transcript(values_of(rng, language, n))
        interaction = Interaction(id=f"s{n}", kind=dialogue.kind, source="seeded", content_sha256=f"{n:064d}")
        found.append(Dossier(interaction, transcript, measure(transcript, None)))
    return found


def broken() -> Dossier:
    """A record that ends in half a character."""
    dossier = seeded(1, "zh")[0]
    *turns, last = dossier.transcript.turns
    transcript = replace(dossier.transcript, turns=(*turns, replace(last, text=last.text + "\ud83d")))
    return replace(dossier, transcript=transcript)


def compact(card: Scorecard) -> Scorecard:
    """The card without what only people read."""
    return replace(card, items=tuple(replace(i, reason=Text("", ""), evidence=()) for i in card.items))


@pytest.mark.parametrize("tools", [Instruments(), Instruments(acts=acts())], ids=["no model", "acts"])
@pytest.mark.parametrize("name", list_packs())
def test_it_judges_each_dossier_as_the_interpreter_does(name: str, tools: Instruments) -> None:
    rubric = load_rubric(name)
    dossiers = [*trials(name), *seeded(20, rubric.languages[0]), broken()]
    verdicts = BulkJudge(rubric, tools).judge(Batch.unpack(Batch.of(dossiers).pack()))
    for i, dossier in enumerate(dossiers):
        assert verdicts.card(i) == compact(judge(dossier, rubric, tools))


def test_with_its_columns_kept_nothing_is_worked_out_again() -> None:
    rubric = load_rubric("general-zh")
    bulk, batch = BulkJudge(rubric), Batch.of([*trials("general-zh")[::4], *seeded(5, "zh")])
    first = bulk.judge(batch)
    second = bulk.judge(batch, first.columns)
    assert set(first.columns) <= set(bulk.keys)
    assert not second.columns
    assert np.array_equal(first.outcomes, second.outcomes)
    assert np.array_equal(first.confidence, second.confidence)
    assert first.flags == second.flags
    assert first.fatal == second.fatal


def test_an_empty_batch_has_no_verdicts() -> None:
    assert len(BulkJudge(load_rubric("general-zh")).judge(Batch.of([]))) == 0
