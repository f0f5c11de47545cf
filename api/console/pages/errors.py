"""What a person sees when something went wrong outside the API: a page with the place and the mend."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.web import local_address, page, spoken
from api.csrf import SESSION_COOKIE
from api.deps import store_of
from api.problems import Problem
from qa_engine.domain import Principal
from qa_engine.errors import QAEngineError


def error_page(request: Request, problem: Problem) -> Response:
    """The problem as a page; who is not logged in is led to the login and back."""
    if problem.status == 401:
        back = local_address(request) if request.method == "GET" else "/interactions"
        return RedirectResponse("/login?" + urlencode({"next": back}), 303)
    t = spoken(request)
    return page(
        request, "error.html", _who(request), status=problem.status,
        title=t.known("problem.", problem.status), detail=problem.detail, where=problem.where, mend=problem.mend,
        request_id=problem.request_id,
    )  # fmt: skip


def _who(request: Request) -> Principal | None:
    """Best effort: the frame must stand even when storage is away."""
    token = request.cookies.get(SESSION_COOKIE)
    try:
        return store_of(request).principal_of_session(token) if token else None
    except (QAEngineError, SQLAlchemyError, OSError):
        return None
