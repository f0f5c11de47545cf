"""A run over the archive judges what fits, tells the difference, writes once, and stands whatever happens to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, RowMapping, delete, func, select, update

from qa_engine.domain.codec import dump
from qa_engine.errors import BadInput, Conflict, Forbidden, NotFound
from qa_engine.pipeline import Tools
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.storage import SYSTEM, InteractionFilter, JobState, Queue, Stage, Store, blocks, rescore_cards
from qa_engine.storage.rescore_cards import Fresh
from qa_engine.storage.rescore_rows import Rescore, RescoreState
from qa_engine.storage.rescore_tables import archive_blocks, rescore_batches
from qa_engine.storage.tables import interactions, jobs, scorecards, stage_results
from tests.databases import BOTH, clean_store
from tests.unit.rubric.small import small
from tests.unit.storage.cast import LEAD, STRANGER, SUPERVISOR, chat, take_chat
from tests.unit.workers.test_stages import Ear, NoMusic
from workers import courtesy, rescoring
from workers.station import Station

GREETED, NOT_GREETED = ("在吗", "您好"), ("在吗", "什么事")
BEFORE, AFTER = read_rubric(small()), read_rubric(small("2", hello="什么事"))
"""The second takes for a greeting what the first does not, and the other way round."""


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Of small blocks."""
    monkeypatch.setattr(blocks, "BLOCK", 4)
    with clean_store(request.param, tmp_path, rubric=str(_pack(tmp_path))) as opened:
        yield opened


@pytest.fixture
def station(store: Store) -> Station:
    return Station(store, lambda: Tools(Ear(), NoMusic()))


def _pack(folder: Path) -> Path:
    path = folder / "small.yaml"
    path.write_text(small(), encoding="utf-8")
    return path


def fill(store: Store, station: Station, count: int) -> list[str]:
    """So many judged chats, every third without a greeting."""
    told = {n: NOT_GREETED if n % 3 == 0 else GREETED for n in range(count)}
    agents = {n: {"agent": f"A{n % 2}", "team": "T1", "vendor": f"V{n % 2}"} for n in told}
    ids = [take_chat(store, *words, external_id=str(n), **agents[n]).interaction.id for n, words in told.items()]
    work_off(store, station)
    return ids


def work_off(store: Store, station: Station, most: int = 1000) -> int:
    """Whatever waits in any queue; returns how many jobs that were."""
    done = 0
    while done < most and any(station.work_next(queue) for queue in Queue):
        done += 1
    return done


def start(store: Store, rubric: Rubric = AFTER, **told: bool) -> Rescore:
    return store.start_rescore(LEAD, rubric, **told)


def run(store: Store, station: Station, rubric: Rubric = AFTER, **told: bool) -> Rescore:
    begun = start(store, rubric, **told)
    work_off(store, station)
    return store.rescore_run(LEAD, begun.id)


def count(store: Store, what: object) -> int:
    with store.db.read() as connection:
        return int(connection.execute(select(func.count()).select_from(what)).scalar_one())  # type: ignore[call-overload]


def test_it_tells_the_difference_and_writes_nothing(store: Store, station: Station) -> None:
    ids = fill(store, station, 10)
    before = count(store, scorecards)
    done = run(store, station)
    assert (done.state, done.total, done.done, done.batches, done.share) == (RescoreState.DONE, 10, 10, 3, 1.0)
    found = store.difference(LEAD, done.id)
    assert found.compared == 10
    assert found.outcomes == {("opening", "NOT_MET", "MET"): 4, ("opening", "MET", "NOT_MET"): 6}
    assert found.bands == {("flagged", "pass"): 4, ("pass", "flagged"): 6}
    assert found.shift == {200: 4, -200: 6}
    assert found.flags == {("below_band", "lost"): 4, ("below_band", "gained"): 6}
    assert {name: told[0] for name, told in found.groups["agent"].items()} == {"A0": 5, "A1": 5}
    assert {one.interaction for one in found.examples} <= set(ids)
    assert count(store, scorecards) == before


