"""Asks conditions of a whole batch: Kleene's logic over columns, each case only as far as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qa_engine.checkers.base import Hit, Instruments, Place
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.scope import Scoped
from qa_engine.rubric.nodes import All, AnyOf, AtLeast, Fact, Leaf, Node, Not
from qa_engine.rubric.operator import Operator
from qa_engine.scoring.bulk.answers import FALSE, TRUE, UNASKED, UNKNOWN, Answers, Found, Places, Truths, together
from qa_engine.scoring.bulk.batch import Batch
from qa_engine.scoring.bulk.columns import Columns
from qa_engine.scoring.bulk.edges import Edges
from qa_engine.scoring.bulk.grams import Grams
from qa_engine.scoring.bulk.kept import keep, restore
from qa_engine.scoring.bulk.lines import Bools, Floats, Ints, Lines
from qa_engine.scoring.bulk.pieces import Pieces
from qa_engine.scoring.bulk.search import Finder, Search, Source
from qa_engine.scoring.bulk.sentences import Sentences

Form = Callable[["Sheet", Operator, float, Bools], Found]
"""Answers an operator for the cases of a mask at one bar of confidence; what it cannot tell, it leaves."""


@dataclass(frozen=True, slots=True)
class Forms:
    """By the operator's class: those that give places too, and those to ask where nobody wants the places."""

    placed: Mapping[type[Operator], Form]
    quick: Mapping[type[Operator], Form]


Named = Mapping[tuple[int, float], str]
"""The key of each leaf (by its id) at each bar: leaves of equal content share one column."""


