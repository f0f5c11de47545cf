"""Judges a dossier by a rubric: the one way from what was said to an explained scorecard."""

from __future__ import annotations

import logging

from qa_engine.checkers.base import Instruments, Truth
from qa_engine.checkers.bench import Bench
from qa_engine.domain import Band, Dossier, ItemResult, Outcome, Scorecard, Text
from qa_engine.rubric.spec import Item, Rubric
from qa_engine.scoring.arithmetic import band_of, fatal_of, judged_share, score_of, withheld
from qa_engine.scoring.ladder import judge_item
from qa_engine.scoring.opinion import flags_of, second_opinion

log = logging.getLogger(__name__)


def judge(dossier: Dossier, rubric: Rubric, instruments: Instruments | None = None) -> Scorecard:
    """The scorecard of one interaction. Never raises for what the dossier holds; JudgeAway where a judge is set."""
    tools = instruments or Instruments()
    bench = Bench(dossier, tools)
    decided = [(item, _safely(item, rubric, bench)) for item in rubric.items]
    asked = [second_opinion(item, result, rubric, dossier.transcript, tools) for item, result in decided]
    items = withheld(asked, rubric)
    score = score_of(items, rubric)
    band = band_of(score, rubric.pack.scoring.bands)
    return Scorecard(
        rubric=rubric.ref,
        score=score,
        band=band,
        fatal=fatal_of(items),
        flags=_flags(items, band, rubric, bench),
        judged_share=judged_share(items),
        items=items,
    )


def _safely(item: Item, rubric: Rubric, bench: Bench) -> ItemResult:
    """A fault in one item leaves that item to a person and the others as they are."""
    try:
        return judge_item(item, rubric, bench)
    except Exception as e:  # see above
        log.exception("item %s failed", item.id)
        what = f"{type(e).__name__}: {e}"
        return ItemResult(
            id=item.id,
            title=item.title.text,
            outcome=Outcome.UNDETERMINED,
            points=None,
            max=item.most,
            confidence=0.0,
            reason=Text(f"评判出错，需人工判断：{what}", f"judging failed, left to a person: {what}"),
            fatal=item.fatal,
        )


def _flags(items: tuple[ItemResult, ...], band: Band | None, rubric: Rubric, bench: Bench) -> tuple[str, ...]:
    flags: list[str] = []
    if fatal_of(items):
        flags.append("fatal")
    if band is Band.FLAGGED:
        flags.append("below_band")
    if any(i.outcome is Outcome.UNDETERMINED for i in items):
        flags.append("needs_review")
    flags += flags_of(items)
    bench.bar = rubric.pack.scoring.min_confidence
    flags += [f.code for f in rubric.pack.flags if bench.ask(f.when).truth is Truth.TRUE]
    flags += [n.code for n in bench.view.transcript.notices]
    return tuple(dict.fromkeys(flags))
