"""Everything that can be said of a rubric before it counts: lint, entries that match everything, its own trials."""

from __future__ import annotations

import time

from qa_engine.checkers.base import Instruments
from qa_engine.errors import BadRubric
from qa_engine.rubric.finding import Finding, finding_of
from qa_engine.rubric.library import try_rubric
from qa_engine.rubric.lint import lint
from qa_engine.rubric.spec import Rubric
from qa_engine.scoring.breadth import too_broad
from qa_engine.scoring.rehearse import rehearse

LONGEST_S = 20.0
"""A pack whose trials take longer than this is told so, instead of being waited for."""


def examine(rubric: Rubric, instruments: Instruments | None = None, longest_s: float = LONGEST_S) -> list[Finding]:
    """In the order of the lines."""
    until = time.monotonic() + longest_s
    findings = [*lint(rubric), *too_broad(rubric), *rehearse(rubric, instruments, until)]
    return sorted(findings, key=lambda finding: finding.line or 0)


def examine_text(
    text: str, name: str = "rubric.yaml", instruments: Instruments | None = None
) -> tuple[Rubric | None, list[Finding]]:
    """The rubric and its findings; where it cannot be read, None and the one error that stops it."""
    try:
        rubric = try_rubric(text, name)
    except BadRubric as fault:
        return None, [finding_of(fault, name)]
    return rubric, examine(rubric, instruments)
