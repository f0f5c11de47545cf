"""Seeded interactions are like real ones: judged for real, quoted verbatim, found, scored again, and never doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from models.toolbox import build_tools
from qa_engine import pipeline
from qa_engine.domain import Kind, Scorecard, Transcript
from qa_engine.domain.codec import load
from qa_engine.errors import Conflict
from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, InteractionFilter, InteractionRow, Store
from qa_engine.storage.search import refind
from qa_engine.storage.tables import jobs, search_texts
from tests.databases import BOTH, clean_store
from tests.unit.storage.cast import take_chat
from workers.seeding import Plan, seed
from workers.seeding import run as running
from workers.seeding.dialogues import Dialogue, compose, values_of
from workers.seeding.plan import cases
from workers.seeding.pool import SKILLS, Cut, Judged, judge

PLAN = Plan(interactions=60, days=7, agents=12, tenant="default", seed=5, until=date(2026, 11, 22))


def quiet(_doing: str, _kept: int) -> None:
    pass


@pytest.fixture(scope="module", params=BOTH)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Killed after 40 of 60, and run again."""
    with clean_store(request.param, tmp_path_factory.mktemp("seeded")) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr("workers.seeding.rows.STRETCH", 20)
        patch.setattr(running, "STRETCH", 20)
        patch.setattr(running, "COMMITTED", 1)
        patch.setattr(running, "ProcessPoolExecutor", Here)
        patch.setattr("workers.seeding.pool.ProcessPoolExecutor", Here)

        def killed(_doing: str, kept: int) -> None:
            if kept > 40:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            seed(store, PLAN, 1, killed, pool=24)
        assert len(rows(store)) == 40
        seed(store, replace(PLAN, until=date(2026, 12, 24)), 1, quiet, pool=24)
        yield store


class Here:
    """An executor that does its work in this process, so that what tests put in place holds."""

    def __init__(
        self, _workers: int, initializer: object = None, initargs: tuple[object, ...] = (), **_: object
    ) -> None:
        if callable(initializer):
            initializer(*initargs)

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, work: Callable[..., object], *told: object) -> Future[object]:
        future: Future[object] = Future()
        future.set_result(work(*told))
        return future

    map = staticmethod(map)


def rows(store: Store) -> list[InteractionRow]:
    return list(store.interactions(SYSTEM, limit=500).rows)


def found(store: Store, **wanted: Any) -> list[str]:
    return [row.id for row in store.interactions(SYSTEM, InteractionFilter(**wanted), limit=99).rows]


def test_each_is_there_once_whatever_was_killed(seeded: Store) -> None:
    assert [row.interaction.external_id for row in rows(seeded)] == [f"seed-5-{n}" for n in range(59, -1, -1)]
    assert len({row.interaction.content_sha256 for row in rows(seeded)}) == 60


def test_again_changes_nothing(seeded: Store) -> None:
    before = rows(seeded)
    seed(seeded, PLAN, 1, quiet)
    assert rows(seeded) == before


def test_they_came_in_the_days_told(seeded: Store) -> None:
    times = [row.received_at for row in rows(seeded)]
    assert times == sorted(times, reverse=True)
    assert date(2026, 11, 14) <= times[-1].date() < times[0].date() <= date(2026, 11, 22)


def test_each_has_all_that_a_judged_one_has(seeded: Store) -> None:
    for row in rows(seeded):
        kept = seeded.scorecard(SYSTEM, row.id)
        transcript, signals = seeded.transcript(SYSTEM, row.id), seeded.signals(SYSTEM, row.id)
        assert kept and transcript and signals
        card = kept.scorecard
        assert (row.score, row.band, row.flags, row.fatal) == (card.score, card.band, card.flags, card.fatal)
        assert [turn.turn for turn in signals.turns] == [turn.index for turn in transcript.turns]
        assert seeded.rubric(SYSTEM, card.rubric.sha256).id == row.rubric_id
        assert not row.has_audio
        assert verbatim(card, transcript)
        for flag in (*row.flags, *row.fatal):
            assert row.id in [
                found.id for found in seeded.interactions(SYSTEM, InteractionFilter(flag=flag), limit=99).rows
            ]


def verbatim(card: Scorecard, transcript: Transcript) -> bool:
    return all(e.turn is None or e.quote in transcript.turns[e.turn].text for item in card.items for e in item.evidence)


