"""Looks for words in a scope and says how sure their presence or absence is: poorly heard words decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from qa_engine.checkers.base import Hit, Truth, Verdict, no, unknown, whole, yes
from qa_engine.checkers.normal import sentences
from qa_engine.checkers.phrases import check_entry
from qa_engine.checkers.scope import Scoped, Window, named
from qa_engine.checkers.view import Line, Who, mean_confidence
from qa_engine.domain import Text

if TYPE_CHECKING:
    from qa_engine.checkers.bench import Bench

Entries = tuple[str, ...]
QUOTED = ('/"[^"\\n]{1,40}"/', "/「[^」\\n]{1,40}」/", "/『[^』\\n]{1,40}』/")


class Words(Scoped):
    """Fields of the checkers that look for words."""

    words: Entries = Field(
        min_length=1, description="Words, `$lists` of words, or /RE2 patterns/; width and case do not matter."
    )
    need: Literal["any", "all"] | int = Field(
        "any", description="any: one entry; all: every entry; N: that many different entries."
    )
    within: Literal["scope", "turn", "sentence"] = Field(
        "scope", description="Where as many as needed must come together: anywhere, in one turn, in one sentence."
    )
    times: int = Field(1, ge=1, description="At least this many times.")
    share: float = Field(0, ge=0, le=1, description="In at least this share of that side's turns in the scope.")
    by_sound: bool = Field(
        True, description="In calls, also find words of three or more Hanzi by their sound, as recognisers err."
    )
    beside: Entries = Field((), description="Only hits in one sentence with one of these count.")
    unless: Entries = Field((), description="A hit that overlaps one of these does not count (不能保证, 绝对路径).")
    unless_in_sentence: Entries = Field((), description="A hit in one sentence with one of these does not count.")
    unless_in_turn: Entries = Field((), description="A hit in one turn with one of these does not count.")
    quoted: bool = Field(True, description="Whether words inside quotation marks count.")

    @field_validator("words", mode="before")
    @classmethod
    def _one(cls, words: object) -> object:
        return [words] if isinstance(words, str) else words

    @field_validator("words", "beside", "unless", "unless_in_sentence", "unless_in_turn")
    @classmethod
    def _readable(cls, entries: Entries) -> Entries:
        return tuple(check_entry(e) for e in entries)

    @property
    def plain(self) -> bool:
        return super().plain and self.within == "scope"

    def doubts(self) -> list[str]:
        both = sorted({e for e in self.words if e in (*self.unless, *self.unless_in_sentence, *self.unless_in_turn)})
        return [f"these are looked for and excused at once: {' '.join(both)}"] if both else []

    def search(self, bench: Bench) -> Verdict:
        """TRUE when said, FALSE when surely not, UNKNOWN when the scope was heard too badly to tell."""
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        silent = never_heard(bench, self.who)
        if silent:
            return silent
        answers = [self._in(bench, window, narrow=scope.narrow) for window in scope.windows]
        return together(answers)

    def _in(self, bench: Bench, window: Window, *, narrow: bool) -> Verdict:
        hits = [h for h in self._hits(bench, self.words) if inside(h, window)]
        hits = [h for h in hits if not self._excused(bench, h)]
        sure = [h for h in hits if h.confidence >= bench.bar]
        who = named(self.who)
        if self._enough(bench, sure) and self._spread(bench, sure, window):
            quote = sure[0].evidence().quote
            reason = Text(f"{who.zh}说了“{quote}”", f"{who.en} said “{quote}”")
            return yes(reason, sure, max(h.confidence for h in sure), count=len(sure), quote=quote)
        if len(hits) > len(sure) and self._enough(bench, hits):
            reason = Text(f"{who.zh}的这句话识别不清，不能作准", f"these words of {who.en} were not heard clearly")
            return unknown(reason, hits, max(h.confidence for h in hits))
        lines = [line for line in bench.view.lane(self.who).lines if line.seq in window]
        return absent(bench, self.who, lines, count=len(sure), narrow=narrow)

    def _spread(self, bench: Bench, hits: list[Hit], window: Window) -> bool:
        """Whether the hits are in as large a share of the turns as asked."""
        if not self.share:
            return True
        lines = {x.seq for x in bench.view.lane(self.who).lines if x.seq in window and x.content}
        return len({h.line.seq for h in hits} & lines) >= self.share * len(lines)

    def _hits(self, bench: Bench, entries: Entries) -> list[Hit]:
        return bench.hits(entries, self.who, by_sound=self.by_sound)

    def _enough(self, bench: Bench, hits: list[Hit]) -> bool:
        if len(hits) < self.times:
            return False
        if self.need == "any":
            return True
        return any(self._many(bench, part) for part in self._parts(hits))

    def _parts(self, hits: list[Hit]) -> Iterable[list[Hit]]:
        """The hits, in parts that each lie in one turn or one sentence where that is asked."""
        if self.within == "scope":
            return [hits]
        parts: dict[tuple[int, int], list[Hit]] = {}
        for hit in hits:
            ends = [end for _, end in sentences(hit.line.text)] if self.within == "sentence" else []
            parts.setdefault((hit.line.seq, sum(end <= hit.start for end in ends)), []).append(hit)
        return parts.values()

    def _many(self, bench: Bench, hits: list[Hit]) -> bool:
        """Whether they are of as many different entries as needed."""
        spans = {(h.line.seq, h.start) for h in hits}
        said = sum(any((h.line.seq, h.start) in spans for h in self._hits(bench, (entry,))) for entry in self.words)
        return said >= (self.need if isinstance(self.need, int) else len(self.words))

    def _excused(self, bench: Bench, hit: Hit) -> bool:
        def near(entries: Entries, start: int, end: int) -> bool:
            others = self._hits(bench, entries) if entries else []
            return any(o.line is hit.line and o.start < end and o.end > start for o in others)

        if near(self.unless, hit.start, hit.end) or near(self.unless_in_turn, 0, len(hit.line.text)):
            return True
        if not self.quoted and near(QUOTED, hit.start, hit.end):
            return True
        if not self.unless_in_sentence and not self.beside:
            return False
        around = [s for s in sentences(hit.line.text) if s[0] < hit.end and s[1] > hit.start]
        if self.beside and not any(near(self.beside, *span) for span in around):
            return True
        return any(near(self.unless_in_sentence, *span) for span in around)


def absent(bench: Bench, who: Who, lines: Sequence[Line], *, count: int, narrow: bool) -> Verdict:
    """FALSE for what was not said in ``lines``; UNKNOWN where they were heard too badly to tell."""
    confidence = mean_confidence(lines) * bench.role_factor(who)
    side = named(who)
    looked_at = [whole(line) for line in lines[-2:]] if narrow else []
    if confidence < bench.bar:
        reason = Text(
            f"{side.zh}的话识别不清（置信度 {confidence:.0%}），不能断定没有说",
            f"{side.en} was not heard clearly (confidence {confidence:.0%}), so absence proves nothing",
        )
        return unknown(reason, looked_at, confidence)
    return no(Text(f"{side.zh}没有说到", f"{side.en} did not say it"), looked_at, confidence, count=count)


def inside(hit: Hit, window: Window) -> bool:
    span = window.get(hit.line.seq)
    return span is not None and span[0] <= hit.start and hit.end <= span[1]


def together(answers: Sequence[Verdict]) -> Verdict:
    """The answers of several windows as one: the first that fails, else all of their places."""
    failed = [a for a in answers if a.truth is not Truth.TRUE]
    if failed:
        return min(failed, key=lambda a: a.truth.value)
    places = tuple(p for a in answers for p in a.places)
    return yes(answers[0].reason, places, min(a.confidence for a in answers), **answers[0].values)


def never_heard(bench: Bench, who: Who) -> Verdict | None:
    """Nothing can be told of a side that was never heard; a customer who typed nothing simply said nothing."""
    if any(line.content for line in bench.view.lane(who).lines):
        return None
    if who == "customer" and not bench.view.signals.acoustic:
        return None
    side = named(who)
    return unknown(Text(f"记录中没有{side.zh}的话", f"there are no words of {side.en} in the record"))
