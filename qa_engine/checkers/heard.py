"""Where a checker may look in a lane, and what it may say of what it did not find there."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.checkers.base import Hit, Verdict, no, unknown, whole
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.scope import Scope, Scoped, named
from qa_engine.checkers.view import Line, mean_confidence
from qa_engine.domain import Text


def lines_in(bench: Bench, scoped: Scoped, scope: Scope) -> list[Line]:
    """The lines of that side of which any window holds a part."""
    seqs = frozenset[int]().union(*scope.windows)
    return [line for line in bench.view.lane(scoped.who).lines if line.seq in seqs]


def inside(scope: Scope, hit: Hit) -> bool:
    """Whether any window holds the whole place."""
    spans = [window[hit.line.seq] for window in scope.windows if hit.line.seq in window]
    return any(start <= hit.start and hit.end <= end for start, end in spans)


def sentences_in(bench: Bench, scoped: Scoped, scope: Scope, by: str) -> list[Hit]:
    """Every sentence of that side in the scope, as a place found ``by`` so."""
    factor = bench.role_factor(scoped.who)
    found = (
        Hit(line, start, end, line.turn.confidence * factor, by)
        for line in lines_in(bench, scoped, scope)
        for start, end in sentences(line.text)
    )
    return [hit for hit in found if inside(scope, hit)]


def absent(bench: Bench, scoped: Scoped, lines: Sequence[Line], **values: float | str) -> Verdict:
    """Not said; or unknown, where the side was heard too badly for its silence to prove anything."""
    confidence = mean_confidence(lines) * bench.role_factor(scoped.who)
    who = named(scoped.who)
    looked_at = [whole(line) for line in lines[-2:]]
    if confidence < bench.bar:
        reason = Text(
            f"{who.zh}的话识别不清（置信度 {confidence:.0%}），不能断定没有说",
            f"{who.en} was not heard clearly (confidence {confidence:.0%}), so absence proves nothing",
        )
        return unknown(reason, looked_at, confidence)
    return no(Text(f"{who.zh}没有说到", f"{who.en} did not say it"), looked_at, confidence, **values)