class Sheet:
    """One batch with all that was already found in it."""

    def __init__(
        self,
        batch: Batch,
        instruments: Instruments,
        forms: Forms,
        named: Named,
        known: Mapping[str, bytes],
    ) -> None:
        self.batch = batch
        self.cases = len(batch)
        self.instruments = instruments
        self._forms = forms
        self._named = named
        self._known = known
        self._answers: dict[str | tuple[int, float], Answers] = {}
        self._benches: dict[int, Bench] = {}

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.batch)

    @cached_property
    def finder(self) -> Finder:
        return Finder(self.source)

    @cached_property
    def source(self) -> Source:
        return Source(self.lines)

    @cached_property
    def edges(self) -> Edges:
        return Edges(self.lines, self.columns.array("/signals/duration_s"))

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.lines)

    @cached_property
    def pieces(self) -> Pieces:
        """The sentences, a line each."""
        return Pieces(self.lines, self.sentences.start, self.sentences.end)

    @cached_property
    def statements(self) -> Pieces:
        """What ``clash`` compares: the parts of the sentences that do not ask."""
        return Pieces(self.lines, *self.sentences.told())

    @cached_property
    def statement_search(self) -> Search:
        return Search(self.source, self.statements)

    @cached_property
    def piece_search(self) -> Search:
        return Search(self.source, self.pieces)

    @cached_property
    def piece_grams(self) -> Grams:
        return Grams(self.pieces)

    @cached_property
    def grams(self) -> Grams:
        """Of the lines."""
        return Grams(self.lines)

    def text_of(self, pieces: Pieces, rows: Ints) -> list[str]:
        """The words of some spans as they stand in the lines."""
        text, spans = self.lines.text, zip(pieces.begin[rows].tolist(), pieces.end[rows].tolist(), strict=True)
        return [text[begin:end].strip() for begin, end in spans]

    @property
    def columns(self) -> Columns:
        return self.batch.columns

    def ask(self, node: Node, bar: float, cases: Bools) -> Answers:
        """The condition's column, answered at least for ``cases``."""
        answers = self.answers(node, bar)
        new = cases & (answers.truth == UNASKED)
        if new.any():
            self._answer(node, bar, new, answers)
        return answers

    def answers(self, node: Node, bar: float) -> Answers:
        """The condition's column as far as it goes."""
        key = self._named.get((id(node), bar), (id(node), bar))
        if key not in self._answers:
            kept = self._known.get(key) if isinstance(key, str) else None
            self._answers[key] = Answers(self.cases) if kept is None else restore(kept, self.cases)
        return self._answers[key]

    def grown(self) -> dict[str, bytes]:
        """The columns of leaves that were worked out, or of more cases than were known."""
        return {key: keep(a) for key, a in self._answers.items() if isinstance(key, str) and a.grown}

    def places(self, node: Node, bar: float, cases: Bools) -> Places:
        """The places of the answers to a condition; of those that are unknown none are given."""
        answers = self.ask(node, bar, cases)
        match node:
            case Fact():
                return self.places(node.node, bar, cases)
            case Not():
                return self.places(node.part, bar, cases)
            case All():
                return self._places(node.parts, bar, cases, answers, joined=TRUE)
            case AnyOf():
                return self._places(node.parts, bar, cases, answers, joined=FALSE)
            case AtLeast():
                return self._joined(node.parts, bar, cases, answers)
            case Leaf():
                new = cases & ~answers.placed
                if new.any():
                    answers.take(self._leaf(node, bar, new, self._forms.placed), new)
                return together(answers.parts, self.cases).of(self.lines, cases)

    def _places(self, parts: Sequence[Node], bar: float, cases: Bools, answers: Answers, *, joined: int) -> Places:
        """Those of all parts where the answer is ``joined``, else of the first part that decided otherwise."""
        of_all = self._joined(parts, bar, cases & (answers.truth == joined), answers)
        found = [of_all]
        open_ = cases & (answers.truth == 2 - joined)
        for part in parts:
            decided = open_ & (self.answers(part, bar).truth == 2 - joined)
            if decided.any():
                found.append(self.places(part, bar, decided))
            open_ &= ~decided
        return together(found, self.cases)

    def _joined(self, parts: Sequence[Node], bar: float, cases: Bools, answers: Answers) -> Places:
        found = []
        for part in parts:
            same = cases & (answers.truth != UNKNOWN) & (self.answers(part, bar).truth == answers.truth)
            if same.any():
                found.append(self.places(part, bar, same))
        if len(found) < 2:
            return together(found, self.cases)
        places = together(found, self.cases)
        return Places(places.line, places.start, places.end, places.words, places.vague | places.doubled(self.lines))

    def _answer(self, node: Node, bar: float, cases: Bools, answers: Answers) -> None:
        match node:
            case Leaf():
                answers.take(self._leaf(node, bar, cases, self._forms.quick), cases)
                return
            case Fact() | Not():
                part = self.ask(node.node if isinstance(node, Fact) else node.part, bar, cases)
                truth = part.truth if isinstance(node, Fact) else 2 - part.truth
                confidence = part.confidence
            case All():
                truth, confidence = self._until(node.parts, bar, cases, FALSE)
            case AnyOf():
                truth, confidence = self._until(node.parts, bar, cases, TRUE)
            case AtLeast():
                truth, confidence = self._at_least(node, bar, cases)
        answers.truth[cases] = truth[cases]
        answers.confidence[cases] = confidence[cases]

    def _until(self, parts: Sequence[Node], bar: float, cases: Bools, decisive: int) -> tuple[Truths, Floats]:
        """The first part that is ``decisive`` decides; else the first unknown; else all, with the least confidence."""
        truth = np.full(self.cases, 2 - decisive, np.uint8)
        confidence = np.full(self.cases, np.inf)
        open_ = cases.copy()
        for part in parts:
            if not open_.any():
                break
            answer = self.ask(part, bar, open_)
            decided = open_ & (answer.truth == decisive)
            truth[decided], confidence[decided] = decisive, answer.confidence[decided]
            open_ &= ~decided
            doubted = open_ & (truth != UNKNOWN) & (answer.truth == UNKNOWN)
            truth[doubted], confidence[doubted] = UNKNOWN, answer.confidence[doubted]
            sure = open_ & (truth != UNKNOWN)
            confidence[sure] = np.minimum(confidence[sure], answer.confidence[sure])
        return truth, confidence

    def _at_least(self, node: AtLeast, bar: float, cases: Bools) -> tuple[Truths, Floats]:
        answers = [self.ask(part, bar, cases) for part in node.parts]
        truths = np.array([a.truth for a in answers])
        confidences = np.array([a.confidence for a in answers])
        true, doubtful = (truths == TRUE).sum(0), (truths == UNKNOWN).sum(0)
        truth = np.where(true >= node.n, TRUE, np.where(true + doubtful >= node.n, UNKNOWN, FALSE)).astype(np.uint8)
        least = np.where(truths == truth, confidences, np.inf).min(0)
        first = confidences[(truths == UNKNOWN).argmax(0), np.arange(self.cases)]
        return truth, np.where(truth == UNKNOWN, first, least)

    def _leaf(self, node: Leaf, bar: float, cases: Bools, forms: Mapping[type[Operator], Form]) -> Found:
        operator = node.operator
        form = forms.get(type(operator))
        if form is None or (isinstance(operator, Scoped) and not operator.plain):
            return self._interpreted(node, bar, cases)
        found = form(self, operator, bar, cases)
        left = (found.left | self.lines.broken) & cases
        if not left.any():
            return found
        asked = self._interpreted(node, bar, left)
        truth, confidence = found.truth.copy(), found.confidence.copy()
        truth[left], confidence[left] = asked.truth[left], asked.confidence[left]
        kept = found.places.of(self.lines, cases & ~left)
        return Found(truth, confidence, together([kept, asked.places], self.cases), asked.left, found.placed)

    def bench(self, case: int) -> Bench:
        """One dossier before the interpreter, with all that it already found."""
        if case not in self._benches:
            self._benches[case] = Bench(self.batch.dossier(case), self.instruments)
        return self._benches[case]

    def _interpreted(self, node: Leaf, bar: float, cases: Bools) -> Found:
        truth, confidence = np.zeros(self.cases, np.uint8), np.zeros(self.cases)
        rows: list[tuple[int, int, int, bool]] = []
        vague = np.zeros(self.cases, bool)
        for case in np.flatnonzero(cases).tolist():
            bench = self.bench(case)
            bench.bar = bar
            verdict = bench.ask(node)
            truth[case], confidence[case] = verdict.truth.value, verdict.confidence
            told = [_row(place, int(self.lines.bounds[case])) for place in verdict.places]
            vague[case] = None in told
            rows += [row for row in told if row is not None]
        table = np.array(rows, np.int64).reshape(-1, 4)
        places = Places(table[:, 0], table[:, 1], table[:, 2], table[:, 3] == 1, vague)
        return Found(truth, confidence, places, np.zeros(self.cases, bool))


def _row(place: Place, first: int) -> tuple[int, int, int, bool] | None:
    """The place in the batch; None where no line is known."""
    if place.line is None:
        return None
    line = first + place.line.seq
    return (line, place.start, place.end, True) if isinstance(place, Hit) else (line, 0, 0, False)
