"""Who may come in: the login page, leaving, and the choice of language."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.session import check_csrf, csrf_is_ours, set_cookie
from api.console.web import page, safe_next, spoken
from api.console.words import LANGUAGE_COOKIE, LANGUAGES
from api.csrf import SESSION_COOKIE
from api.deps import SettingsDep, StoreDep
from qa_engine.settings import Settings
from qa_engine.storage import Denied, Throttled

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=1000)]


@router.get("/login")
def show(request: Request, store: StoreDep, next: str = "/interactions") -> Response:  # noqa: A002 - the field's name
    token = request.cookies.get(SESSION_COOKIE)
    if token and store.principal_of_session(token):
        return RedirectResponse(safe_next(next), 303)
    return page(request, "login.html", None, next=safe_next(next), name="", error=None)


@router.post("/login")
def enter(
    *, request: Request, store: StoreDep, settings: SettingsDep, name: Field = "", password: Field = "",
    csrf: Field = "", next: Field = "/interactions",  # noqa: A002
) -> Response:  # fmt: skip
    """A session for the right name and password; else the form again with the reason."""
    t = spoken(request)
    if not csrf_is_ours(request, csrf):
        return page(request, "login.html", None, status=403, next=safe_next(next), name=name, error=t("login.stale"))
    try:
        token, who = store.log_in(name.strip(), password, request.client.host if request.client else "")
    except Throttled as error:
        minutes = math.ceil(error.retry_after_s / 60)
        return page(
            request, "login.html", None, status=429, next=safe_next(next), name=name,
            error=t("login.throttled", minutes=minutes),
        )  # fmt: skip
    except Denied:
        return page(request, "login.html", None, status=401, next=safe_next(next), name=name, error=t("login.denied"))
    response = RedirectResponse(safe_next(next), 303)
    set_cookie(response, SESSION_COOKIE, token, secure=settings.secure_cookies, hours=settings.session_hours)
    user = store.user(who)
    if user and user.language and LANGUAGE_COOKIE not in request.cookies:
        _remember(response, user.language, settings)
    return response


@router.post("/logout")
def leave(request: Request, store: StoreDep, csrf: Field = "") -> Response:
    check_csrf(request, csrf)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        store.log_out(token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.post("/language")
def speak(
    *, request: Request, store: StoreDep, settings: SettingsDep, language: Field = "", csrf: Field = "",
    next: Field = "/interactions",  # noqa: A002
) -> Response:  # fmt: skip
    """Remember the language in the browser, and for a user also with the user."""
    check_csrf(request, csrf)
    response = RedirectResponse(safe_next(next), 303)
    if language in LANGUAGES:
        _remember(response, language, settings)
        token = request.cookies.get(SESSION_COOKIE)
        who = store.principal_of_session(token) if token else None
        if who is not None:
            store.set_language(who, language)
    return response


def _remember(response: Response, language: str, settings: Settings) -> None:
    set_cookie(response, LANGUAGE_COOKIE, language, secure=settings.secure_cookies, hours=24 * 365)
