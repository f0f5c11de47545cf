"""How well the risk of dissatisfied customers is told: ranking, precision and calibration on rated dialogues."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa_engine.domain import Role, Transcript, Turn
from qa_engine.errors import BadInput
from qa_engine.evaluation import ranking
from qa_engine.evaluation.lines import numbered
from qa_engine.ingest.build import detect
from qa_engine.ingest.roles import role_of
from qa_engine.risk import Risk

CLEAR = 0.25
"""A rating at least this far from the threshold is clear."""
LIKELY = 0.5

Assess = Callable[[Transcript], Risk | None]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One line of the data: ``rating`` is None where the label is absent."""

    where: str
    transcript: Transcript
    rating: float | None


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one dialogue: probability, whether an alarm, and its rating."""

    probability: float
    alarm: bool
    rating: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All that was told, with the threshold at or below which a rating is at risk; ``open`` by turns heard so far."""

    told: tuple[Told, ...]
    threshold: float
    skipped: int
    open: Mapping[int, tuple[Told, ...]]

    def as_json(self) -> dict[str, Any]:
        figures = _figures(self.told, self.threshold)
        after = {str(turns): _figures(told, self.threshold) for turns, told in sorted(self.open.items())}
        return {**figures, "skipped": self.skipped, **({"open": after} if after else {})}


def evaluate(
    data: Path,
    assess: Assess,
    *,
    label: str,
    threshold: float,
    while_open: bool = False,
    hook: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """Tell the risk of every dialogue and hold it against its rating. Raises BadInput that names the line.

    ``while_open`` also tells it after each turn but the last, against the rating of the whole.
    """
    dialogues = list(read_dialogues(data, label))
    told: list[Told] = []
    open_: dict[int, list[Told]] = {}
    for done, dialogue in enumerate(dialogues, 1):
        told += _told(dialogue, dialogue.transcript, assess)
        turns = dialogue.transcript.turns
        for end in range(1, len(turns)) if while_open else ():
            part = _told(dialogue, replace(dialogue.transcript, turns=turns[:end]), assess)
            open_.setdefault(end, []).extend(part)
        hook(done, len(dialogues))
    by_turns = {turns: tuple(part) for turns, part in open_.items()}
    return Report(tuple(told), threshold, len(dialogues) - len(told), by_turns)


def read_dialogues(data: Path, label: str) -> Iterator[Dialogue]:
    """Lines with ``messages`` of role and text; the label is a number, or has a ``mean``, on top, in quality or labels.

    Raises BadSetting for the file, BadInput for a line.
    """
    for number, raw in numbered(data):
        yield _dialogue(f"{data.name}:{number}", raw, label)


def _dialogue(where: str, raw: str, label: str) -> Dialogue:
    try:
        line = json.loads(raw)
        turns = tuple(_turn(index, message) for index, message in enumerate(line["messages"]))
        rating = _rating(line, label)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mend = 'write {"messages": [{"role": "customer", "text": "..."}], "labels": {"customer_satisfaction": -1}}'
        raise BadInput(f"not a dialogue: {error!r}", where=where, mend=mend) from None
    language = detect(turn.text for turn in turns) or "zh"
    return Dialogue(where, Transcript(turns=turns, language=language), rating)


def _turn(index: int, message: Mapping[str, Any]) -> Turn:
    role, automatic = role_of(message["role"]) or (Role.UNKNOWN, False)
    return Turn(index=index, role=role, text=message["text"], automatic=automatic)


def _rating(line: Mapping[str, Any], label: str) -> float | None:
    for place in (line.get("quality"), line.get("labels"), line):
        found = place.get(label) if place else None
        if found is not None:
            return float(found["mean"] if isinstance(found, Mapping) else found)
    return None


def _told(dialogue: Dialogue, transcript: Transcript, assess: Assess) -> list[Told]:
    risk = assess(transcript)
    return [] if risk is None else [Told(risk.probability, risk.alarm, dialogue.rating)]


def _figures(told: Sequence[Told], threshold: float) -> dict[str, Any]:
    rated = [(t.probability, t.rating) for t in told if t.rating is not None]
    chances, at_risk = [p for p, _ in rated], [rating <= threshold for _, rating in rated]
    clear = [((p >= LIKELY) == (r <= threshold)) for p, r in rated if abs(r - threshold) >= CLEAR]
    return {
        "dialogues": len(told),
        "rated": len(rated),
        "at_risk": sum(at_risk),
        "auc": ranking.auc(chances, at_risk),
        "ap": ranking.average_precision(chances, at_risk),
        "precision_at_recall_50": ranking.precision_at_recall(chances, at_risk, 0.5),
        "accuracy": _mean([(p >= LIKELY) == risky for p, risky in zip(chances, at_risk, strict=True)]),
        "accuracy_clear": _mean(clear),
        "clear": len(clear),
        "brier": _mean([(p - risky) ** 2 for p, risky in zip(chances, at_risk, strict=True)]),
        "likely": _mean([t.probability >= LIKELY for t in told]),
        "alarms": _mean([t.alarm for t in told]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
