"""Decides whether somebody gives an amount, a date, a phone, card, paper or order number."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from qa_engine.checkers.base import Hit, Verdict, unknown, yes
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.entities import PATTERNS, Kind, fits_check_digit, value_of
from qa_engine.checkers.heard import in_scope, lines_in
from qa_engine.checkers.scope import Scoped, named
from qa_engine.checkers.search import absent
from qa_engine.domain import Text


class Entity(Scoped):
    """True when one of the kinds is said ``times`` in the scope; spoken digits (幺三八) count as digits."""

    name: ClassVar[str] = "entity"
    shorthand: ClassVar[str | None] = "kinds"

    kinds: tuple[Kind, ...] = Field(min_length=1, description="What is looked for.")
    times: int = Field(1, ge=1, description="At least this many different values.")
    checked: bool = Field(False, description="Only card and resident numbers whose check digit fits.")
    also_by: Literal["agent", "customer"] | None = Field(
        None, description="Only values that this side says as well, wherever (read back)."
    )

    def check(self, bench: Bench) -> Verdict:
        scope = self.scope(bench)
        if scope.blocked:
            return scope.blocked
        found = [hit for kind in self.kinds for hit in self._hits(bench, kind) if in_scope(scope, hit)]
        sure = [hit for hit in found if hit.confidence >= bench.bar]
        values = {value_of(_text(hit)): hit for hit in reversed(sure)}
        who = named(self.who)
        if len(values) >= self.times:
            places = sorted(values.values(), key=lambda h: h.at)
            quote = _text(places[0])
            reason = Text(f"{who.zh}说了“{quote}”", f"{who.en} said “{quote}”")
            return yes(reason, places, min(h.confidence for h in places), count=len(values), quote=quote)
        if len(found) > len(sure) and len({value_of(_text(hit)) for hit in found}) >= self.times:
            return unknown(Text(f"{who.zh}说的号码识别不清", f"the figures of {who.en} were not heard clearly"), found)
        return absent(bench, self.who, lines_in(bench, self, scope), count=len(values), narrow=True)

    def _hits(self, bench: Bench, kind: Kind) -> list[Hit]:
        found = [
            h for h in bench.hits(PATTERNS[kind], self.who) if not self.checked or fits_check_digit(kind, _text(h))
        ]
        if self.also_by is None:
            return found
        others = {value_of(_text(h)) for h in bench.hits(PATTERNS[kind], self.also_by)}
        return [hit for hit in found if value_of(_text(hit)) in others]


def _text(hit: Hit) -> str:
    return hit.line.text[hit.start : hit.end]