def test_judging_one_again_gives_the_same(seeded: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    tools = build_tools(Settings(_env_file=None, home=tmp_path_factory.mktemp("tools")))  # type: ignore[call-arg]
    for row in rows(seeded)[::6]:
        transcript, signals = seeded.transcript(SYSTEM, row.id), seeded.signals(SYSTEM, row.id)
        kept = seeded.scorecard(SYSTEM, row.id)
        assert transcript and signals and kept
        assert replace(pipeline.read(transcript, tools), emotions=None) == replace(signals, emotions=None)
        rubric = pipeline.choose_rubric("auto", transcript.language)
        assert pipeline.judge(row.interaction, transcript, signals, rubric, tools) == kept.scorecard


def test_they_are_found_by_what_is_said_and_by_their_names(seeded: Store) -> None:
    for row in rows(seeded)[::9]:
        transcript = seeded.transcript(SYSTEM, row.id)
        assert transcript
        for words in (transcript.turns[-1].text[:6], row.interaction.agent, row.interaction.external_id):
            assert row.id in [
                found.id for found in seeded.interactions(SYSTEM, InteractionFilter(q=words), limit=99).rows
            ]


def test_they_are_found_as_if_they_had_come_in(seeded: Store) -> None:
    """The index holds the grams of each text, no more and no fewer: made anew it finds the same."""
    words = ("seed-5-1", "您", "退款", "order", "工作日", "GD", "zz")
    before = [found(seeded, q=q) for q in words]
    with seeded.db.write() as connection:
        refind(connection)
    assert [found(seeded, q=q) for q in words] == before


def test_they_leave_no_jobs_and_can_be_scored_again(seeded: Store) -> None:
    with seeded.db.read() as connection:
        assert connection.execute(select(func.count()).select_from(jobs)).scalar() == 0
        assert connection.execute(select(func.count()).select_from(search_texts)).scalar() == 60
    assert seeded.rescore(SYSTEM, rows(seeded)[0].id)


@pytest.mark.parametrize(
    "other", [{"interactions": 61}, {"days": 8}, {"agents": 13}], ids=["more of them", "other days", "other agents"]
)
def test_it_goes_on_with_no_other_plan(seeded: Store, other: dict[str, int]) -> None:
    with pytest.raises(Conflict, match="another plan"):
        seed(seeded, replace(PLAN, **other), 1, quiet)  # type: ignore[arg-type]


def test_it_leaves_a_tenant_alone_that_holds_real_ones(tmp_path_factory: pytest.TempPathFactory) -> None:
    with clean_store("sqlite", tmp_path_factory.mktemp("real")) as store:
        take_chat(store, external_id="seed-6-1")
        with pytest.raises(Conflict, match="did not make"):
            seed(store, PLAN, 1, quiet)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(_env_file=None, home=tmp_path_factory.mktemp("pool"))  # type: ignore[call-arg]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(Kind))
def test_new_names_and_numbers_leave_the_evidence_verbatim(settings: Settings, kind: Kind, language: str) -> None:
    rng = Random(7)
    for _ in range(8):
        judged = made(settings, rng, kind, language)
        values = values_of(rng, language, 12)
        transcript, card = told(judged, values)
        assert transcript == judged.dialogue.transcript(values)
        assert verbatim(card, transcript)
        assert card.score == judged.scorecard.score


def made(settings: Settings, rng: Random, kind: Kind, language: str) -> Judged:
    while True:
        try:
            return judge(settings, compose(rng, kind, language, rng.choice(SKILLS)), values_of(rng, language, 0))
        except Cut:
            continue


def told(judged: Judged, values: dict[str, str]) -> tuple[Transcript, Scorecard]:
    forms = judged.transcript.filled(values), judged.card.filled(values)
    return load(Transcript, json.loads(forms[0])), load(Scorecard, json.loads(forms[1]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_values_are_as_long_as_one_another(language: str) -> None:
    rng = Random(1)
    lengths = {
        name: {len(values_of(rng, language, n)[name]) for n in range(200)} for name in ("order", "date", "phone")
    }
    assert all(len(found) == 1 for found in lengths.values())


def test_better_agents_break_fewer_rules(settings: Settings) -> None:
    def mean(skill: float) -> float:
        rng = Random(3)
        cards = [judge(settings, dialogue, values_of(rng, "zh", 0)).scorecard for dialogue in dialogues(rng, skill)]
        return sum(card.score or 0 for card in cards) / len(cards)

    assert mean(SKILLS[0]) + 10 < mean(SKILLS[-1])


def dialogues(rng: Random, skill: float) -> list[Dialogue]:
    return [compose(rng, Kind.CALL, "zh", skill) for _ in range(12)]


def test_the_plan_has_days_hours_and_people_of_its_own() -> None:
    plan = replace(PLAN, interactions=10_000, days=28, agents=200)
    hours = [plan.received(n, 0.5).hour for n in range(10_000)]
    assert hours.count(2) > 4 * max(1, hours.count(18))  # 10:00 and 02:00 in China
    met = list(cases(plan, Random(1), 2000))
    assert {case.kind for case in met} == set(Kind)
    assert len({case.agent.name for case in met}) > 150
    assert 1000 < len({case.customer for case in met}) < 2000
