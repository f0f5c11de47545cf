"""A version in trial judges live work beside the one in charge: kept aside, told to nobody, and never in its way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

import workers.trials
from qa_engine.domain import Life, Outcome, Principal, UserRole
from qa_engine.errors import BadRubric, Forbidden, NotFound
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.tables import deliveries, scorecards
from tests.unit.rubric.small import small
from tests.unit.storage.cast import LEAD, take_chat
from tests.unit.workers.test_stages import ear, station, work_all
from workers.station import Station

__all__ = ["ear", "station"]
SUPERVISOR = Principal(id="s", tenant="default", role=UserRole.SUPERVISOR, team="T1")


def version(store: Store, number: str, *, to: Life = Life.TRIAL, by: Principal = LEAD, **told: Any) -> str:
    draft = store.draft_rubric(by, small(number, name="ours", **told))
    for state in (Life.TRIAL, Life.ACTIVE)[: 2 if to is Life.ACTIVE else 1]:
        store.move_rubric(by, draft.id, state, "a test")
    return draft.id


def beside(store: Store, interaction_id: str) -> list[Any]:
    table = scorecards.c
    query = select(table.rubric_version, table.versions).where(table.interaction_id == interaction_id, table.aside)
    with store.db.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(table.id))]


def test_its_scorecard_is_kept_aside_and_lists_show_the_one_in_charge(store: Store, station: Station) -> None:
    version(store, "1", to=Life.ACTIVE)
    tried = version(store, "2", hello="您好")
    store.create_webhook(SYSTEM, "https://hooks.example.com/qa")
    row = take_chat(store, "在吗", "你好呀，有什么可以帮您").interaction
    work_all(store, station)
    live = store.scorecard(SYSTEM, row.id)
    assert live is not None and live.scorecard.rubric.version == "1"
    [(number, versions)] = beside(store, row.id)
    assert (number, versions["beside"]) == ("2", live.id)
    shown = store.interaction(SYSTEM, row.id)
    assert (shown.score, shown.rubric_id) == (live.scorecard.score, "ours")
    with store.db.read() as connection:
        assert connection.execute(select(func.count()).select_from(deliveries)).scalar_one() == 1
    found = store.trial_so_far(LEAD, tried)
    assert (found.judged, found.difference.compared) == (1, 1) and found.began is not None
    assert live.scorecard.items[0].outcome is Outcome.MET
    assert found.difference.outcomes == {("opening", "MET", "NOT_MET"): 1}
    assert found.difference.examples[0].interaction == row.id


def test_another_judgement_of_the_same_interaction_counts_once(store: Store, station: Station) -> None:
    tried = version(store, "2")
    row = take_chat(store).interaction
    work_all(store, station)
    store.rescore(SYSTEM, row.id)
    work_all(store, station)
    assert len(beside(store, row.id)) == 2
    found = store.trial_so_far(LEAD, tried)
    assert (found.judged, found.difference.compared) == (1, 1)


def test_where_a_job_names_its_rubric_nothing_is_tried(store: Store, station: Station) -> None:
    row = take_chat(store).interaction
    work_all(store, station)
    version(store, "2")
    store.rescore(SYSTEM, row.id, "general-zh")
    work_all(store, station)
    assert beside(store, row.id) == []


@pytest.mark.parametrize("why", ["language", "tenant", "retired", "draft"])
def test_what_is_not_tried_on_this_leaves_nothing(store: Store, station: Station, why: str) -> None:
    if why == "language":
        version(store, "2", languages="en")
    elif why == "tenant":
        version(store, "2", by=replace(LEAD, tenant="elsewhere"))
    elif why == "retired":
        store.move_rubric(LEAD, version(store, "2"), Life.RETIRED, "over")
    else:
        store.draft_rubric(LEAD, small("2", name="ours"))
    row = take_chat(store).interaction
    work_all(store, station)
    assert store.scorecard(SYSTEM, row.id) is not None and beside(store, row.id) == []


def test_a_trial_that_cannot_be_read_is_left_out_and_the_rest_goes_on(
    store: Store, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    version(store, "2")
    version(store, "3")
    whole = workers.trials.read_rubric

    def reading(text: str, name: str) -> Any:
        if 'version: "3"' in text:
            raise BadRubric("written by a newer version")
        return whole(text, name)

    monkeypatch.setattr(workers.trials, "read_rubric", reading)
    row = take_chat(store).interaction
    work_all(store, station)
    assert store.scorecard(SYSTEM, row.id) is not None
    assert [number for number, _ in beside(store, row.id)] == ["2"]


def test_the_difference_is_for_those_who_oversee_all_of_their_tenant(store: Store, station: Station) -> None:
    tried = version(store, "2")
    take_chat(store)
    work_all(store, station)
    with pytest.raises(Forbidden):
        store.trial_so_far(SUPERVISOR, tried)
    with pytest.raises(NotFound):
        store.trial_so_far(replace(LEAD, tenant="elsewhere"), tried)
