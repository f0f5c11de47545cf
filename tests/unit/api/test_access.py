"""Who may come in, with what, and what the log says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.csrf import CSRF_HEADER, SESSION_COOKIE, csrf_of
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from tests.unit.api.cast import CHAT, Cast, problem

PASSWORD = "correct horse battery"


def session(cast: Cast, role: UserRole = UserRole.QA_LEAD) -> dict[str, str]:
    cast.store.create_user(SYSTEM, "mei", PASSWORD, role)
    token, _ = cast.store.log_in("mei", PASSWORD, "127.0.0.1")
    return {"Cookie": f"{SESSION_COOKIE}={token}", "token": token}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer qae_wrong"},
        {"Authorization": "Basic cWFlOnFhZQ=="},
        {"Authorization": "Bearer \u00e9".encode("latin-1")},  # type: ignore[dict-item]
        {"X-API-Key": "qae_"},
        {"X-API-Key": ""},
        {"Cookie": f"{SESSION_COOKIE}=guess"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/me", "/v1/interactions", "/v1/interactions/x/audio", "/metrics"])
def test_without_valid_credentials_nothing_is_told(refusing: Cast, headers: dict[str, str], path: str) -> None:
    answer = refusing.client.get(path, headers=headers)
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_comes_in_either_header(cast: Cast) -> None:
    for headers in [
        cast.headers(),
        {"X-API-Key": cast.keys["service"]},
        {"Authorization": cast.headers()["Authorization"].replace("Bearer", "bearer")},
    ]:
        me = cast.client.get("/v1/me", headers=headers)
        assert me.json()["role"] == "service"
        assert me.json()["may"] == ["read", "write"]


def test_a_revoked_or_expired_key_ends_at_once(cast: Cast) -> None:
    plaintext, key = cast.store.create_key(SYSTEM, "tmp")
    headers = {"Authorization": f"Bearer {plaintext}"}
    assert cast.client.get("/v1/me", headers=headers).status_code == 200
    cast.store.revoke_key(SYSTEM, key.id)
    problem(cast.client.get("/v1/me", headers=headers), 401, "unauthenticated")
    plaintext, _ = cast.store.create_key(SYSTEM, "old", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    problem(cast.client.get("/v1/me", headers={"X-API-Key": plaintext}), 401, "unauthenticated")


def test_scopes_narrow_what_a_role_may(cast: Cast) -> None:
    cast.add("reader", UserRole.SERVICE, scopes=frozenset({"read"}))
    cast.add("writer", UserRole.SERVICE, scopes=frozenset({"write"}))
    assert cast.get("/v1/interactions", by="reader").status_code == 200
    problem(cast.client.post("/v1/interactions", json=CHAT, headers=cast.headers("reader")), 403, "forbidden")
    problem(cast.get("/v1/interactions", by="writer"), 403, "forbidden")
    assert cast.client.post("/v1/interactions", json=CHAT, headers=cast.headers("writer")).status_code == 202


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (UserRole.SUPERVISOR, {"team": "east"}),
        (UserRole.AGENT, {"agent": "ann"}),
        (UserRole.VENDOR_MANAGER, {"vendor": "acme"}),
    ],
)
def test_those_who_only_read_cannot_hand_in(cast: Cast, role: UserRole, who: dict[str, str]) -> None:
    cast.add("reader", role, **who)
    problem(cast.client.post("/v1/interactions", json=CHAT, headers=cast.headers("reader")), 403, "forbidden")


def test_a_session_reads_and_writes_only_with_its_csrf_token(cast: Cast) -> None:
    mine = session(cast)
    cookie, token = {"Cookie": mine["Cookie"]}, mine["token"]
    assert cast.client.get("/v1/me", headers=cookie).json()["name"] == "mei"
    for wrong in [{}, {CSRF_HEADER: ""}, {CSRF_HEADER: csrf_of("another")}, {CSRF_HEADER: token}]:
        problem(cast.client.post("/v1/interactions", json=CHAT, headers=cookie | wrong), 403, "forbidden")
    right = cookie | {CSRF_HEADER: csrf_of(token)}
    assert cast.client.post("/v1/interactions", json=CHAT, headers=right).status_code == 202
    cast.store.log_out(token)
    problem(cast.client.get("/v1/me", headers=cookie), 401, "unauthenticated")


def test_figures_are_for_those_who_run_it(cast: Cast) -> None:
    cast.call()
    answer = cast.get("/metrics")
    assert answer.status_code == 200
    assert 'qa_engine_jobs{queue="transcribe",state="queued"} 1.0' in answer.text
    assert (
        'qa_engine_http_request_seconds_count{method="POST",route="/v1/interactions",status="202"} 1.0' in answer.text
    )
    assert 'qa_engine_interactions{state="queued"} 1.0' in answer.text
    assert "qa_engine_storage_up 1.0" in answer.text
    cast.add("lead", UserRole.QA_LEAD)
    problem(cast.get("/metrics", by="lead"), 403, "forbidden")


def test_figures_never_carry_raw_paths(cast: Cast) -> None:
    cast.get("/v1/interactions/secret-id")
    cast.client.get("/wp-admin/secret.php")
    text = cast.get("/metrics").text
    assert "secret" not in text
    assert 'route="/v1/interactions/{interaction_id}",status="404"' in text
    assert 'route="unmatched",status="404"' in text


def test_the_log_names_the_interaction_and_who_asked_but_no_secret(cast: Cast, logged: list[dict[str, object]]) -> None:
    call = cast.call()
    href = cast.client.post(f"/v1/interactions/{call}/audio-link", headers=cast.headers()).json()["href"]
    cast.client.get(href)
    lines = [entry for entry in logged if entry["event"] == "request"]
    assert [entry["interaction"] for entry in lines] == [call] * 3
    assert {entry["principal"] for entry in lines} == {cast.client.get("/v1/me", headers=cast.headers()).json()["id"]}
    assert "token=" not in str(logged)
    assert "qae_" not in str(logged)
