"""Which CSRF token a browser must send back: its session's, or before login its visit's."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response

from api.csrf import CSRF_FIELD, SESSION_COOKIE, csrf_matches, csrf_of
from qa_engine.errors import Forbidden

VISIT_COOKIE = "qae_visit"
"""What CSRF tokens are bound to before anyone has logged in."""


def secret_of(request: Request) -> str | None:
    """What this browser's CSRF token is bound to: its session, else its visit."""
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(VISIT_COOKIE)


def form_token(request: Request) -> str:
    """The token for the forms of a page; empty when the browser has no cookie yet."""
    secret = secret_of(request)
    return csrf_of(secret) if secret else ""


def csrf_is_ours(request: Request, given: str) -> bool:
    """Whether a form came from a page of ours."""
    return csrf_matches(secret_of(request), given)


def check_csrf(request: Request, given: str) -> None:
    """Raises Forbidden unless the form came from a page of ours."""
    if not csrf_is_ours(request, given):
        raise Forbidden("the form is older than your session", where=CSRF_FIELD, mend="reload the page and try again")


def set_cookie(response: Response, name: str, value: str, *, secure: bool, hours: float | None = None) -> None:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    age = None if hours is None else round(hours * 3600)
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="lax", secure=secure, path="/")


def new_visit() -> str:
    return secrets.token_urlsafe(24)
