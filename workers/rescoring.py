"""Works on a run over the archive: plans its batches, and judges one of them, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter
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
from workers.courtesy import courtesy
from workers.desk import Desk, Effect

if TYPE_CHECKING:
    from qa_engine.pipeline import Tools

SPARSE = 8
"""Where less than one in so many is wanted, only these are read, and no block is made of them."""


def rescore(desk: Desk) -> Effect:
    """One batch of a run or, where the job names none, the planning of the next."""
    run_id, n = desk.lease.params["run"], desk.lease.params.get("batch")
    with desk.store.db.read() as connection:
        run = rescore_work.run_at_work(connection, run_id)
    if run is None:
        return _nothing
    if n is None:
        return _plan(desk, run)
    courtesy.stand_back(desk)
    return _judge(desk, run, n)


def _nothing(_connection: Connection) -> None:
    """The run was cancelled, or the batch was done before."""


def _plan(desk: Desk, run: RowMapping) -> Effect:
    with desk.store.db.read() as connection:
        stretches = rescore_work.next_stretches(connection, run)
    return lambda connection: rescore_work.keep_plan(connection, run["id"], stretches)


@dataclass(frozen=True, slots=True)
class _Material:
    """All that a batch needs, read in one view of the database. ``wanted`` of the ``rows`` fit the run's filter."""

    stretch: Stretch
    rows: Sequence[RowMapping]
    wanted: frozenset[str]
    block: Block
    answers: Mapping[str, bytes]
    known: Known
    cards: Known


def _judge(desk: Desk, run: RowMapping, n: int) -> Effect:
    began = perf_counter()
    with desk.store.db.read() as connection:
        stretch = rescore_work.stretch_of(connection, run, n)
        if stretch is None:
            return _nothing
        judge = _bulk_judge(rescore_work.rubric_of(connection, run), desk.tools)
        found = _read(connection, run, stretch, judge)
    desk.progress("judge", 0.5)
    verdicts = judge.judge(found.block.batch, found.answers)
    places, apart = _places(found, judge.rubric)
    difference = _difference(found, verdicts, places, apart)
    fresh = _fresh(desk, run, found, verdicts, places) if run["writes"] else None

    def effect(connection: Connection) -> None:
        if rescore_work.run_at_work(connection, run["id"]) is None:
            return
        held, cards = perf_counter(), found.cards
        if fresh is not None:
            cards = _write(connection, run, fresh, cards)
        if found.block.id or not _sparse(found):
            _keep(connection, found, judge, verdicts, cards)
        rescore_work.finish_batch(connection, run["id"], n, difference, perf_counter() - began)
        courtesy.held_s = perf_counter() - held

    return effect


def _read(connection: Connection, run: RowMapping, stretch: Stretch, judge: BulkJudge) -> _Material:
    rows = blocks.members(connection, stretch)
    asked = rescore_work.wanted_in(connection, run, stretch)
    ids = {row["id"] for row in rows}
    wanted = ids if asked is None else asked & ids
    if len(wanted) * SPARSE < len(rows):
        some = [row for row in rows if row["id"] in wanted]
        block, answers = blocks.read_block(connection, some, ""), {}
    else:
        digest = blocks.digest_of(rows)
        kept = blocks.kept_block(connection, stretch, digest)
        block = kept or blocks.read_block(connection, rows, digest)
        answers = blocks.answers(connection, kept.id, judge.keys) if kept and kept.id else {}
    known = latest.known_cards(connection, stretch)
    cards = latest.latest(connection, stretch, wanted, known)
    return _Material(stretch, rows, frozenset(wanted), block, answers, known, cards)


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


def _write(connection: Connection, run: RowMapping, fresh: Fresh, cards: Known) -> Known:
    """New scorecards, shown or kept aside; returns those that count from now on."""
    rescore_cards.keep_cards(connection, fresh)
    if not run["shows"]:
        return cards
    rescore_cards.show_cards(connection, run, fresh)
    return cards | fresh.cards


def _fresh(desk: Desk, run: RowMapping, found: _Material, verdicts: Verdicts, places: Mapping[str, int]) -> Fresh:
    seen = {row["id"]: row["scored_at"] for row in found.rows}
    versions, sqlite = _versions(desk, run), desk.store.db.is_sqlite
    return rescore_cards.prepare(run, verdicts, places, seen, versions=versions, sqlite=sqlite)


def _keep(connection: Connection, found: _Material, judge: BulkJudge, verdicts: Verdicts, cards: Known) -> None:
    """What the next run need not work out again."""
    block_id = found.block.id or blocks.keep_block(connection, found.stretch, found.block)
    blocks.keep_answers(connection, block_id, verdicts.columns, judge.keys)
    known = found.known | cards
    if known != found.known:
        latest.keep_known(connection, block_id, known)


def _sparse(found: _Material) -> bool:
    return not found.block.digest


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
