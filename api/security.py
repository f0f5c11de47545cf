"""Who a request comes from: an API key, a console session or a signed audio link; and what each may do."""

from __future__ import annotations

from starlette.requests import Request

from api.csrf import CSRF_HEADER, SAFE_METHODS, SESSION_COOKIE, csrf_matches
from api.problems import Unauthenticated
from qa_engine.domain import Principal
from qa_engine.errors import Forbidden
from qa_engine.storage import Store


def key_of(request: Request) -> str | None:
    """The API key in ``Authorization: Bearer`` or ``X-API-Key``, if the request carries one."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return credentials.strip()
    return request.headers.get("x-api-key")


def has_credentials(request: Request) -> bool:
    """Whether the request carries any, valid or not."""
    return key_of(request) is not None or SESSION_COOKIE in request.cookies


def identify(request: Request, store: Store) -> Principal:
    """The principal of a request; a session that writes must send its CSRF token as a header.

    Raises Unauthenticated without valid credentials, Forbidden for a write without the token.
    """
    key = key_of(request)
    if key is not None:
        return _known(store.principal_of_key(key))
    session = request.cookies.get(SESSION_COOKIE)
    if session is None:
        raise Unauthenticated("no API key and no session")
    principal = _known(store.principal_of_session(session))
    if request.method not in SAFE_METHODS and not csrf_matches(session, request.headers.get(CSRF_HEADER)):
        raise Forbidden("the session's CSRF token is missing or wrong", where=CSRF_HEADER, mend="reload the page")
    return principal


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise Unauthenticated("the API key or session is unknown, expired or revoked")
    return principal
