"""Who sits at the console: the session cookie, and the CSRF token that is bound to it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from fastapi import Request, Response

SESSION_COOKIE = "qae_session"
"""HttpOnly, SameSite=Lax; its value is the plaintext token that ``Store.log_in`` gave."""
VISIT_COOKIE = "qae_visit"
"""What CSRF tokens are bound to before anyone has logged in."""
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"


def csrf_of(secret: str) -> str:
    """The one CSRF token of a session (or of a visit before login); it tells nothing of the secret."""
    return hmac.new(secret.encode(), b"qa-engine csrf", hashlib.sha256).hexdigest()


def csrf_matches(secret: str | None, given: str | None) -> bool:
    """Whether ``given`` is the token of ``secret``; False when either is missing."""
    return bool(secret and given) and hmac.compare_digest(csrf_of(secret or ""), given or "")


def secret_of(request: Request) -> str | None:
    """What this browser's CSRF token is bound to: its session, else its visit."""
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(VISIT_COOKIE)


def set_cookie(response: Response, name: str, value: str, *, secure: bool, hours: float | None = None) -> None:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    age = None if hours is None else round(hours * 3600)
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="lax", secure=secure, path="/")


def new_visit() -> str:
    return secrets.token_urlsafe(24)
