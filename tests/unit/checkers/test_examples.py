"""Every operator is shown by a conversation in which it holds and by a near miss, and both are true."""

from __future__ import annotations

import json

import pytest

from qa_engine.checkers.base import Instruments
from qa_engine.checkers.bench import Bench
from qa_engine.rubric.examples import Case, cases
from qa_engine.rubric.operator import operators
from qa_engine.scoring.rehearse import dossier_of
from tests.unit.checkers.cast import rubric_of

ROWS = [pytest.param(name, case, id=f"{name}-{n}") for name, rows in cases().items() for n, case in enumerate(rows)]
WANT_A_MODEL = {"means", "does"}


@pytest.mark.parametrize(("name", "case"), ROWS)
def test_the_operator_answers_as_its_example_says(name: str, case: Case) -> None:
    rubric = rubric_of(json.dumps({name: dict(case.ask)}, ensure_ascii=False, default=str))
    answer = Bench(dossier_of(case.trial, "zh", "examples.yaml"), Instruments()).ask(rubric.fact("asked"))
    assert answer.truth.name.lower() == case.answer, answer.reason.en


def test_every_operator_has_an_example_and_a_near_miss() -> None:
    told = {name: {case.answer for case in rows} for name, rows in cases().items()}
    assert told.keys() == operators().keys()
    assert [
        name for name, answers in told.items() if name not in WANT_A_MODEL and not {"true", "false"} <= answers
    ] == []
