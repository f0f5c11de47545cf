"""Rubrics in the console: listed with their lives, read, drafted, tried, compared, moved on by their owners."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.csrf import CSRF_HEADER
from qa_engine.domain import Life, Outcome, RubricRef
from qa_engine.storage import SYSTEM, Queue, Stage
from qa_engine.storage.jobs import Lease
from qa_engine.storage.rubric_rows import RubricVersion
from qa_engine.storage.rubric_trials import keep_beside
from tests.unit.console.conftest import House, csrf
from tests.unit.console.test_pages import Strict
from tests.unit.rubric.small import SMALL, small

Enter = Callable[..., TestClient]


@pytest.fixture(scope="module")
def draft(house: House) -> RubricVersion:
    return house.store.draft_rubric(SYSTEM, small("0.9", name="console"), "a <b>better</b> one")


@pytest.fixture(scope="module")
def active(house: House) -> RubricVersion:
    made = house.store.draft_rubric(SYSTEM, small("1", name="english-one", languages="en"))
    for to in (Life.TRIAL, Life.ACTIVE):
        made = house.store.move_rubric(SYSTEM, made.id, to, f"to {to}")
    return made


def token(client: TestClient) -> str:
    return csrf(client.get("/rubrics").text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_pages_are_well_formed(enter: Enter, draft: RubricVersion, active: RubricVersion, lang: str) -> None:
    client = enter(qae_language=lang)
    for path in (
        "/rubrics", f"/rubrics/{draft.id}", f"/rubrics/{draft.id}/edit", f"/rubrics/{active.id}", "/rubrics/compare",
        f"/rubrics/compare?before={active.id}&after={draft.id}", "/rubrics/operators",
        f"/rubrics/compare?before={draft.id}&after={draft.id}", "/rubrics/compare?before=general-zh&after=general-en",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = Strict()
        page.feed(answer.text)
        assert page.wrong == [] and page.open == [], path
        assert len(page.ids) == len(set(page.ids)) and page.refs - set(page.ids) == set(), path
        assert page.tags.count("h1") == 1, path
        assert "<b>better" not in answer.text


def test_the_list_tells_where_each_version_stands(enter: Enter, draft: RubricVersion, active: RubricVersion) -> None:
    html = enter(qae_language="en").get("/rubrics").text
    assert f"/rubrics/{draft.id}/edit" in html and ">Draft<" in html and ">Active<" in html and ">Built in<" in html
    reader = enter("reader", qae_language="en").get("/rubrics").text
    assert draft.id not in reader and active.id in reader


def test_the_reading_page_tells_how_it_came_there_and_what_may_be_done(enter: Enter, active: RubricVersion) -> None:
    html = enter(qae_language="en").get(f"/rubrics/{active.id}").text
    assert "to active" in html and "Example dialogues (2)" in html and 'id="to-retired"' in html
    reader = enter("reader", qae_language="en").get(f"/rubrics/{active.id}").text
    assert "to active" in reader and 'id="to-retired"' not in reader and 'id="new-draft"' not in reader


def test_a_copy_is_begun_edited_tried_and_put_in_charge(enter: Enter, house: House, active: RubricVersion) -> None:
    client = enter(qae_language="en")
    told = {"csrf": token(client), "source": active.id, "version": "1.1"}
    begun = client.post("/rubrics/drafts", data=told)
    assert begun.status_code == 303 and begun.headers["location"].endswith("/edit")
    made = house.store.rubric_versions(SYSTEM)[0]
    assert (made.rubric_id, made.version, made.state) == ("english-one", "1.1", "draft")
    move = f"/rubrics/{made.id}/move"
    for to in ("trial", "active"):
        assert client.post(move, data={"csrf": told["csrf"], "to": to, "why": "better"}).status_code == 303
    assert client.get(f"/rubrics/{made.id}/edit").headers["location"] == f"/rubrics/{made.id}"
    client.post(f"/rubrics/{active.id}/move", data={"csrf": told["csrf"], "to": "active", "why": "as before"})
    assert house.store.rubric_version(SYSTEM, made.id).state is Life.RETIRED


def test_a_draft_that_cannot_be_read_is_edited(enter: Enter, house: House) -> None:
    broken = house.store.draft_rubric(SYSTEM, small("0.1", name="broken"))
    house.store.redraft_rubric(SYSTEM, broken.id, "id: [", broken.sha256)
    client = enter()
    assert client.get(f"/rubrics/{broken.id}").headers["location"] == f"/rubrics/{broken.id}/edit"
    assert "id: [" in client.get(f"/rubrics/{broken.id}/edit").text
    assert client.get("/rubrics").status_code == 200
    done = client.post(f"/rubrics/{broken.id}/discard", data={"csrf": token(client)})
    assert done.headers["location"] == "/rubrics"
    assert client.get(f"/rubrics/{broken.id}/edit").status_code == 404


def test_the_preview_shows_before_and_after_and_marks_what_changes(enter: Enter, house: House) -> None:
    client = enter(qae_language="en")
    headers = {CSRF_HEADER: token(client)}
    path = f"/rubrics/preview?interaction={house.ids['chat']}"
    html = client.post(path, content=SMALL.encode(), headers=headers).text
    assert "Before" in html and "general-zh" in html and re.search(r'<tr class="changed">', html)
    assert "There is no model of dialogue acts here" in html, "the pack in charge asks it"
    for wrong, status in ((path, 403), ("/rubrics/preview?interaction=nobody", 404)):
        told = headers if status == 404 else {}
        assert client.post(wrong, content=SMALL.encode(), headers=told).status_code == status
    unreadable = client.post(path, content=b"id: [", headers={**headers, "accept": "application/json"})
    assert unreadable.status_code == 422 and unreadable.json()["code"] == "bad_rubric"


def test_only_its_owners_write(enter: Enter, draft: RubricVersion) -> None:
    reader = enter("reader")
    told = {"csrf": token(reader), "source": "general-zh", "version": "2", "to": "trial", "why": "x"}
    for path in ("/rubrics/drafts", f"/rubrics/{draft.id}/move", f"/rubrics/{draft.id}/discard"):
        assert reader.post(path, data=told).status_code == 403, path
    assert reader.get(f"/rubrics/{draft.id}/edit").status_code == 403
    lead = enter()
    for path in ("/rubrics/drafts", f"/rubrics/{draft.id}/move", f"/rubrics/{draft.id}/discard"):
        assert lead.post(path, data=told | {"csrf": "wrong"}).status_code == 403, path


def test_a_version_in_trial_shows_what_it_would_change(enter: Enter, house: House) -> None:
    tried = house.store.draft_rubric(SYSTEM, small("0.7", name="triedout"))
    house.store.move_rubric(SYSTEM, tried.id, Life.TRIAL, "a test")
    assert "Trial beside what counts" in enter(qae_language="en").get(f"/rubrics/{tried.id}").text
    assert "试用从现在开始" in enter().get(f"/rubrics/{tried.id}").text
    kept = house.store.scorecard(SYSTEM, house.ids["chat"])
    row = house.store.interaction(SYSTEM, house.ids["chat"])
    assert kept is not None and row.job is not None
    lease = Lease(
        job_id=row.job.id, tenant="default", interaction_id=row.id, stage=Stage.SCORE, queue=Queue.SCORE, fence=1,
        attempts=1, params={}, worker="w",
    )  # fmt: skip
    first = replace(kept.scorecard.items[0], outcome=Outcome.NOT_MET)
    card = replace(
        kept.scorecard, items=(first, *kept.scorecard.items[1:]), score=12.0,
        rubric=RubricRef("triedout", "0.7", tried.sha256),
    )  # fmt: skip
    with house.store.db.write() as connection:
        keep_beside(connection, lease, card, {}, kept.id)
    html = enter(qae_language="en").get(f"/rubrics/{tried.id}").text
    assert "1 interactions judged" in html and "1 of 1 flipped" in html
    assert f'href="/interactions/{row.id}"' in html
    assert 'id="trial"' not in enter("reader").get(f"/rubrics/{tried.id}").text
    house.store.move_rubric(SYSTEM, tried.id, Life.RETIRED, "over")
    assert 'id="trial"' not in enter().get(f"/rubrics/{tried.id}").text