def test_it_writes_scorecards_beside_the_old_ones_and_shows_them_when_told(store: Store, station: Station) -> None:
    ids = fill(store, station, 5)
    old = store.scorecard(SYSTEM, ids[0])
    run(store, station, writes=True, shows=True)
    new, row = store.scorecard(SYSTEM, ids[0]), store.interaction(SYSTEM, ids[0])
    assert old is not None and new is not None
    assert (old.scorecard.score, new.scorecard.score, row.score, row.band) == (0.0, 100.0, 100.0, "pass")
    assert (row.flags, row.needs_review) == ((), False)
    assert [kept.scorecard.rubric.version for kept in store.scorecards(SYSTEM, ids[0])] == ["2", "1"]
    flagged = store.interactions(SYSTEM, InteractionFilter(flag="below_band")).rows
    assert {one.id for one in flagged} == {ids[1], ids[2], ids[4]}


def test_what_is_kept_aside_changes_no_list(store: Store, station: Station) -> None:
    ids = fill(store, station, 5)
    done = run(store, station, writes=True)
    assert store.interaction(SYSTEM, ids[0]).score == 0.0
    shown, aside = store.scorecard(SYSTEM, ids[0]), store.scorecard(SYSTEM, ids[0], AFTER.sha256)
    assert shown is not None and aside is not None
    assert (shown.scorecard.score, aside.scorecard.score) == (0.0, 100.0)
    assert aside.versions["rescore"] == done.id
    again = run(store, station)
    assert store.difference(LEAD, again.id).compared == 5
    assert ("opening", "NOT_MET", "MET") in store.difference(LEAD, again.id).outcomes


def test_reasons_and_evidence_of_a_kept_verdict_are_read_from_the_dossier(store: Store, station: Station) -> None:
    ids = fill(store, station, 1)
    run(store, station, writes=True, shows=True)
    kept = store.scorecard(SYSTEM, ids[0])
    assert kept is not None
    item = kept.scorecard.item("opening")
    assert (item.outcome, item.points, item.reason.en) == ("MET", 100.0, "greeted")
    assert [one.quote for one in item.evidence] == ["什么事"]


def test_a_verdict_stands_where_it_would_now_be_another_and_says_so(store: Store, station: Station) -> None:
    ids = fill(store, station, 1)
    run(store, station, writes=True, shows=True)
    _heard_anew(store, ids[0])
    kept = store.scorecard(SYSTEM, ids[0])
    assert kept is not None
    item = kept.scorecard.item("opening")
    assert (item.outcome, kept.scorecard.score, item.evidence) == ("MET", 100.0, ())
    assert "now it would be NOT_MET" in item.reason.en


def _heard_anew(store: Store, interaction_id: str) -> None:
    """Its transcript is of other words since."""
    theirs = stage_results.c.content_sha256 == store.interaction(SYSTEM, interaction_id).interaction.content_sha256
    with store.db.write() as connection:
        other = update(stage_results).where(theirs, stage_results.c.stage == "transcript")
        connection.execute(other.values(payload=dump(chat("在吗", "再见"))))


def test_what_cannot_be_compared_is_counted_apart(store: Store, station: Station) -> None:
    fill(store, station, 3)
    take_chat(store, "在吗", external_id="waits")
    ids = fill(store, station, 0)
    english = take_chat(store, "hello", "hi there", language="en").interaction.id
    work_off(store, station)
    with store.db.write() as connection:
        connection.execute(delete(scorecards).where(scorecards.c.interaction_id == english))
    assert ids == []
    waiting = take_chat(store, "在吗", external_id="not yet").interaction.id
    with store.db.write() as connection:
        connection.execute(delete(jobs).where(jobs.c.interaction_id == waiting))
    done = run(store, station)
    found = store.difference(LEAD, done.id)
    assert found.apart["not_ready"] == 1
    assert found.compared + sum(found.apart.values()) == 6


