"""The queue page: what a lead reads of it, what goes on again by its buttons, and who does not see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.console.view.queue import HEIGHT, Bar, bars, cards, drain
from api.console.words import words
from qa_engine.domain import Kind
from qa_engine.storage import SYSTEM, Failure, Incoming, Queue, QueueFigures, State
from tests.browser.seed import PASSWORD, claim, open_store, seed, users
from tests.unit.console.conftest import House, csrf

Enter = Callable[..., TestClient]
CRASH = Failure(code="crashed", message="<b>boom</b>")


def stop(house: House, *names: str) -> list[str]:
    """Interactions whose recognition crashed for good, one a name."""
    ids = []
    for name in names:
        sha256 = name.encode().hex().rjust(64, "0")[-64:]
        row = house.store.accept(
            SYSTEM, Incoming(kind=Kind.CALL, source=name, content_sha256=sha256, size=1)
        ).interaction
        house.store.jobs.fail(claim(house.store, row), CRASH, retry=False)
        ids.append(row.id)
    return ids


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own, for here work is stopped and set going again."""
    settings, store = open_store(tmp_path_factory.mktemp("queue"), lease_s=3600.0)
    ids = seed(store)
    users(store)
    yield House(create_app(settings, store), store, ids)
    store.close()


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    return {}


@pytest.fixture(autouse=True)
def fresh(house: House) -> None:
    house.app.state.sight.forget()


def test_a_lead_sees_what_waits_who_works_and_what_has_stopped(enter: Enter, house: House) -> None:
    stop(house, "crash-1.wav")
    html = enter(qae_language="en").get("/queue").text
    card = html[html.index('id="queue-transcribe"') :].split("</article>")[0]
    assert re.search(r"<b>\d+</b> <span>waiting", card) and "1 in work" in card and "Oldest waits" in card
    assert 'id="queue-archive"' in html and "Nothing waits" in html
    work = html[html.index('class="work"') :].split("</ul>")[0]
    assert house.ids["working"] in work and "42%" in work and 'value="42"' in work and "<code>seed</code>" in work
    stopped = html[html.index('class="stopped"') :].split("</table>")[0]
    assert "crash-1.wav" in stopped and "Something unexpected happened" in stopped
    assert "&lt;b&gt;boom" in stopped and "<b>boom" not in stopped
    assert f'href="/interactions/{house.ids["failed"]}"' in stopped


def test_one_job_is_released_and_the_page_says_so(lead: TestClient, house: House) -> None:
    [interaction] = stop(house, "crash-2.wav")
    html = lead.get("/queue").text
    job = house.store.interaction(SYSTEM, interaction).job
    assert job is not None and f'id="job-{job.id}"' in html
    answer = lead.post("/queue/release", data={"csrf": csrf(html), "job": job.id})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?released=1")
    assert house.store.interaction(SYSTEM, interaction).state is State.QUEUED
    after = lead.get("/queue?released=1").text
    assert "1 个任务已重新排队" in after and f'id="job-{job.id}"' not in after


def test_all_of_one_reason_are_released_together_and_no_others(lead: TestClient, house: House) -> None:
    crashed = stop(house, "crash-3.wav", "crash-4.wav")
    answer = lead.post("/queue/release-all", data={"csrf": csrf(lead.get("/queue").text), "code": "crashed"})
    assert answer.status_code == 303 and int(answer.headers["location"].rpartition("=")[2]) >= 2
    assert {house.store.interaction(SYSTEM, one).state for one in crashed} == {State.QUEUED}
    assert 'value="crashed"' not in lead.get("/queue").text


@pytest.mark.parametrize("path", ["release", "release-all"])
def test_nothing_is_released_by_a_form_that_is_not_ours(lead: TestClient, house: House, path: str) -> None:
    [interaction] = stop(house, f"crash-{path}.wav")
    answer = lead.post(f"/queue/{path}", data={"csrf": "x", "job": "x", "code": "crashed"})
    assert answer.status_code == 403
    assert house.store.interaction(SYSTEM, interaction).state is State.FAILED


def test_a_supervisor_neither_sees_nor_releases(enter: Enter) -> None:
    reader = enter("reader")
    home = reader.get("/interactions").text
    assert 'href="/queue"' not in home and 'href="/queue"' in enter().get("/interactions").text
    assert reader.get("/queue").status_code == 403
    for path in ("release", "release-all"):
        answer = reader.post(f"/queue/{path}", data={"csrf": csrf(home), "job": "x", "code": "x"})
        assert answer.status_code == 403


def test_it_says_when_the_bell_is_not_heard(lead: TestClient, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.store.outbox.sent([message.id for message in house.store.outbox.waiting(limit=5000)])
    assert "Redis" not in lead.get("/queue").text
    monkeypatch.setattr("api.sight.UNHEARD_S", 0.0)
    assert "Redis 无法连接" in lead.get("/queue").text


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (None, "目前没有进展", "Nothing moves at present"),
        (0.0, "没有等待的任务", "Nothing waits"),
        (3.0, "按目前的速度约需 1 分钟", "About 1 min at this pace"),
        (720.0, "按目前的速度约需 12 分钟", "About 12 min at this pace"),
        (7199.0, "按目前的速度约需 120 分钟", "About 120 min at this pace"),
        (7200.0, "按目前的速度约需 2 小时", "About 2 hours at this pace"),
        (2 * 86_400.0, "按目前的速度约需 2 天", "About 2 days at this pace"),
    ],
)
def test_the_time_to_drain_is_a_sentence(seconds: float | None, zh: str, en: str) -> None:
    assert (drain(seconds, words("zh")), drain(seconds, words("en"))) == (zh, en)


def test_the_small_picture_has_a_bar_a_minute_as_high_as_its_share() -> None:
    assert bars((0,) * 60) == ()
    assert bars((0, 4, 2)) == (Bar(4, 0.0, HEIGHT), Bar(8, HEIGHT / 2, HEIGHT / 2))


def test_a_queue_that_waits_and_does_not_move_stands_out() -> None:
    [still, moving] = cards(
        [QueueFigures(queue=Queue.SCORE, queued=3), QueueFigures(queue=Queue.SCORE, done_by_minute=(1,) * 60)],
        words("en"),
    )
    assert still.still and not moving.still


def test_a_house_with_nothing_to_do_says_so(tmp_path: Path) -> None:
    settings, store = open_store(tmp_path)
    users(store)
    token, _ = store.log_in("lead", PASSWORD, "127.0.0.1")
    jar = {"qae_session": token, "qae_language": "en"}
    html = TestClient(create_app(settings, store), headers={"accept": "text/html"}, cookies=jar).get("/queue").text
    store.close()
    assert html.count("Nothing waits") == len(Queue)
    assert "No worker has a job" in html and "Nothing has stopped" in html and "Redis" not in html
    assert "<table" not in html and "Release" not in html
