"""Judges one item: the first rung that holds decides; an unknown that could decide otherwise goes to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from string import Formatter

from qa_engine.checkers.base import Truth, Verdict
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Evidence, ItemResult, Outcome, Text
from qa_engine.rubric.spec import Item, Otherwise, Rubric, Rung

MOST_EVIDENCE = 6


def judge_item(item: Item, rubric: Rubric, bench: Bench) -> ItemResult:
    """The outcome of one item with its reason, evidence, confidence and points."""
    bench.bar = rubric.pack.scoring.min_confidence if item.min_confidence is None else item.min_confidence
    doubts: list[tuple[Outcome, Verdict]] = []
    refused: list[Verdict] = []
    step: Rung | Otherwise = item.otherwise
    answer: Verdict | None = None
    for rung in item.ladder:
        verdict = bench.ask(rung.when)
        if verdict.truth is Truth.TRUE:
            step, answer = rung, verdict
            break
        if verdict.truth is Truth.UNKNOWN:
            doubts.append((rung.outcome, verdict))
        else:
            refused.append(verdict)
    other = next((verdict for outcome, verdict in doubts if outcome is not step.outcome), None)
    if other is not None:
        return _left_to_people(item, other)
    shown = [bench.ask(node) for node in step.show]
    decided = _decided(item, step, answer or _refusal(refused), shown, rubric.pack.scoring.partial)
    return replace(decided, confidence=min([decided.confidence, *(round(v.confidence, 3) for _, v in doubts)]))


def _decided(item: Item, step: Rung | Otherwise, answer: Verdict, shown: list[Verdict], partial: float) -> ItemResult:
    places = [*answer.places, *(p for s in shown for p in s.places)] or list(answer.looked_at)
    evidence = _evidence(p.evidence() for p in places)
    values: dict[str, float | str] = {"quote": evidence[0].quote if evidence else ""}
    for verdict in [*reversed(shown), answer]:
        values.update(verdict.values)
    return ItemResult(
        id=item.id,
        title=item.title.text,
        outcome=step.outcome,
        points=points_of(item, step.outcome, partial),
        max=item.most,
        confidence=round(max(0.0, min(1.0, answer.confidence)), 3),
        reason=_filled(step.because.text, values),
        evidence=evidence,
        fatal=item.fatal,
    )


def points_of(item: Item, outcome: Outcome, partial: float) -> float | None:
    """Points of an outcome, below zero where they are lost; None when the item is out of the sum."""
    if item.fatal or outcome in (Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED):
        return None
    share = {Outcome.MET: 1.0, Outcome.PARTIAL: partial if item.partial is None else item.partial}
    earned = share.get(outcome, 0.0)
    return item.points * (earned - 1.0 if item.counts == "deduct" else earned)


def _refusal(refused: Sequence[Verdict]) -> Verdict:
    """What stands behind the end of a ladder: every rung was looked for and is not there."""
    looked = tuple(p for v in refused for p in v.looked_at)
    values: dict[str, float | str] = {}
    for verdict in refused:
        values.update(verdict.values)
    confidence = min((v.confidence for v in refused), default=1.0)
    return Verdict(Truth.TRUE, confidence, Text("", ""), looked_at=looked, values=values)


def _left_to_people(item: Item, doubt: Verdict) -> ItemResult:
    return ItemResult(
        id=item.id,
        title=item.title.text,
        outcome=Outcome.UNDETERMINED,
        points=None,
        max=item.most,
        confidence=round(max(0.0, min(1.0, doubt.confidence)), 3),
        reason=Text(f"需人工判断：{doubt.reason.zh}", f"left to a person: {doubt.reason.en}"),
        evidence=_evidence(p.evidence() for p in doubt.places),
        fatal=item.fatal,
    )


def _evidence(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """In order of the turns, each place once, not more than people read."""
    unique: dict[tuple[int | None, str], Evidence] = {}
    for one in found:
        unique.setdefault((one.turn, one.quote), one)
        if len(unique) >= MOST_EVIDENCE:
            break
    return tuple(unique.values())


class _Lenient(Formatter):
    def get_value(self, key: int | str, args: object, kwargs: object) -> str:
        return str(kwargs.get(key, "")) if isinstance(kwargs, dict) else ""


_formatter = _Lenient()


def _filled(text: Text, values: dict[str, float | str]) -> Text:
    plain = {k: f"{v:g}" if isinstance(v, int | float) else v for k, v in values.items()}
    return Text(_formatter.vformat(text.zh, (), plain), _formatter.vformat(text.en, (), plain))
