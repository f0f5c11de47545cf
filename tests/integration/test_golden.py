"""The golden dialogues keep their verdicts: a change of pack or checker that judges them worse is seen here."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_engine.evaluation import rubric as evaluation
from qa_engine.settings import get_settings
from workers.inspection import Inspector

# What the packs reach today, rounded down: raise a floor with the pack, never lower it.
FLOORS = {"zh": (0.93, 0.80), "en": (0.95, 0.87)}


@pytest.mark.parametrize("language", FLOORS)
def test_it_judges_the_golden_dialogues_no_worse_than_before(language: str, fixtures: Path) -> None:
    inspector = Inspector.of(get_settings(), f"general-{language}")
    found = evaluation.evaluate(fixtures / "golden" / f"{language}.jsonl", inspector.judge_case)
    print(f"{language}: {found.cases} cases, macro F1 {found.macro_f1:.3f}, agreement {found.agreement:.3f}")
    for miss in found.misses:
        print(miss)
    agreement, macro_f1 = FLOORS[language]
    assert (found.agreement or 0) >= agreement
    assert (found.macro_f1 or 0) >= macro_f1
    assert (found.undetermined or 0) <= 0.10
