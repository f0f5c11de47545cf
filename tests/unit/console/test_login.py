"""Who comes in, who does not, and what a form from elsewhere can do: nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.console.web import safe_next
from qa_engine.domain import UserRole
from qa_engine.storage import SYSTEM
from tests.browser.seed import PASSWORD
from tests.unit.console.conftest import House, csrf

Enter = Callable[..., TestClient]


def test_a_page_leads_to_the_login_and_back_to_itself(visitor: TestClient, house: House) -> None:
    page = f"/interactions/{house.ids['clean']}"
    away = visitor.get(page)
    assert away.status_code == 303 and away.headers["location"] == f"/login?next=%2Finteractions%2F{house.ids['clean']}"
    form = visitor.get(away.headers["location"])
    told = {"name": "lead", "password": PASSWORD, "csrf": csrf(form.text), "next": page}
    entered = visitor.post("/login", data=told)
    assert (entered.status_code, entered.headers["location"]) == (303, page)
    assert visitor.get(page).status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor: TestClient) -> None:
    token = csrf(visitor.get("/login").text)
    answer = visitor.post("/login", data={"name": "lead", "password": PASSWORD, "csrf": token})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("qae_session="))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie


def test_a_wrong_password_says_so_without_telling_which_was_wrong(visitor: TestClient) -> None:
    token = csrf(visitor.get("/login").text)
    answers = [
        visitor.post("/login", data={"name": name, "password": "not the password", "csrf": token})
        for name in ("lead", "nobody")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert all("用户名或密码不正确" in a.text and "qae_session" not in a.cookies for a in answers)


def test_too_many_tries_are_throttled_with_the_time_to_wait(house: House) -> None:
    client = TestClient(house.app, headers={"accept": "text/html"}, cookies={"qae_language": "en"})
    house.store.create_user(SYSTEM, "guessed", PASSWORD, UserRole.QA_LEAD)
    token = csrf(client.get("/login").text)
    seen = [client.post("/login", data={"name": "guessed", "password": "guess", "csrf": token})]
    while seen[-1].status_code == 401 and len(seen) < 15:
        seen.append(client.post("/login", data={"name": "guessed", "password": f"guess {len(seen)}", "csrf": token}))
    assert len(seen) > 3 and seen[-1].status_code == 429
    assert "Too many tries. Please try again in" in seen[-1].text


@pytest.mark.parametrize("given", ["", "0" * 64, "ü"])
def test_a_login_form_from_elsewhere_is_refused(visitor: TestClient, given: str) -> None:
    visitor.get("/login")
    answer = visitor.post("/login", data={"name": "lead", "password": PASSWORD, "csrf": given})
    assert answer.status_code == 403 and "qae_session" not in answer.cookies


@pytest.mark.parametrize("path", ["/logout", "/language", "/interactions/{clean}/release"])
def test_no_form_works_without_its_token(lead: TestClient, house: House, path: str) -> None:
    answer = lead.post(path.format(**house.ids), data={"csrf": "0" * 64, "language": "en"})
    assert answer.status_code == 403
    assert lead.get("/interactions").status_code == 200, "still logged in"


def test_another_sessions_token_is_worth_nothing(enter: Enter) -> None:
    mine, theirs = enter(), enter("reader")
    answer = mine.post("/logout", data={"csrf": csrf(theirs.get("/interactions").text)})
    assert answer.status_code == 403


def test_leaving_ends_the_session_itself_not_only_the_cookie(enter: Enter, house: House) -> None:
    lead = enter(anew=True)
    session = lead.cookies["qae_session"]
    answer = lead.post("/logout", data={"csrf": csrf(lead.get("/interactions").text)})
    assert answer.headers["location"] == "/login"
    assert house.store.principal_of_session(session) is None


def test_the_language_is_the_installations_then_the_visitors_then_the_users(enter: Enter, house: House) -> None:
    client = TestClient(house.app, headers={"accept": "text/html"}, follow_redirects=False)
    form = client.get("/login").text
    assert '<html lang="zh-CN">' in form
    client.post("/language", data={"csrf": csrf(form), "language": "en", "next": "/login"})
    assert '<html lang="en">' in client.get("/login").text
    lead = enter()
    lead.post("/language", data={"csrf": csrf(lead.get("/interactions").text), "language": "en"})
    fresh = TestClient(house.app, headers={"accept": "text/html"}, follow_redirects=False)
    fresh.post("/login", data={"name": "lead", "password": PASSWORD, "csrf": csrf(fresh.get("/login").text)})
    assert '<html lang="en">' in fresh.get("/interactions").text, "kept with the user"
    lead.post("/language", data={"csrf": csrf(lead.get("/interactions").text), "language": "zh"})


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/interactions?band=coach", "/interactions?band=coach"),
        ("/", "/"),
        ("https://evil.example/", "/interactions"),
        ("//evil.example/", "/interactions"),
        ("/\\evil.example", "/interactions"),
        ("/\t/evil.example", "/interactions"),
        ("/\n//evil.example", "/interactions"),
        ("javascript:alert(1)", "/interactions"),
        ("", "/interactions"),
        ("interactions", "/interactions"),
    ],
)
def test_it_never_leads_away_from_here(asked: str, given: str) -> None:
    assert safe_next(asked) == given


def test_a_dead_session_cookie_does_not_lock_anyone_out(house: House) -> None:
    client = TestClient(
        house.app, headers={"accept": "text/html"}, follow_redirects=False, cookies={"qae_session": "long gone"}
    )
    assert client.get("/interactions").status_code == 303
    token = csrf(client.get("/login").text)
    assert client.post("/login", data={"name": "lead", "password": PASSWORD, "csrf": token}).status_code == 303