@pytest.mark.parametrize(
    ("wanted", "compared"),
    [({"agent": "A0"}, 5), ({"band": "flagged"}, 4), ({"flag": "below_band"}, 4), ({"agent": "A0", "band": "pass"}, 3)],
)
def test_it_judges_what_is_asked_for(store: Store, station: Station, wanted: dict, compared: int) -> None:
    fill(store, station, 10)
    begun = store.start_rescore(LEAD, AFTER, InteractionFilter(**wanted))
    work_off(store, station)
    found = store.difference(LEAD, begun.id)
    assert (found.compared, found.apart["unwanted"]) == (compared, 10 - compared)


def test_few_of_many_are_read_without_a_block(store: Store, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 20)
    fill(store, station, 20)
    begun = store.start_rescore(LEAD, AFTER, InteractionFilter(external_id="7"))
    work_off(store, station)
    assert store.difference(LEAD, begun.id).compared == 1
    assert count(store, archive_blocks) == 0


def test_blocks_are_made_once_and_anew_where_their_material_changed(store: Store, station: Station) -> None:
    ids = fill(store, station, 10)
    run(store, station)

    def sealed() -> dict[str, str]:
        with store.db.read() as connection:
            return dict(connection.execute(select(archive_blocks.c.first_id, archive_blocks.c.id)).all())

    first = sealed()
    run(store, station, BEFORE)
    assert sealed() == first and len(first) == 3
    with store.db.write() as connection:
        connection.execute(update(interactions).where(interactions.c.id == ids[5]).values(agent="someone else"))
    again = run(store, station)
    changed = {key for key, value in sealed().items() if first[key] != value}
    assert changed == {ids[4]}
    assert "someone else" in store.difference(LEAD, again.id).groups["agent"]


def test_the_end_of_the_archive_is_cut_anew_when_it_has_grown(store: Store, station: Station) -> None:
    fill(store, station, 5)
    run(store, station)
    fill(store, station, 4)  # the same five names are known: none of these is new
    more = [take_chat(store, *GREETED, external_id=f"more-{n}").interaction.id for n in range(6)]
    work_off(store, station)
    done = run(store, station)
    assert (done.total, done.done) == (11, 11)
    with store.db.read() as connection:
        kept = connection.execute(select(archive_blocks).order_by(archive_blocks.c.first_id)).mappings().all()
    assert [row["count"] for row in kept] == [4, 4, 3]
    assert kept[-1]["last_id"] == more[-1]


def test_erasing_reaches_the_blocks_that_hold_the_erased(store: Store, station: Station) -> None:
    ids = fill(store, station, 10)
    run(store, station)
    with store.db.write() as connection:
        assert blocks.drop_blocks(connection, "default", ids[5], ids[5]) == 1
        assert blocks.drop_blocks(connection, "default", ids[5], ids[5]) == 0


def test_a_batch_done_twice_counts_once(store: Store, station: Station) -> None:
    fill(store, station, 6)
    before = count(store, scorecards)
    begun = start(store, writes=True, shows=True)
    work_off(store, station)
    with store.db.write() as connection:  # as if its worker had died after the commit, before anyone knew
        again = (jobs.c.stage == Stage.RESCORE) & (jobs.c.state == JobState.DONE)
        connection.execute(update(jobs).where(again).values(state=JobState.QUEUED, attempts=0))
    work_off(store, station)
    done = store.rescore_run(LEAD, begun.id)
    assert (done.state, done.done, done.batches) == (RescoreState.DONE, 6, 2)
    assert count(store, scorecards) == before + 6
    assert store.difference(LEAD, begun.id).compared == 6


def test_it_is_cancelled_and_goes_on_later(store: Store, station: Station) -> None:
    fill(store, station, 12)
    begun = start(store, writes=True)
    work_off(store, station, most=2)  # the plan, and a batch
    stopped = store.cancel_rescore(LEAD, begun.id)
    assert (stopped.state, stopped.eta_s) == (RescoreState.CANCELLED, None)
    assert work_off(store, station) == 0
    with pytest.raises(Conflict):
        store.cancel_rescore(LEAD, begun.id)
    assert store.resume_rescore(LEAD, begun.id).state is RescoreState.RUNNING
    work_off(store, station)
    done = store.rescore_run(LEAD, begun.id)
    assert (done.state, done.done) == (RescoreState.DONE, 12)
    with pytest.raises(Conflict):
        store.resume_rescore(LEAD, begun.id)
    assert store.difference(LEAD, begun.id).compared == 12


