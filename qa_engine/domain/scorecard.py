"""The explained judgement: outcomes with evidence and reason, points, band, flags. Immutable once made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qa_engine.domain.text import Text
from qa_engine.domain.transcript import Role


class Outcome(StrEnum):
    MET = "MET"
    PARTIAL = "PARTIAL"
    NOT_MET = "NOT_MET"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNDETERMINED = "UNDETERMINED"


class Band(StrEnum):
    PASS = "pass"
    COACH = "coach"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where to look or listen: turn index, seconds (None in a chat without times) and the words themselves."""

    turn: int | None
    start: float | None
    end: float | None
    quote: str
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a model points at: the index of the turn, and the words as they stand in it."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a language model said about one item. It never moves points.

    ``outcome`` is None when its answer could not be used; ``why`` then says why not, else it is the model's own reason.
    ``left_out`` counts the turns that were not shown to it. ``seconds`` and tokens are those of the asking, also when
    the answer was ``cached`` since.
    """

    outcome: Outcome | None
    quotes: tuple[Quote, ...] = ()
    why: str = ""
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cached: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item judged. ``points`` is None when the item is out of the sum (N/A, UNDETERMINED, fatal)."""

    id: str
    title: Text
    outcome: Outcome
    points: float | None
    max: float
    confidence: float
    reason: Text
    evidence: tuple[Evidence, ...] = ()
    fatal: bool = False
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class RubricRef:
    """Which rubric judged: stable id, its version and the SHA-256 of its text."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """All items judged.

    ``score`` is 0..100, None when nothing at all could be judged. ``fatal`` lists the fatal items seen.
    ``flags`` are short codes for lists and filters (``fatal``, ``below_band``, ``needs_review``, notice codes ...).
    ``judged_share`` (0..1) is the share of applicable points that were decided rather than UNDETERMINED.
    """

    rubric: RubricRef
    score: float | None
    band: Band | None
    fatal: tuple[str, ...]
    flags: tuple[str, ...]
    judged_share: float
    items: tuple[ItemResult, ...]

    def item(self, item_id: str) -> ItemResult:
        return next(i for i in self.items if i.id == item_id)
