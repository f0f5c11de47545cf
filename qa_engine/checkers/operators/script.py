"""Decides whether a script was kept to: which of its points were said, which are missing, which were said wrongly."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qa_engine.checkers.base import Truth, Verdict, no, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.heard import lines_in, sentences_in
from qa_engine.checkers.lines import Match, best_match, text_of
from qa_engine.checkers.phrases import Checked, phrases
from qa_engine.checkers.scope import Scoped, named
from qa_engine.checkers.search import absent
from qa_engine.domain import Text


def _point(value: object) -> object:
    return {"say": [value]} if isinstance(value, str) else value


class Point(BaseModel):
    """One thing that must be said, in any of several ways."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: tuple[str, ...] = Field(min_length=1, description="The line, and other ways to say it.")
    wrong: Checked = Field((), description="Words that make the sentence a wrong statement of this point.")


class Script(Scoped):
    """True when the script's points were said (``followed``), when one is missing (``incomplete``), or when one was
    said with another figure or with words that make it wrong (``wrong``)."""

    name: ClassVar[str] = "script"
    shorthand: ClassVar[str | None] = "points"

    points: tuple[Annotated[Point, BeforeValidator(_point)], ...] = Field(
        min_length=1, description="What must be said: lines, or `{say: [line, other ways], wrong: [words]}`."
    )
    be: Literal["followed", "incomplete", "wrong"] = Field("followed", description="What must be the case.")
    need: int | None = Field(None, ge=1, description="This many points are enough; all of them otherwise.")
    in_order: bool = Field(False, description="Followed only if the points come in this order.")
    likeness: float = Field(0.6, gt=0, le=1, description="Share of a line's pairs of characters that a sentence holds.")
    meaning: float | None = Field(None, gt=0, le=1, description="Also said by a sentence of this cosine to the line.")

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        places = sentences_in(bench, self, scope, "script")
        clear = [hit for hit in places if hit.confidence >= bench.bar]
        found = [best_match(bench, clear, p.say, likeness=self.likeness, meaning=self.meaning) for p in self.points]
        wrong = [m for m, p in zip(found, self.points, strict=True) if m and _wrong(m, p)]
        if self.be == "wrong":
            return self._told_wrong(wrong)
        said = [m for m in found if m and m not in wrong]
        missing = [p.say[0] for m, p in zip(found, self.points, strict=True) if m is None]
        if missing and (len(clear) < len(places) or not places):
            doubt = absent(bench, self.who, lines_in(bench, self, scope), count=len(said), narrow=True)
            if doubt.truth is Truth.UNKNOWN:
                return unknown(doubt.reason, confidence=doubt.confidence)
        return self._told(said, missing)

    def _told_wrong(self, wrong: list[Match]) -> Verdict:
        who = named(self.who)
        if not wrong:
            return no(Text(f"{who.zh}没有说错要点", f"{who.en} stated no point wrongly"), count=0)
        quote, line = text_of(wrong[0].hit), wrong[0].line
        reason = Text(
            f"{who.zh}说的“{quote}”与话术“{line}”不符", f"{who.en} said “{quote}” where the script says “{line}”"
        )
        places = [m.hit for m in wrong]
        return yes(reason, places, min(h.confidence for h in places), count=len(wrong), quote=quote, missing=line)

    def _told(self, said: list[Match], missing: list[str]) -> Verdict:
        enough = len(said) >= (self.need or len(self.points)) and (not self.in_order or _ordered(said))
        good = enough if self.be == "followed" else not enough
        told = "、".join(f"“{line}”" for line in missing)
        reason = (
            Text(f"话术要点说到 {len(said)} 条", f"{len(said)} point(s) of the script were said")
            if not missing
            else Text(f"话术要点说到 {len(said)} 条，未说：{told}", f"{len(said)} point(s) were said; not said: {told}")
        )
        places = [m.hit for m in said]
        confidence = min((h.confidence for h in places), default=1.0)
        answer = yes if good else no
        return answer(reason, places, confidence, count=len(said), missing=told)


def _wrong(match: Match, point: Point) -> bool:
    return match.wrong or next(phrases(point.wrong).find(text_of(match.hit)), None) is not None


def _ordered(said: list[Match]) -> bool:
    return all(a.hit.at <= b.hit.at for a, b in pairwise(said))
