"""Every failure is a problem with a place and a mend, in the reader's language, and tells nothing of our insides."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import STATUS, TITLES
from qa_engine import errors
from qa_engine.errors import QAEngineError
from qa_engine.settings import Settings
from qa_engine.storage import Denied, Throttled
from qa_engine.storage.db import DatabaseAway
from tests.unit.api.cast import Cast, problem


def cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


NO_REQUEST_MEETS = {"bad_backup", "cannot_read", "dump_failed", "judge_away", "place_away"}
"""Told by the command line and by jobs; whether their classes are loaded depends on the tests that ran before."""


def codes(base: type[QAEngineError]) -> set[str]:
    known = [child for child in base.__subclasses__() if child.__module__.partition(".")[0] in ("qa_engine", "api")]
    return {base.code}.union(*map(codes, known)) - NO_REQUEST_MEETS


def test_every_error_of_the_engine_has_its_status_and_title() -> None:
    assert codes(errors.QAEngineError) <= STATUS.keys()
    assert set(STATUS.values()) <= TITLES.keys()
    assert all(title.zh and title.en for title in TITLES.values())


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/interactions/nobody", 404, "not_found"),
        ("GET", "/v1/interactions/%00", 404, "not_found"),
        ("GET", "/v1/interactions/a%2Fb", 404, "not_found"),
        ("GET", "/v1/nothing", 404, "not_found"),
        ("DELETE", "/v1/interactions", 405, "method_not_allowed"),
        ("GET", "/v1/interactions?limit=0", 422, "validation"),
        ("GET", "/v1/interactions?limit=201", 422, "validation"),
        ("GET", "/v1/interactions?limit=x", 422, "validation"),
        ("GET", "/v1/interactions?nonsense=1", 422, "validation"),
        ("GET", "/v1/interactions?band=best", 422, "validation"),
        ("GET", "/v1/interactions?q=%00", 422, "validation"),
        ("GET", "/v1/interactions?score_min=nan", 422, "validation"),
        ("GET", "/v1/interactions?received_from=0001-01-01", 422, "validation"),
        ("GET", "/v1/interactions?received_to=9999-12-31T23:59:59", 422, "validation"),
        ("GET", "/v1/interactions?after=x", 422, "validation"),
        ("GET", "/v1/interactions?after=" + cursor('["\\u0000"]'), 422, "validation"),
        ("GET", "/v1/interactions?after=" + cursor("[" + "9" * 400 + ', "x"]') + "&order=score", 422, "validation"),
        ("GET", "/v1/interactions?after=" + cursor('["x"]') + "&order=score", 422, "bad_input"),
        ("GET", "/v1/interactions?after=" + cursor('{"a": 1}'), 422, "bad_input"),
        ("GET", "/v1/interactions?after=" + "A" * 300, 422, "validation"),
        ("GET", "/v1/rubrics/none", 404, "not_found"),
        ("GET", "/v1/rubrics/%00", 422, "validation"),
    ],
)
def test_it_answers_with_a_problem(refusing: Cast, method: str, path: str, status: int, code: str) -> None:
    problem(refusing.client.request(method, path, headers=refusing.headers()), status, code)


def test_it_tells_all_methods_of_a_path(refusing: Cast) -> None:
    assert refusing.client.put("/v1/interactions").headers["allow"] == "GET, POST"
    assert refusing.client.delete("/v1/interactions/x/audio").headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "未找到"),
        ("en-US", "Not found"),
        ("en;q=0.4, zh;q=0.7", "未找到"),
        ("fr, zh;q=0", "Not found"),
        ("fr", "Not found"),
        (";;;q=,,", "Not found"),
    ],
)
def test_titles_follow_the_reader(refusing: Cast, header: str, title: str) -> None:
    answer = refusing.get("/v1/interactions/nobody", headers={"Accept-Language": header})
    assert problem(answer, 404, "not_found")["title"] == title


def test_a_crash_tells_nothing_of_our_insides(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("secret /etc/passwd")

    monkeypatch.setattr(cast.store, "interaction", crash)
    told = problem(cast.get("/v1/interactions/nobody"), 500, "internal")
    assert "secret" not in str(told)


def test_storage_that_is_away_is_told_as_such(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseAway("host db.internal refused")

    monkeypatch.setattr(cast.store, "interaction", away)
    answer = cast.get("/v1/interactions/nobody")
    assert "db.internal" not in str(problem(answer, 503, "unavailable"))
    assert answer.headers["retry-after"]
    monkeypatch.setattr(cast.store, "ping", away)
    ready = cast.client.get("/readyz")
    assert (ready.status_code, ready.json()["storage"]) == (503, "database_away")
    assert cast.client.get("/healthz").status_code == 200


def test_waiting_is_told_in_seconds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: object) -> None:
        raise Throttled("too many tries", retry_after_s=42)

    monkeypatch.setattr(cast.store, "interaction", throttled)
    answer = cast.get("/v1/interactions/nobody")
    problem(answer, 429, "throttled")
    assert answer.headers["retry-after"] == "42"
    assert Denied.code in STATUS


def test_a_part_that_is_not_there_yet_says_when_to_ask_again(cast: Cast) -> None:
    call = cast.call()
    for part in ("transcript", "signals", "waveform", "scorecard"):
        answer = cast.get(f"/v1/interactions/{call}/{part}")
        told = problem(answer, 404, "not_ready")
        assert "queued" in told["detail"]
        assert answer.headers["retry-after"] == "2"
    assert cast.get(f"/v1/interactions/{call}/scorecards").json() == {"items": []}


def test_a_request_id_is_taken_or_made(refusing: Cast) -> None:
    assert (
        refusing.client.get("/healthz", headers={"X-Request-ID": "my-id-12345"}).headers["x-request-id"]
        == "my-id-12345"
    )
    for bad in ["short", "a" * 65, "with blank 123", "line\u00e9feeds"]:
        made = refusing.client.get("/healthz", headers={"X-Request-ID": bad.encode("latin-1")}).headers["x-request-id"]
        assert made != bad
        assert len(made) == 16


def test_every_answer_carries_the_security_headers(cast: Cast) -> None:
    for answer in [cast.client.get("/healthz"), cast.client.get("/v1/me"), cast.get("/v1/interactions")]:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "no-store" in answer.headers["cache-control"]


def test_it_opens_and_closes_its_own_store(tmp_path: Path) -> None:
    app = create_app(Settings(_env_file=None, home=tmp_path), pages=False)
    with TestClient(app) as client:
        assert client.get("/readyz").json() == {"ready": True, "storage": "ok", "redis": "embedded"}
