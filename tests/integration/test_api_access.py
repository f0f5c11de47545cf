"""Every role at every endpoint, for what is theirs, their team's, another's and another tenant's: nothing leaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from api.app import create_app
from api.csrf import SESSION_COOKIE
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from tests.databases import BOTH, clean_store
from tests.unit.api.cast import Cast
from tests.unit.rubric.small import small

PASSWORD = "a long enough password"
OWN, TEAM, OTHER, TENANT = "own", "team", "other", "tenant"
PLACES = {
    OWN: {"agent": "ann", "team": "east", "vendor": "acme"},
    TEAM: {"agent": "bob", "team": "east", "vendor": "acme"},
    OTHER: {"agent": "cy", "team": "west", "vendor": "zen"},
    TENANT: {"agent": "ann", "team": "east", "vendor": "acme"},
}
ROLES: dict[str, tuple[UserRole, dict[str, str], set[str]]] = {
    "admin": (UserRole.ADMIN, {}, {OWN, TEAM, OTHER}),
    "lead": (UserRole.QA_LEAD, {}, {OWN, TEAM, OTHER}),
    "service": (UserRole.SERVICE, {}, {OWN, TEAM, OTHER}),
    "supervisor": (UserRole.SUPERVISOR, {"team": "east"}, {OWN, TEAM}),
    "agent": (UserRole.AGENT, {"agent": "ann"}, {OWN}),
    "vendor": (UserRole.VENDOR_MANAGER, {"vendor": "acme"}, {OWN, TEAM}),
    "stranger": (UserRole.SUPERVISOR, {"team": "nowhere"}, set()),
}
WRITERS = ("admin", "lead", "service")
NOBODY = "01aaaaaaaaaaaaaaaaaaaaaaaa"


@dataclass
class Scene:
    cast: Cast
    ids: dict[str, str]
    sessions: dict[str, str]

    def ask(self, method: str, path: str, role: str, how: str) -> Any:
        headers = {"Cookie": f"{SESSION_COOKIE}={self.sessions[role]}"} if how == "session" else self.cast.headers(role)
        body = {"messages": [{"role": "customer", "text": "在吗"}]} if path.endswith("/messages") else None
        return self.cast.client.request(method, path, headers=headers, json=body)


@pytest.fixture(scope="module", params=BOTH)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with clean_store(request.param, tmp_path_factory.mktemp("access")) as store, structlog.testing.capture_logs():
        app = create_app(store.settings, store, pages=False)
        with TestClient(app, raise_server_exceptions=False) as client:
            cast = Cast(store, app, client)
            sessions = {}
            for name, (role, who, _) in ROLES.items():
                cast.add(name, role, **who)
                store.create_user(SYSTEM, name, PASSWORD, role, **who)
                sessions[name], _ = store.log_in(name, PASSWORD, "127.0.0.1")
            cast.add("elsewhere", UserRole.SERVICE, tenant="another")
            ids = {}
            for seed, (place, who) in enumerate(PLACES.items()):
                by, tenant = ("elsewhere", "another") if place == TENANT else ("service", "default")
                ids[place] = cast.call(seed, by, external_id=f"secret-{place}", **who)
                cast.judge(ids[place], tenant=tenant)
            yield Scene(cast, ids, sessions)


def of_one_interaction(scene: Scene) -> list[tuple[str, str]]:
    """Every operation of the document that names an interaction: a new endpoint is in the matrix by itself."""
    paths = scene.cast.app.openapi()["paths"]
    return [(method.upper(), path) for path in paths if "{interaction_id}" in path for method in paths[path]]


def told(answer: Any) -> dict[str, Any]:
    """A problem without what must differ between two requests."""
    return {name: value for name, value in answer.json().items() if name not in ("request_id", "where")}


@pytest.mark.parametrize("how", ["key", "session"])
@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_yours_is_exactly_as_if_it_were_not_there(scene: Scene, role: str, how: str) -> None:
    operations = of_one_interaction(scene)
    assert len(operations) >= 8
    for method, path in operations:
        if how == "session" and method != "GET":
            continue
        nothing = scene.ask(method, path.format(interaction_id=NOBODY), role, how)
        writes = path.endswith(("/messages", "/close"))
        allowed = not writes or role in WRITERS
        assert nothing.status_code == (404 if allowed else 403), (method, path)
        for place, interaction in scene.ids.items():
            answer = scene.ask(method, path.format(interaction_id=interaction), role, how)
            if allowed and place in ROLES[role][2]:
                seen = (200, 201, 409) if writes else (200, 201)  # a call is no chat that goes on
                assert answer.status_code in seen, (method, path, place, answer.text)
            else:
                assert answer.status_code == nothing.status_code, (method, path, place)
                assert told(answer) == told(nothing)
                assert "secret" not in answer.text


@pytest.mark.parametrize("how", ["key", "session"])
@pytest.mark.parametrize("role", ROLES)
def test_lists_hold_what_is_yours_whatever_is_asked(scene: Scene, role: str, how: str) -> None:
    mine = {scene.ids[place] for place in ROLES[role][2]}

    def listed(query: str) -> set[str]:
        answer = scene.ask("GET", f"/v1/interactions?{query}", role, how)
        assert answer.status_code == 200
        return {one["id"] for one in answer.json()["items"]}

    assert listed("") == mine
    for query in ["q=secret", "order=score", "kind=call", "state=done", "flag=needs_review", "score_min=0"]:
        assert listed(query) == mine, query
    for place, who in PLACES.items():
        for name, value in who.items():
            wanted = {scene.ids[p] for p in ROLES[role][2] if PLACES[p][name] == value}
            assert listed(f"{name}={value}") == wanted
        assert listed(f"external_id=secret-{place}") == mine & {scene.ids[place]}


def test_a_cursor_of_someone_else_opens_nothing(scene: Scene) -> None:
    cursor = scene.ask("GET", "/v1/interactions?limit=1", "admin", "key").json()["next"]
    answer = scene.ask("GET", f"/v1/interactions?after={cursor}", "stranger", "key")
    assert answer.json() == {"items": [], "next": None}


@pytest.mark.parametrize("role", [name for name in ROLES if name not in WRITERS])
def test_those_who_may_not_write_cannot(scene: Scene, role: str) -> None:
    answer = scene.cast.client.post("/v1/interactions", json={"messages": []}, headers=scene.cast.headers(role))
    assert answer.status_code == 403


def test_a_link_opens_only_what_its_maker_sees(scene: Scene) -> None:
    href = scene.ask("POST", f"/v1/interactions/{scene.ids[OWN]}/audio-link", "agent", "key").json()["href"]
    token = href.partition("?token=")[2]
    assert scene.cast.client.get(href).status_code == 200
    for place in (TEAM, OTHER, TENANT):
        answer = scene.cast.client.get(f"/v1/interactions/{scene.ids[place]}/audio?token={token}")
        assert answer.status_code == 401


EDITORS = ("admin", "lead")


@pytest.mark.parametrize("how", ["key", "session"])
@pytest.mark.parametrize("role", ROLES)
def test_rubrics_are_written_by_their_owners_and_read_by_all(scene: Scene, role: str, how: str) -> None:
    """Every operation of the document on rubrics: a new endpoint is in the matrix by itself."""
    draft = scene.cast.store.draft_rubric(SYSTEM, small("0.1", name="matrix"))
    paths = {p: v for p, v in scene.cast.app.openapi()["paths"].items() if p.startswith("/v1/rubrics")}
    assert sum(len(methods) for methods in paths.values()) >= 9
    for path, methods in paths.items():
        for method in methods:
            answer = scene.ask(method.upper(), path.format(rubric=draft.id), role, how)
            if how == "session" and method != "get":
                assert answer.status_code == 403, (method, path)
            elif role in EDITORS:
                assert answer.status_code in (200, 204, 422), (method, path, answer.text)
            elif method == "get":
                found = 404 if "{rubric}" in path else 422 if path.endswith("/compare") else 200
                assert answer.status_code == found, (method, path, answer.text)
                assert "matrix" not in answer.text
            else:
                assert answer.status_code == 403, (method, path, answer.text)
    if scene.cast.store.rubric_versions(SYSTEM):
        scene.cast.store.discard_draft(SYSTEM, scene.cast.store.rubric_versions(SYSTEM)[0].id)
