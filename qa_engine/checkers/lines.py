"""How near what somebody said comes to a line that was written for them to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_engine.checkers.base import Hit
from qa_engine.checkers.bench import Bench
from qa_engine.checkers.figures import differ, without_figures
from qa_engine.checkers.grams import grams
from qa_engine.checkers.meaning import nearness


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence that says one of the lines; ``wrong`` where its figures are others than the line's."""

    hit: Hit
    line: str
    nearness: float
    wrong: bool


def said(line: str, text: str) -> float:
    """Share (0..1) of the line's pairs of characters that the text holds, figures apart; more words round it take
    nothing away."""
    wanted = grams(without_figures(line)) or grams(line)
    return len(wanted & (grams(without_figures(text)) | grams(text))) / len(wanted) if wanted else 0.0


def best_match(
    bench: Bench, places: Sequence[Hit], lines: Sequence[str], *, likeness: float, meaning: float | None
) -> Match | None:
    """The sentence nearest to any of the lines, if it is near enough by characters or, where asked, by meaning."""
    found = [
        Match(hit, line, near, differ(line, text_of(hit)))
        for hit in places
        for line in lines
        if (near := said(line, text_of(hit))) >= likeness
    ]
    found = found or _by_meaning(bench, places, lines, meaning)
    return max(found, key=lambda m: (not m.wrong, m.nearness), default=None)


def _by_meaning(bench: Bench, places: Sequence[Hit], lines: Sequence[str], least: float | None) -> list[Match]:
    embedder = bench.instruments.embedder
    if least is None or embedder is None or not places:
        return []
    texts = [text_of(hit) for hit in places]
    near = {line: nearness(embedder, texts, (line,)) for line in lines}
    return [
        Match(hit, line, cosines[n], differ(line, texts[n]))
        for line, cosines in near.items()
        for n, hit in enumerate(places)
        if cosines[n] >= least
    ]


def text_of(hit: Hit) -> str:
    return hit.line.text[hit.start : hit.end].strip()
