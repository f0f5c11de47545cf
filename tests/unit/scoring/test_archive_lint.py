"""What never varies and what is never met in the archive is told; few interactions tell nothing."""

from __future__ import annotations

from collections.abc import Iterable

from qa_engine.domain import Dossier
from qa_engine.rubric import read_rubric
from qa_engine.rubric.spec import Trial
from qa_engine.scoring.archive_lint import LEAST, archive_lint
from qa_engine.scoring.rehearse import dossier_of
from tests.unit.rubric.small import SMALL

TEXT = SMALL.replace("{turns: 2}", "{turns: 2, late: 9000}").replace(
    "items:", "  late: {turn_count: {at_least: $late}}\nitems:"
)


def said(*words: str) -> Iterable[Dossier]:
    return [dossier_of(Trial(expect="MET", dialogue=(f"A: {word}",)), "zh", "here") for word in words]  # type: ignore[arg-type]


def test_what_is_never_met_and_never_varies_is_named_with_its_line() -> None:
    found = archive_lint(read_rubric(TEXT, "mine.yaml"), said(*["您好"] * LEAST))
    assert [(f.level, f.line, f.message) for f in found] == [
        ("warning", 12, "in 30 interactions of the archive `opening` is always MET"),
        ("warning", 10, "`facts.late` never held in 30 interactions"),
        ("warning", 5, "threshold `late` was never met in 30 interactions"),
    ]


def test_what_varies_is_not_named() -> None:
    found = archive_lint(read_rubric(SMALL), said(*["您好", "嗯"] * LEAST))
    assert found == []


def test_a_few_interactions_tell_nothing() -> None:
    [only] = archive_lint(read_rubric(SMALL), said("您好"))
    assert "too few" in only.message
