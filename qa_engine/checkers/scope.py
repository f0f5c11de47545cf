"""Where a checker looks: whose words, which turns or seconds, before or after what was said elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qa_engine.checkers.base import Checker, Hit, Place, Truth, Verdict, no, unknown
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.view import Line, Who
from qa_engine.domain import Text
from qa_engine.rubric.nodes import Condition, Node

if TYPE_CHECKING:
    from qa_engine.checkers.bench import Bench


class Anchor(BaseModel):
    """What was said or happened, near which to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    when: Condition = Field(description="The condition whose places are the anchors.")
    turns: int | None = Field(None, ge=1, description="At most this many turns of the one who is looked at.")
    seconds: float | None = Field(None, gt=0, description="At most this many seconds away.")
    hit: Literal["first", "last", "any", "each"] | Annotated[int, Field(ge=1)] = Field(
        "any", description="Which place of the anchor: the first, the last, the N-th, any, or each of them."
    )

    @model_validator(mode="before")
    @classmethod
    def _name(cls, value: Any) -> Any:
        return {"when": value} if isinstance(value, str) else value


Span = tuple[int, int]
Window = dict[int, Span]
"""Of each line (by its seq) the characters [start, end) that count."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Windows to look in (one for each anchor where each counts); ``blocked`` is the answer when there is no anchor."""

    windows: tuple[Window, ...]
    narrow: bool
    blocked: Verdict | None = None


class Scoped(Checker):
    """Fields that every checker of words has."""

    who: Who = Field("agent", description="Whose words: agent, customer or anyone.")
    first_turns: int | None = Field(None, ge=1, description="Only in the first N turns of that side.")
    last_turns: int | None = Field(None, ge=1, description="Only in the last N turns of that side.")
    first_seconds: float | None = Field(None, gt=0, description="Only in the first N seconds.")
    last_seconds: float | None = Field(None, gt=0, description="Only in the last N seconds.")
    final: bool = Field(False, description="Only in what that side said after the other side's last words.")
    after: Anchor | None = Field(None, description="Only after this was said or happened.")
    before: Anchor | None = Field(None, description="Only before this was said or happened.")
    around: Anchor | None = Field(None, description="Only near this, before or after it or in the same turn.")
    first_sentences: int | None = Field(None, ge=1, description="Only in the first N sentences of that side.")
    last_sentences: int | None = Field(None, ge=1, description="Only in the last N sentences of that side.")

    @property
    def plain(self) -> bool:
        """Whether whole batches can be asked at once; what seldom occurs is left to the interpreter."""
        numbered = any(isinstance(a.hit, int) for a in (self.after, self.before) if a is not None)
        return not numbered and self.around is None and self.first_sentences is None and self.last_sentences is None

    def scope(self, bench: Bench) -> Scope:
        lines = self._edges(bench)
        everything = self._sentences(lines)
        narrow = len(lines) < len(bench.view.lane(self.who).lines) or not self.plain
        windows: tuple[Window, ...] = (everything,)
        for anchor, sides in ((self.after, (True,)), (self.before, (False,)), (self.around, (True, False))):
            if anchor is None:
                continue
            verdict = bench.ask(anchor.when)
            if verdict.truth is not Truth.TRUE:
                return Scope((), True, _blocked(verdict))
            chosen = _chosen(anchor, verdict.places)
            if isinstance(anchor.hit, int) and not chosen:
                return Scope((), True, _fewer(anchor.hit, verdict))
            windows = _beside(windows, chosen, anchor, lines, sides)
            narrow = True
        return Scope(windows, narrow)

    def _edges(self, bench: Bench) -> list[Line]:
        """The lines of that side within the first and last turns and seconds."""
        lines = list(bench.view.lane(self.who).lines)
        if self.final:
            others = [x.seq for x in bench.view.lines if x.role.value != self.who and x.content]
            lines = [x for x in lines if x.seq > max(others, default=-1)]
        runs = _runs([x for x in lines if x.content])
        if self.first_turns is not None:
            lines = [x for x in lines if x.run in runs[: self.first_turns]]
        if self.last_turns is not None:
            lines = [x for x in lines if x.run in runs[-self.last_turns :]]
        if self.first_seconds is not None:
            lines = [x for x in lines if x.turn.start is not None and x.turn.start < self.first_seconds]
        duration = bench.view.signals.duration_s
        if self.last_seconds is not None and duration is not None:
            since = duration - self.last_seconds
            lines = [x for x in lines if x.turn.end is not None and x.turn.end > since]
        return lines

    def _sentences(self, lines: Sequence[Line]) -> Window:
        """The lines, or of them what the first and last sentences take up."""
        spans = [(line.seq, span) for line in lines for span in sentences(line.text)]
        if self.first_sentences is not None:
            spans = spans[: self.first_sentences]
        if self.last_sentences is not None:
            spans = spans[-self.last_sentences :]
        if self.first_sentences is None and self.last_sentences is None:
            return {line.seq: (0, len(line.text)) for line in lines}
        return _union({seq: span} for seq, span in spans)


