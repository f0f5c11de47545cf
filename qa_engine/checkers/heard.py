"""The lines, places and sentences of one side that lie in a scope."""

from __future__ import annotations

from qa_engine.checkers.base import Hit
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.scope import Scope, Scoped
from qa_engine.checkers.search import inside
from qa_engine.checkers.view import Line


def lines_in(bench: Bench, scoped: Scoped, scope: Scope) -> list[Line]:
    """The lines of that side of which any window holds a part."""
    seqs = frozenset[int]().union(*scope.windows)
    return [line for line in bench.view.lane(scoped.who).lines if line.seq in seqs]


def in_scope(scope: Scope, hit: Hit) -> bool:
    """Whether any window holds the whole place."""
    return any(inside(hit, window) for window in scope.windows)


def sentences_in(bench: Bench, scoped: Scoped, scope: Scope, by: str) -> list[Hit]:
    """Every sentence of that side in the scope, as a place found ``by`` so."""
    factor = bench.role_factor(scoped.who)
    found = (
        Hit(line, start, end, line.turn.confidence * factor, by)
        for line in lines_in(bench, scoped, scope)
        for start, end in sentences(line.text)
    )
    return [hit for hit in found if in_scope(scope, hit)]
