"""How well a rubric judges labelled dialogues: per item and outcome, with what it left to people told beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa_engine.domain import Outcome, Scorecard
from qa_engine.errors import BadInput
from qa_engine.evaluation.agreement import Pair, ac1, confusion, interval, kappa, outcome_scores
from qa_engine.evaluation.lines import numbered


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled interaction: a line of the data file. ``labels``: outcomes by item id, absent ones do not count."""

    where: str
    file: Path | None
    line: Mapping[str, Any]
    labels: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Miss:
    """A verdict that is not the label, with the rubric's own reason."""

    where: str
    item: str
    label: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts beside their labels."""

    pairs: Mapping[str, Sequence[Pair]]
    misses: tuple[Miss, ...]
    cases: int

    @property
    def verdicts(self) -> int:
        return sum(len(pairs) for pairs in self.pairs.values())

    @property
    def agreement(self) -> float | None:
        """Share of verdicts that equal their label."""
        return 1 - len(self.misses) / self.verdicts if self.verdicts else None

    @property
    def macro_f1(self) -> float | None:
        """Mean F1 over every item and outcome that occurs among the labels."""
        f1 = [score.f1 for pairs in self.pairs.values() for score in outcome_scores(pairs).values()]
        return sum(f1) / len(f1) if f1 else None

    @property
    def undetermined(self) -> float | None:
        """Share of verdicts left to a person."""
        left = sum(verdict == Outcome.UNDETERMINED for pairs in self.pairs.values() for _, verdict in pairs)
        return left / self.verdicts if self.verdicts else None

    def as_json(self) -> dict[str, Any]:
        return {
            "macro_f1": self.macro_f1,
            "agreement": self.agreement,
            "undetermined": self.undetermined,
            "cases": self.cases,
            "verdicts": self.verdicts,
            "items": {item: _item_json(pairs) for item, pairs in self.pairs.items()},
            "misses": [asdict(miss) for miss in self.misses],
        }


def evaluate(
    data: Path,
    judge: Callable[[Case], Scorecard],
    *,
    split: str | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Judge every case, or those whose ``split`` is the one asked for, and hold the verdicts against the labels.

    Raises BadInput that names the line.
    """
    cases = [case for case in read_cases(data) if split in (None, case.line.get("split"))]
    pairs: dict[str, list[Pair]] = {}
    misses: list[Miss] = []
    for done, case in enumerate(cases, 1):
        card = judge(case)
        for result in card.items:
            label = case.labels.get(result.id)
            if label is None:
                continue
            label, verdict = (_as_met(o) if result.fatal else o for o in (label, result.outcome))
            pairs.setdefault(result.id, []).append((label.value, verdict.value))
            if label != verdict:
                misses.append(Miss(case.where, result.id, label.value, verdict.value, result.reason.zh))
        told(done, len(cases))
    return Report(pairs, tuple(misses), len(cases))


def read_cases(data: Path) -> Iterator[Case]:
    """Lines with ``messages`` or ``file`` (relative to the data file), optional ``meta``, and ``labels``."""
    for number, raw in numbered(data):
        yield _case(data, f"{data.name}:{number}", raw)


def _case(data: Path, where: str, raw: str) -> Case:
    try:
        line = json.loads(raw)
        labels = {item: Outcome(outcome) for item, outcome in line["labels"].items()}
        file = data.parent / line["file"] if "file" in line else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mend = 'write {"messages": [...], "labels": {"opening": "MET"}}'
        raise BadInput(f"not a labelled case: {error!r}", where=where, mend=mend) from None
    if file is None and "messages" not in line:
        raise BadInput("neither `messages` nor `file`", where=where)
    return Case(where, file, line, labels)


def _as_met(outcome: Outcome) -> Outcome:
    """Fatal items are never out of the sum: where none applies, none was seen."""
    return Outcome.MET if outcome is Outcome.NOT_APPLICABLE else outcome


def _item_json(pairs: Sequence[Pair]) -> dict[str, Any]:
    return {
        "outcomes": {outcome: asdict(score) for outcome, score in outcome_scores(pairs).items()},
        "kappa": asdict(interval(kappa, pairs)),
        "ac1": asdict(interval(ac1, pairs)),
        "confusion": confusion(pairs),
        "cases": len(pairs),
    }