def _fewer(wanted: int, verdict: Verdict) -> Verdict:
    reason = Text(f"没有第 {wanted} 处：{verdict.reason.zh}", f"there is no place number {wanted}: {verdict.reason.en}")
    return no(reason, confidence=verdict.confidence)


def _blocked(verdict: Verdict) -> Verdict:
    if verdict.truth is Truth.UNKNOWN:
        return unknown(verdict.reason, verdict.places, verdict.confidence)
    return no(verdict.reason, confidence=verdict.confidence)


def _runs(lines: Sequence[Line]) -> list[int]:
    return sorted({line.run for line in lines})


def _chosen(anchor: Anchor, places: Sequence[Place]) -> list[Place]:
    ordered = sorted(places, key=lambda p: p.at)
    if not ordered or anchor.hit in ("any", "each"):
        return ordered
    if isinstance(anchor.hit, int):
        return ordered[anchor.hit - 1 : anchor.hit]
    return [ordered[0] if anchor.hit == "first" else ordered[-1]]


def _beside(
    windows: tuple[Window, ...], places: Sequence[Place], anchor: Anchor, lines: Sequence[Line], sides: Sequence[bool]
) -> tuple[Window, ...]:
    """The windows narrowed to what is near the places on these ``sides`` (True: later)."""
    near = [_union(_near(place, anchor, lines, later=later) for later in sides) for place in places]
    if anchor.hit != "each":
        near = [_union(near)]
    return tuple(_meet(a, b) for a in windows for b in near)


def _union(windows: Iterable[Window]) -> Window:
    union: Window = {}
    for window in windows:
        for seq, span in window.items():
            old = union.get(seq)
            union[seq] = (min(old[0], span[0]), max(old[1], span[1])) if old else span
    return union


def _meet(a: Window, b: Window) -> Window:
    return {s: (max(a[s][0], b[s][0]), min(a[s][1], b[s][1])) for s in a if s in b}


def _near(place: Place, anchor: Anchor, lines: Sequence[Line], *, later: bool) -> Window:
    """The window on one side of one place."""
    seq, _ = place.at
    own = place.line.run if place.line else None
    found: Window = {}
    side = [x for x in lines if (x.seq > seq if later else x.seq < seq)]
    runs = [r for r in _runs([x for x in side if x.content]) if r != own]
    if anchor.turns is not None:
        runs = runs[: anchor.turns] if later else runs[-anchor.turns :]
    for line in side:
        if (line.run in runs or line.run == own) and _timely(place, line, anchor.seconds, later=later):
            found[line.seq] = (0, len(line.text))
    same = next((x for x in lines if x.seq == seq), None)
    if same is not None and isinstance(place, Hit):
        found[seq] = (place.end, len(same.text)) if later else (0, place.start)
    return found


def _timely(place: Place, line: Line, seconds: float | None, *, later: bool) -> bool:
    if seconds is None:
        return True
    at = place.evidence()
    if later:
        return line.turn.start is not None and at.end is not None and line.turn.start - at.end <= seconds
    return line.turn.end is not None and at.start is not None and at.start - line.turn.end <= seconds


def named(who: Who) -> Text:
    """The side in words."""
    return {"agent": Text("客服", "the agent"), "customer": Text("客户", "the customer")}.get(
        who, Text("双方", "either side")
    )


__all__ = ["Anchor", "Node", "Scope", "Scoped", "Window", "named"]