def test_two_runs_at_once_do_not_disturb_each_other(store: Store, station: Station) -> None:
    fill(store, station, 8)
    first, second = start(store), start(store, BEFORE)
    work_off(store, station)
    assert store.difference(LEAD, first.id).bands == {("flagged", "pass"): 3, ("pass", "flagged"): 5}
    assert store.difference(LEAD, second.id).bands == {("flagged", "flagged"): 3, ("pass", "pass"): 5}


def test_a_later_judgement_is_not_overwritten(store: Store, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live scorecard comes between the reading and the writing of a batch."""
    ids = fill(store, station, 2)
    start(store, writes=True, shows=True)
    station.work_next(Queue.ARCHIVE)
    honest = rescore_cards.prepare

    def meanwhile(*told, **more):  # type: ignore[no-untyped-def]
        store.rescore(SYSTEM, ids[1])
        Station(store, lambda: Tools(Ear(), NoMusic())).work_next(Queue.SCORE)
        return honest(*told, **more)

    monkeypatch.setattr(rescore_cards, "prepare", meanwhile)
    station.work_next(Queue.ARCHIVE)
    assert [store.interaction(SYSTEM, one).score for one in ids] == [100.0, 100.0]
    assert [kept.scorecard.score for kept in store.scorecards(SYSTEM, ids[1])].count(100.0) == 2


def test_a_poison_batch_is_parked_and_tells_and_the_rest_goes_on(store: Store, station: Station) -> None:
    fill(store, station, 8)
    begun = start(store)
    station.work_next(Queue.ARCHIVE)

    def dies(_desk: object) -> None:
        raise ZeroDivisionError("on purpose")

    with store.db.read() as connection:
        batches = select(rescore_batches.c.job_id).order_by(rescore_batches.c.n)
        poison = connection.execute(batches).scalars().first()
    for _ in range(store.settings.max_attempts):
        with store.db.write() as connection:
            connection.execute(update(jobs).values(available_at=jobs.c.created_at))
        Station(store, lambda: Tools(Ear(), NoMusic()), stages={Stage.RESCORE: dies}).work(str(poison))
    work_off(store, station)
    stuck = store.rescore_run(LEAD, begun.id)
    assert (stuck.state, stuck.stopped, stuck.done) == (RescoreState.STOPPED, 1, 4)
    assert stuck.error is not None and "on purpose" in stuck.error.message
    assert [(one.run, one.interaction_id) for one in store.stopped(LEAD)] == [(begun.id, None)]
    store.release_job(LEAD, str(poison))
    work_off(store, station)
    assert store.rescore_run(LEAD, begun.id).state is RescoreState.DONE


def test_a_batch_that_was_broken_off_is_ended_and_tells_the_difference_as_a_whole_one_does(
    store: Store, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first pieces are written and shown; the next try has to compare with what was there before them."""
    database = store.db.engine.dialect.name
    monkeypatch.setitem(rescore_cards.PIECE, database, 1)
    ids = fill(store, station, 4)
    flagged = InteractionFilter(band="flagged")
    dry = store.start_rescore(LEAD, AFTER, flagged)
    work_off(store, station)
    before, kept, left = count(store, scorecards), rescore_cards.keep_cards, [1]

    def dies(connection: Connection, run: RowMapping, fresh: Sequence[Fresh]) -> None:
        if not left:
            raise ZeroDivisionError("on purpose")
        left.pop()
        kept(connection, run, fresh)

    begun = store.start_rescore(LEAD, AFTER, flagged, writes=True, shows=True)
    with monkeypatch.context() as patched:
        patched.setattr(rescore_cards, "keep_cards", dies)
        work_off(store, station)
    assert (count(store, scorecards), store.interaction(SYSTEM, ids[0]).band) == (before + 1, "pass")
    with store.db.write() as connection:
        connection.execute(update(jobs).values(available_at=jobs.c.created_at))
    work_off(store, station)
    assert store.rescore_run(LEAD, begun.id).state is RescoreState.DONE
    assert count(store, scorecards) == before + 2
    assert store.difference(LEAD, begun.id) == store.difference(LEAD, dry.id)


def test_who_lost_the_job_writes_no_further_piece(
    store: Store, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rescore_cards.PIECE, store.db.engine.dialect.name, 2)
    fill(store, station, 4)
    before, kept, pieces = count(store, scorecards), rescore_cards.keep_cards, []
    begun = start(store, writes=True)
    station.work_next(Queue.ARCHIVE)

    def overtaken(connection: Connection, run: RowMapping, fresh: Sequence[Fresh]) -> None:
        kept(connection, run, fresh)
        pieces.append(len(fresh))
        connection.execute(update(jobs).where(jobs.c.state == JobState.LEASED).values(fence=jobs.c.fence + 1))

    with monkeypatch.context() as patched:
        patched.setattr(rescore_cards, "keep_cards", overtaken)
        station.work_next(Queue.ARCHIVE)
    assert (pieces, count(store, scorecards)) == ([2], before + 2)
    assert store.rescore_run(LEAD, begun.id).done == 0


def test_live_work_goes_first(store: Store, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, station, 2)
    start(store)
    station.work_next(Queue.ARCHIVE)
    take_chat(store, "在吗")
    rested: list[float] = []

    def sleep(seconds: float) -> None:
        rested.append(seconds)
        if len(rested) == 3:
            Station(store, lambda: Tools(Ear(), NoMusic())).work_next(Queue.SCORE)

    monkeypatch.setattr(courtesy, "sleep", sleep)
    assert station.work_next(Queue.ARCHIVE)
    assert rested == [courtesy.LOOK_S] * 3


def test_while_live_work_is_about_it_leaves_sqlite_to_others_longer_than_it_held_it(
    store: Store, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, station, 2)
    start(store, writes=True)
    station.work_next(Queue.ARCHIVE)
    rested: list[float] = []
    monkeypatch.setattr(courtesy, "sleep", rested.append)
    monkeypatch.setattr(rescoring, "perf_counter", iter(range(100)).__next__)
    assert station.work_next(Queue.ARCHIVE)
    assert rested == ([courtesy.REST_FOR_HELD] if store.db.is_sqlite else [])
    with store.db.write() as connection:  # the live jobs are of long ago
        connection.execute(delete(jobs).where(jobs.c.queue == Queue.SCORE))
    rested.clear()
    start(store, writes=True)
    work_off(store, station)
    assert rested == []


def test_thinking_is_niced_and_writing_is_not() -> None:
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert courtesy.quietly(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())) == courtesy.LEAST
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual


