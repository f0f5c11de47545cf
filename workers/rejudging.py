"""Judges one batch of a run: reads all that it needs in one view, and makes ready what will be kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping

from qa_engine import __version__
from qa_engine.checkers.base import Instruments
from qa_engine.rubric import Rubric
from qa_engine.scoring.bulk import BulkJudge, Verdicts
from qa_engine.scoring.difference import GROUPS, Difference, Judgements, compare
from qa_engine.storage import blocks, latest, rescore_cards, rescore_work
from qa_engine.storage.blocks import Block, Stretch
from qa_engine.storage.latest import Known
from qa_engine.storage.rescore_cards import Fresh
from qa_engine.storage.types import packed
from workers.desk import Desk

if TYPE_CHECKING:
    from qa_engine.pipeline import Tools

SPARSE = 8
"""Where less than one in so many is wanted, only these are read, and no block is made of them."""


@dataclass(frozen=True, slots=True)
class _Material:
    """All that a batch needs, read in one view of the database.

    ``wanted`` of the ``rows`` fit the run's filter; ``written`` have a scorecard of this run already.
    """

    stretch: Stretch
    rows: Sequence[RowMapping]
    wanted: frozenset[str]
    written: frozenset[str]
    block: Block
    answers: Mapping[str, bytes]
    known: Known
    cards: Known


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch will leave, made ready before the transactions that keep it."""

    fresh: Sequence[Fresh]
    difference: bytes
    cache: Callable[[Connection], None]


def judge_batch(desk: Desk, run: RowMapping, n: int) -> Judged | None:
    """None of a batch that was done before."""
    with desk.store.db.read() as connection:
        stretch = rescore_work.stretch_of(connection, run, n)
        if stretch is None:
            return None
        judge = _bulk_judge(rescore_work.rubric_of(connection, run), desk.tools)
        found = _read(connection, run, stretch, judge)
    verdicts = judge.judge(found.block.batch, found.answers)
    places, apart = _places(found, judge.rubric)
    difference = packed(_difference(found, verdicts, places, apart).dump())
    fresh = _fresh(desk, run, found, verdicts, places) if run["writes"] else []
    return Judged(fresh, difference, _cache(found, judge, verdicts, _counting(run, found, fresh)))


def _read(connection: Connection, run: RowMapping, stretch: Stretch, judge: BulkJudge) -> _Material:
    rows = blocks.members(connection, stretch)
    asked = rescore_work.wanted_in(connection, run, stretch)
    ids = {row["id"] for row in rows}
    written = rescore_cards.written(connection, run, stretch) if run["writes"] else set()
    wanted = ids if asked is None else asked & ids | written  # lists may show another band since
    if len(wanted) * SPARSE < len(rows):
        some = [row for row in rows if row["id"] in wanted]
        block, answers = blocks.read_block(connection, some, ""), {}
    else:
        digest = blocks.digest_of(rows)
        kept = blocks.kept_block(connection, stretch, digest)
        block = kept or blocks.read_block(connection, rows, digest)
        answers = blocks.answers(connection, kept.id, judge.keys) if kept and kept.id else {}
    known = latest.known_cards(connection, stretch)
    cards = latest.latest(connection, stretch, wanted, known, but_of=run["id"])
    return _Material(stretch, rows, frozenset(wanted), frozenset(written), block, answers, known, cards)


def _places(found: _Material, rubric: Rubric) -> tuple[dict[str, int], Counter[str]]:
    """Where in the batch stands what the run judges; and how many it does not, by reason."""
    at = {one: place for place, one in enumerate(found.block.batch.ids)}
    heard = {one: place for one, place in at.items() if one in found.wanted}
    judged = {one: place for one, place in heard.items() if _speaks(rubric, found.block.languages[place])}
    apart = {
        "unwanted": len(found.rows) - len(found.wanted),
        "not_ready": len(found.wanted) - len(heard),
        "other_language": len(heard) - len(judged),
        "never_judged": len(judged.keys() - found.cards.keys()),
    }
    return judged, Counter({reason: n for reason, n in apart.items() if n})


def _speaks(rubric: Rubric, language: str) -> bool:
    """Whether the rubric is for that language: zh also for zh-CN, and for Cantonese, as live work takes it."""
    plain = "zh" if language.startswith("yue") else language
    return any(plain.startswith(one) or language.startswith(one) for one in rubric.languages)


def _difference(found: _Material, verdicts: Verdicts, places: Mapping[str, int], apart: Counter[str]) -> Difference:
    both = [one for one in places if one in found.cards]
    if not both:
        return Difference(apart=apart)
    at, rows = [places[one] for one in both], {row["id"]: row for row in found.rows}
    whose = {kind: [rows[one][kind] for one in both] for kind in GROUPS}
    after = Judgements(
        items=tuple(item.id for item in verdicts.rubric.items),
        outcomes=verdicts.outcomes[:, at],
        score=verdicts.score[at],
        band=verdicts.band[at],
        flags=[verdicts.flags[place] for place in at],
    )
    before = latest.judgements([found.cards[one] for one in both])
    return replace(compare(both, whose, before, after), apart=apart)


def _fresh(
    desk: Desk, run: RowMapping, found: _Material, verdicts: Verdicts, places: Mapping[str, int]
) -> Sequence[Fresh]:
    """The scorecards that are not written yet."""
    lacking = {one: place for one, place in places.items() if one not in found.written}
    seen = {row["id"]: row["scored_at"] for row in found.rows}
    versions, sqlite = _versions(desk, run), desk.store.db.is_sqlite
    return rescore_cards.prepare(run, verdicts, lacking, seen, versions=versions, sqlite=sqlite)


def _counting(run: RowMapping, found: _Material, fresh: Sequence[Fresh]) -> Known:
    """The scorecards that count from now on, as far as they are known."""
    return found.known | found.cards | ({one.interaction_id: one.known for one in fresh} if run["shows"] else {})


def _cache(found: _Material, judge: BulkJudge, verdicts: Verdicts, known: Known) -> Callable[[Connection], None]:
    """Keeps what the next run need not work out again."""
    block, block_id = None, found.block.id
    if block_id is None:
        if not found.block.digest:  # of few among many, that make no block
            return lambda _connection: None
        block = blocks.sealed(found.stretch, found.block)
        block_id = str(block["id"])
    cards = latest.pack_known(known) if known != found.known else None

    def keep(connection: Connection) -> None:
        if block is not None:
            blocks.keep_block(connection, block)
        blocks.keep_answers(connection, block_id, verdicts.columns, judge.keys)
        if cards is not None:
            latest.keep_known(connection, block_id, cards)

    return keep


def _versions(desk: Desk, run: RowMapping) -> dict[str, Any]:
    tools = desk.tools()
    return {
        "engine": __version__,
        "rubric": {"id": run["rubric_id"], "version": run["rubric_version"], "sha256": run["rubric_sha256"]},
        "embedder": tools.embedder.version if tools.embedder else None,
        "acts": tools.acts.version if tools.acts else None,
        "rescore": run["id"],
    }


@lru_cache(maxsize=4)
def _bulk_judge(rubric: Rubric, tools: Callable[[], Tools]) -> BulkJudge:
    """Made ready once a process: batches of one run follow one another."""
    at_hand = tools()
    return BulkJudge(rubric, Instruments(at_hand.embedder, at_hand.acts))