def test_it_is_for_those_who_see_the_whole_tenant(store: Store, station: Station) -> None:
    begun = start(store)
    with pytest.raises(Forbidden):
        store.start_rescore(SUPERVISOR, AFTER)
    with pytest.raises(Forbidden):
        store.rescore_run(SUPERVISOR, begun.id)
    with pytest.raises(NotFound):
        store.rescore_run(STRANGER, begun.id)
    with pytest.raises(NotFound):
        store.cancel_rescore(STRANGER, begun.id)
    assert store.rescores(STRANGER).rows == ()
    with pytest.raises(BadInput, match="cannot ask"):
        store.start_rescore(LEAD, AFTER, InteractionFilter(q="退款"))


def test_runs_are_listed_newest_first(store: Store) -> None:
    ids = [start(store).id for _ in range(3)]
    page = store.rescores(LEAD, limit=2)
    assert [one.id for one in page.rows] == [ids[2], ids[1]]
    assert [one.id for one in store.rescores(LEAD, page.next).rows] == [ids[0]]


def test_an_empty_archive_is_done_at_once(store: Store, station: Station) -> None:
    done = run(store, station)
    assert (done.state, done.total, done.share) == (RescoreState.DONE, 0, 1.0)
    assert store.difference(LEAD, done.id).compared == 0
